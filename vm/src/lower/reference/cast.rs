//! Tests, casts and branches on the type of a reference.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#reference-instructions>

use crate::error::Result;
use crate::lower::function::Lowering;
use crate::module::convert;
use crate::trap::Trap;
use crate::types::RefType;
use inkwell::values::IntValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_ref_test_non_null(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        self.ref_test(ty, false)
    }

    pub(crate) fn visit_ref_test_nullable(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        self.ref_test(ty, true)
    }

    pub(crate) fn visit_ref_cast_non_null(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        self.ref_cast(ty, false)
    }

    pub(crate) fn visit_ref_cast_nullable(&mut self, ty: wasmparser::HeapType) -> Result<()> {
        self.ref_cast(ty, true)
    }

    fn ref_test(&mut self, ty: wasmparser::HeapType, nullable: bool) -> Result<()> {
        let value = self.pop_pointer();
        let matches = self.has_type(value, RefType { nullable, heap: convert::heap_type(ty, 0)? })?;
        self.push_condition(matches)
    }

    fn ref_cast(&mut self, ty: wasmparser::HeapType, nullable: bool) -> Result<()> {
        let value = self.pop_pointer();
        let matches = self.has_type(value, RefType { nullable, heap: convert::heap_type(ty, 0)? })?;
        let fails = self.builder.build_not(matches, "")?;
        self.trap_if(fails, Trap::CastFailure)?;
        self.push(value);
        Ok(())
    }

    /// Tests whether the reference on top of the stack, which stays there, has a type.
    fn top_has_type(&mut self, ty: wasmparser::RefType) -> Result<IntValue<'ctx>> {
        let value = self.pop_pointer();
        let matches = self.has_type(value, convert::ref_type(ty, 0)?)?;
        self.push(value);
        Ok(matches)
    }

    pub(crate) fn visit_br_on_cast(
        &mut self,
        depth: u32,
        _from: wasmparser::RefType,
        to: wasmparser::RefType,
    ) -> Result<()> {
        let matches = self.top_has_type(to)?;
        self.branch_if(matches, depth)
    }

    pub(crate) fn visit_br_on_cast_fail(
        &mut self,
        depth: u32,
        _from: wasmparser::RefType,
        to: wasmparser::RefType,
    ) -> Result<()> {
        let matches = self.top_has_type(to)?;
        let fails = self.builder.build_not(matches, "")?;
        self.branch_if(fails, depth)
    }
}
