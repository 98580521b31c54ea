//! Calls of builtins that work on ranges of memories and tables.

use crate::abi::Builtin;
use crate::error::Result;
use crate::lower::function::Lowering;
use inkwell::values::BasicValueEnum;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Returns an index as a constant argument.
    pub(crate) fn index(&self, index: u32) -> BasicValueEnum<'ctx> {
        self.unit.types.i32.const_int(index.into(), false).into()
    }

    /// Pops an index or length, and zero-extends it to 64 bits.
    pub(crate) fn pop_wide(&mut self) -> Result<BasicValueEnum<'ctx>> {
        let value = self.pop_int();
        Ok(self.builder.build_int_z_extend(value, self.unit.types.i64, "")?.into())
    }

    /// Calls a range builtin with a destination, a source and a length from the stack. The indices `low` and `high`
    /// are packed into one argument, so that every argument is in a register.
    pub(crate) fn range_builtin(&mut self, builtin: Builtin, low: u32, high: u32) -> Result<()> {
        let length = self.pop_wide()?;
        let from = self.pop_wide()?;
        let to = self.pop_wide()?;
        let both = self.unit.types.i64.const_int(u64::from(low) | u64::from(high) << 32, false);
        self.checked_builtin(builtin, &[both.into(), to, from, length])
    }
}
