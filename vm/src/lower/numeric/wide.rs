//! 128-bit arithmetic on pairs of `i64`, low half first.
//! Spec: <https://github.com/WebAssembly/wide-arithmetic/blob/main/proposals/wide-arithmetic/Overview.md>

use crate::error::Result;
use crate::lower::function::Lowering;
use inkwell::builder::{Builder, BuilderError};
use inkwell::types::IntType;
use inkwell::values::IntValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    family! {
        t;
        visit_i64_add128 => wide_binary(|b, l, r| b.build_int_add(l, r, ""));
        visit_i64_sub128 => wide_binary(|b, l, r| b.build_int_sub(l, r, ""));
        visit_i64_mul_wide_s => wide_multiply(|b, v, to| b.build_int_s_extend(v, to, ""));
        visit_i64_mul_wide_u => wide_multiply(|b, v, to| b.build_int_z_extend(v, to, ""));
    }

    fn wide_binary(
        &mut self,
        lower: impl FnOnce(&Builder<'ctx>, IntValue<'ctx>, IntValue<'ctx>) -> Result<IntValue<'ctx>, BuilderError>,
    ) -> Result<()> {
        let right = self.pop_halves()?;
        let left = self.pop_halves()?;
        let value = lower(&self.builder, left, right)?;
        self.push_halves(value)
    }

    /// Lowers a widening multiplication. LLVM recognises the extended factors and selects the machine's multiplication
    /// of 64 by 64 bits.
    fn wide_multiply(
        &mut self,
        extend: impl Fn(&Builder<'ctx>, IntValue<'ctx>, IntType<'ctx>) -> Result<IntValue<'ctx>, BuilderError>,
    ) -> Result<()> {
        let wide = self.wide_type();
        let right = self.pop_int();
        let left = self.pop_int();
        let (left, right) = (extend(&self.builder, left, wide)?, extend(&self.builder, right, wide)?);
        let product = self.builder.build_int_mul(left, right, "")?;
        self.push_halves(product)
    }

    fn wide_type(&self) -> IntType<'ctx> {
        self.unit.context.i128_type()
    }

    /// Pops the two halves of a number.
    fn pop_halves(&mut self) -> Result<IntValue<'ctx>> {
        let wide = self.wide_type();
        let high = self.pop_int();
        let low = self.pop_int();
        let high = self.builder.build_int_z_extend(high, wide, "")?;
        let high = self.builder.build_left_shift(high, wide.const_int(64, false), "")?;
        let low = self.builder.build_int_z_extend(low, wide, "")?;
        Ok(self.builder.build_or(high, low, "")?)
    }

    /// Pushes the two halves of a number.
    fn push_halves(&mut self, value: IntValue<'ctx>) -> Result<()> {
        let half = self.unit.types.i64;
        let low = self.builder.build_int_truncate(value, half, "")?;
        let high = self.builder.build_right_shift(value, self.wide_type().const_int(64, false), false, "")?;
        let high = self.builder.build_int_truncate(high, half, "")?;
        self.push(low);
        self.push(high);
        Ok(())
    }
}
