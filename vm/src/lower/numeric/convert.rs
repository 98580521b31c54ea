//! Conversions between numeric types.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#conversions>

use crate::error::Result;
use crate::lower::function::Lowering;
use crate::trap::Trap;
use inkwell::FloatPredicate;
use inkwell::types::{BasicTypeEnum, FloatType, IntType};
use inkwell::values::BasicValueEnum;

/// Whether the operand or result of an operator is a signed integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sign {
    Signed,
    Unsigned,
}
use Sign::{Signed, Unsigned};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    family! {
        t;
        visit_i32_trunc_f32_s => truncate(t.i32, Signed);
        visit_i32_trunc_f32_u => truncate(t.i32, Unsigned);
        visit_i32_trunc_f64_s => truncate(t.i32, Signed);
        visit_i32_trunc_f64_u => truncate(t.i32, Unsigned);
        visit_i64_trunc_f32_s => truncate(t.i64, Signed);
        visit_i64_trunc_f32_u => truncate(t.i64, Unsigned);
        visit_i64_trunc_f64_s => truncate(t.i64, Signed);
        visit_i64_trunc_f64_u => truncate(t.i64, Unsigned);
        visit_i32_trunc_sat_f32_s => saturate("llvm.fptosi.sat", t.i32);
        visit_i32_trunc_sat_f32_u => saturate("llvm.fptoui.sat", t.i32);
        visit_i32_trunc_sat_f64_s => saturate("llvm.fptosi.sat", t.i32);
        visit_i32_trunc_sat_f64_u => saturate("llvm.fptoui.sat", t.i32);
        visit_i64_trunc_sat_f32_s => saturate("llvm.fptosi.sat", t.i64);
        visit_i64_trunc_sat_f32_u => saturate("llvm.fptoui.sat", t.i64);
        visit_i64_trunc_sat_f64_s => saturate("llvm.fptosi.sat", t.i64);
        visit_i64_trunc_sat_f64_u => saturate("llvm.fptoui.sat", t.i64);
        visit_f32_convert_i32_s => float_from_int(t.f32, Signed);
        visit_f32_convert_i32_u => float_from_int(t.f32, Unsigned);
        visit_f32_convert_i64_s => float_from_int(t.f32, Signed);
        visit_f32_convert_i64_u => float_from_int(t.f32, Unsigned);
        visit_f64_convert_i32_s => float_from_int(t.f64, Signed);
        visit_f64_convert_i32_u => float_from_int(t.f64, Unsigned);
        visit_f64_convert_i64_s => float_from_int(t.f64, Signed);
        visit_f64_convert_i64_u => float_from_int(t.f64, Unsigned);
        visit_i32_reinterpret_f32 => reinterpret(t.i32.into());
        visit_i64_reinterpret_f64 => reinterpret(t.i64.into());
        visit_f32_reinterpret_i32 => reinterpret(t.f32.into());
        visit_f64_reinterpret_i64 => reinterpret(t.f64.into());
    }

    pub(crate) fn visit_i32_wrap_i64(&mut self) -> Result<()> {
        let value = self.pop_int();
        let narrow = self.builder.build_int_truncate(value, self.unit.types.i32, "")?;
        self.push(narrow);
        Ok(())
    }

    pub(crate) fn visit_i64_extend_i32_s(&mut self) -> Result<()> {
        let value = self.pop_int();
        let wide = self.builder.build_int_s_extend(value, self.unit.types.i64, "")?;
        self.push(wide);
        Ok(())
    }

    pub(crate) fn visit_i64_extend_i32_u(&mut self) -> Result<()> {
        let value = self.pop_int();
        let wide = self.builder.build_int_z_extend(value, self.unit.types.i64, "")?;
        self.push(wide);
        Ok(())
    }

    pub(crate) fn visit_f64_promote_f32(&mut self) -> Result<()> {
        let value = self.pop_float();
        let wide = self.builder.build_float_ext(value, self.unit.types.f64, "")?;
        self.push(wide);
        Ok(())
    }

    /// Lowers `f32.demote_f64`. The result is quieted, because LLVM folds `demote(promote(x))` to `x`.
    pub(crate) fn visit_f32_demote_f64(&mut self) -> Result<()> {
        let value = self.pop_float();
        let narrow = self.builder.build_float_trunc(value, self.unit.types.f32, "")?;
        let quiet = self.quieted(narrow.into())?;
        self.push(quiet);
        Ok(())
    }

    /// Lowers a trapping truncation. LLVM's conversions return poison out of range, so the range is checked first: for
    /// a NaN, then for a value whose truncation does not fit.
    fn truncate(&mut self, to: IntType<'ctx>, sign: Sign) -> Result<()> {
        let value = self.pop_float();
        let ty = value.get_type();
        let is_nan = self.builder.build_float_compare(FloatPredicate::UNO, value, value, "")?;
        self.trap_if(is_nan, Trap::InvalidConversionToInteger)?;
        let (above, (low_predicate, below)) = bounds(to.get_bit_width(), sign, ty == self.unit.types.f32);
        let fits_above = self.builder.build_float_compare(FloatPredicate::OLT, value, ty.const_float(above), "")?;
        let fits_below = self.builder.build_float_compare(low_predicate, value, ty.const_float(below), "")?;
        let fits = self.builder.build_and(fits_above, fits_below, "")?;
        let overflows = self.builder.build_not(fits, "")?;
        self.trap_if(overflows, Trap::IntegerOverflow)?;
        let converted = match sign {
            Signed => self.builder.build_float_to_signed_int(value, to, "")?,
            Unsigned => self.builder.build_float_to_unsigned_int(value, to, "")?,
        };
        self.push(converted);
        Ok(())
    }

    /// Lowers a saturating truncation.
    fn saturate(&mut self, name: &str, to: IntType<'ctx>) -> Result<()> {
        let value = self.pop_float();
        let converted = self.intrinsic(name, &[to.into(), value.get_type().into()], &[value.into()])?;
        self.push(converted);
        Ok(())
    }

    /// Lowers a conversion of an integer to a float.
    fn float_from_int(&mut self, to: FloatType<'ctx>, sign: Sign) -> Result<()> {
        let value = self.pop_int();
        let converted = match sign {
            Signed => self.builder.build_signed_int_to_float(value, to, "")?,
            Unsigned => self.builder.build_unsigned_int_to_float(value, to, "")?,
        };
        self.push(converted);
        Ok(())
    }

    /// Lowers a reinterpretation of bits.
    fn reinterpret(&mut self, to: BasicTypeEnum<'ctx>) -> Result<()> {
        let value: BasicValueEnum<'ctx> = self.pop();
        let same_bits = self.builder.build_bit_cast(value, to, "")?;
        self.push(same_bits);
        Ok(())
    }
}

/// Returns the range of numbers whose truncation fits an integer of `width` bits. A number must be strictly below the
/// first bound, and in the relation of the predicate to the second. Where the number just below the smallest integer
/// is not a float, the smallest integer itself is the bound.
fn bounds(width: u32, sign: Sign, from_f32: bool) -> (f64, (FloatPredicate, f64)) {
    let power = |exponent: u32| 2f64.powi(exponent.cast_signed());
    match sign {
        Unsigned => (power(width), (FloatPredicate::OGT, -1.0)),
        Signed if width == 32 && !from_f32 => (power(31), (FloatPredicate::OGT, -power(31) - 1.0)),
        Signed => (power(width - 1), (FloatPredicate::OGE, -power(width - 1))),
    }
}
