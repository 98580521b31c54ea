//! Float operators, as plain LLVM operators: no fast-math flags, no constrained intrinsics.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations>
//!
//! LLVM's default float environment is that of WebAssembly with one exception: LLVM may return a signalling NaN where
//! WebAssembly wants a quiet one (<https://llvm.org/docs/LangRef.html#floatnan>). That happens where LLVM takes an
//! operation for an identity: sums, products and quotients with one operand known, and `demote`. Their results pass
//! through [`QUIETING`]. LLVM never takes roots for identities, and roundings only of operands that are quiet
//! already.

use crate::error::Result;
use crate::llvm::intrinsics::QUIETING;
use crate::lower::function::Lowering;
use inkwell::FloatPredicate;
use inkwell::builder::{Builder, BuilderError};
use inkwell::values::{BasicValueEnum, FloatValue};

macro_rules! binary {
    ($($f32:ident $f64:ident => $build:ident;)*) => {
        $(
            pub(crate) fn $f32(&mut self) -> Result<()> { self.float_binary(|b, l, r| b.$build(l, r, "")) }
            pub(crate) fn $f64(&mut self) -> Result<()> { self.float_binary(|b, l, r| b.$build(l, r, "")) }
        )*
    };
}

macro_rules! compare {
    ($($f32:ident $f64:ident => $predicate:ident;)*) => {
        $(
            pub(crate) fn $f32(&mut self) -> Result<()> { self.float_compare(FloatPredicate::$predicate) }
            pub(crate) fn $f64(&mut self) -> Result<()> { self.float_compare(FloatPredicate::$predicate) }
        )*
    };
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    binary! {
        visit_f32_add visit_f64_add => build_float_add;
        visit_f32_sub visit_f64_sub => build_float_sub;
        visit_f32_mul visit_f64_mul => build_float_mul;
        visit_f32_div visit_f64_div => build_float_div;
    }

    // Comparisons with a NaN are false, except `ne`.
    compare! {
        visit_f32_eq visit_f64_eq => OEQ;
        visit_f32_ne visit_f64_ne => UNE;
        visit_f32_lt visit_f64_lt => OLT;
        visit_f32_gt visit_f64_gt => OGT;
        visit_f32_le visit_f64_le => OLE;
        visit_f32_ge visit_f64_ge => OGE;
    }

    family! {
        t;
        visit_f32_neg => float_neg();
        visit_f64_neg => float_neg();
        visit_f32_copysign => float_copysign();
        visit_f64_copysign => float_copysign();
        visit_f32_min => float_extremum("llvm.minimum");
        visit_f64_min => float_extremum("llvm.minimum");
        visit_f32_max => float_extremum("llvm.maximum");
        visit_f64_max => float_extremum("llvm.maximum");
        visit_f32_abs => float_unary("llvm.fabs");
        visit_f64_abs => float_unary("llvm.fabs");
        visit_f32_ceil => float_unary("llvm.ceil");
        visit_f64_ceil => float_unary("llvm.ceil");
        visit_f32_floor => float_unary("llvm.floor");
        visit_f64_floor => float_unary("llvm.floor");
        visit_f32_trunc => float_unary("llvm.trunc");
        visit_f64_trunc => float_unary("llvm.trunc");
        // Rounds to even in every rounding mode, as `nearest` does.
        visit_f32_nearest => float_unary("llvm.roundeven");
        visit_f64_nearest => float_unary("llvm.roundeven");
        visit_f32_sqrt => float_unary("llvm.sqrt");
        visit_f64_sqrt => float_unary("llvm.sqrt");
    }

    /// Pops two operands, and returns the left one first.
    fn pop_floats(&mut self) -> (FloatValue<'ctx>, FloatValue<'ctx>) {
        let right = self.pop_float();
        (self.pop_float(), right)
    }

    fn float_binary(
        &mut self,
        lower: impl FnOnce(&Builder<'ctx>, FloatValue<'ctx>, FloatValue<'ctx>) -> Result<FloatValue<'ctx>, BuilderError>,
    ) -> Result<()> {
        let (left, right) = self.pop_floats();
        let value = lower(&self.builder, left, right)?;
        let quiet = self.quieted(value.into())?;
        self.push(quiet);
        Ok(())
    }

    /// Quiets the result of arithmetic, in case LLVM finds that it is one of the operands.
    pub(crate) fn quieted(&self, value: BasicValueEnum<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        self.intrinsic(QUIETING, &[value.get_type()], &[value])
    }

    fn float_compare(&mut self, predicate: FloatPredicate) -> Result<()> {
        let (left, right) = self.pop_floats();
        let condition = self.builder.build_float_compare(predicate, left, right, "")?;
        self.push_condition(condition)
    }

    fn float_unary(&mut self, name: &str) -> Result<()> {
        let value = self.pop_float();
        let result = self.intrinsic(name, &[value.get_type().into()], &[value.into()])?;
        self.push(result);
        Ok(())
    }

    fn float_neg(&mut self) -> Result<()> {
        let value = self.pop_float();
        let negated = self.builder.build_float_neg(value, "")?;
        self.push(negated);
        Ok(())
    }

    fn float_copysign(&mut self) -> Result<()> {
        let (magnitude, sign) = self.pop_floats();
        let value =
            self.intrinsic("llvm.copysign", &[magnitude.get_type().into()], &[magnitude.into(), sign.into()])?;
        self.push(value);
        Ok(())
    }

    /// Lowers `min` or `max`. LLVM's `minimum` orders zeros as WebAssembly does, but may return a NaN operand as it
    /// is. The sum of the operands is a NaN too, and quiet.
    fn float_extremum(&mut self, name: &str) -> Result<()> {
        let (left, right) = self.pop_floats();
        let ordered = self.intrinsic(name, &[left.get_type().into()], &[left.into(), right.into()])?.into_float_value();
        let sum = self.builder.build_float_add(left, right, "")?;
        let quiet = self.quieted(sum.into())?.into_float_value();
        let unordered = self.builder.build_float_compare(FloatPredicate::UNO, left, right, "")?;
        let value = self.builder.build_select(unordered, quiet, ordered, "")?;
        self.push(value);
        Ok(())
    }
}
