//! Variable instructions: locals and globals.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#variable-instructions>

use super::function::Lowering;
use super::unit::alias::AliasClass;
use crate::error::Result;
use inkwell::types::BasicTypeEnum;
use inkwell::values::PointerValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(super) fn visit_local_get(&mut self, index: u32) -> Result<()> {
        let local = self.locals[&index];
        let value = self.builder.build_load(local.ty, local.slot, "")?;
        self.push(value);
        Ok(())
    }

    pub(super) fn visit_local_set(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        self.builder.build_store(self.locals[&index].slot, value)?;
        Ok(())
    }

    pub(super) fn visit_local_tee(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        self.builder.build_store(self.locals[&index].slot, value)?;
        self.push(value);
        Ok(())
    }

    /// Returns the address of a global, its type, and whether it is mutable.
    fn global_cell(&self, index: u32) -> Result<(PointerValue<'ctx>, BasicTypeEnum<'ctx>, bool)> {
        let description = self.unit.description;
        let ty = description.globals[index as usize];
        let cell = match index.checked_sub(description.global_imports) {
            None => self.context_pointer(self.unit.layout.global_import(index))?,
            Some(own) => self.field(self.context, self.unit.layout.global(own))?,
        };
        Ok((cell, self.unit.value_type(ty.content), ty.mutable))
    }

    pub(super) fn visit_global_get(&mut self, index: u32) -> Result<()> {
        let (cell, ty, mutable) = self.global_cell(index)?;
        let value = self.load(ty, cell, if mutable { AliasClass::Global } else { AliasClass::Invariant })?;
        self.push(value);
        Ok(())
    }

    pub(super) fn visit_global_set(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        let (cell, ..) = self.global_cell(index)?;
        self.store(value, cell, AliasClass::Global)?;
        Ok(())
    }
}
