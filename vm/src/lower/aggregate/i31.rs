//! `i31` references, and conversions between `any` and `extern`.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions>

use crate::abi;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::trap::Trap;

impl Lowering<'_, '_, '_> {
    pub(crate) fn visit_ref_i31(&mut self) -> Result<()> {
        let types = &self.unit.types;
        let value = self.pop_int();
        let value = self.builder.build_left_shift(value, types.i32.const_int(1, false), "")?;
        let value = self.builder.build_or(value, types.i32.const_int(abi::TAG_I31, false), "")?;
        let value = self.builder.build_int_z_extend(value, types.i64, "")?;
        let value = self.builder.build_int_to_ptr(value, types.ptr, "")?;
        self.push(value);
        Ok(())
    }

    pub(crate) fn visit_i31_get_s(&mut self) -> Result<()> {
        self.i31_get(true)
    }

    pub(crate) fn visit_i31_get_u(&mut self) -> Result<()> {
        self.i31_get(false)
    }

    fn i31_get(&mut self, signed: bool) -> Result<()> {
        let value = self.pop_pointer();
        let is_null = self.builder.build_is_null(value, "")?;
        self.trap_if(is_null, Trap::NullI31Reference)?;
        let i32 = self.unit.types.i32;
        let value = self.builder.build_ptr_to_int(value, i32, "")?;
        let value = self.builder.build_right_shift(value, i32.const_int(1, false), signed, "")?;
        self.push(value);
        Ok(())
    }

    /// Converts a reference between hierarchies. Its representation is the same in both, so nothing is emitted.
    pub(crate) fn visit_any_convert_extern(&mut self) -> Result<()> {
        Ok(())
    }

    pub(crate) fn visit_extern_convert_any(&mut self) -> Result<()> {
        Ok(())
    }
}
