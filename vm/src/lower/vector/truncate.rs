//! Saturating truncations of float lanes to 32-bit integer lanes.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#op-trunc-sat-s>
//!
//! A number out of range becomes the nearest integer, a NaN becomes zero, and lanes without an operand are zero. Where
//! the target names a conversion that is defined for every operand, its results out of range are corrected afterwards.
//! That takes fewer operations than keeping the operand in range.

use super::shape::Shape;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::numeric::convert::Sign;
use Sign::{Signed, Unsigned};
use inkwell::FloatPredicate;
use inkwell::values::VectorValue;

/// The first integer that does not fit in 31 bits.
const PAST_I31: f64 = 2_147_483_648.0;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(super) fn vector_truncate(&mut self, shape: Shape, sign: Sign) -> Result<()> {
        let has = self.unit.options.vector_intrinsics;
        let value = self.pop_shape(shape)?;
        let instruction = match (shape, sign) {
            (Shape::F32x4, Signed) => has.truncate_f32_s.map(|name| self.truncated_f32_s(value, name)),
            (_, Signed) => has.truncate_f64_s.map(|name| self.truncated_f64_s(value, name)),
            (Shape::F32x4, Unsigned) => match has.truncate_f32_u {
                Some(name) => Some(self.truncated_by_unsigned(value, name)),
                None => has.truncate_f32_s.map(|name| self.truncated_f32_u(value, name)),
            },
            (_, Unsigned) => match has.truncate_f64_u {
                Some(name) => Some(self.truncated_by_unsigned(value, name)),
                None => Some(self.truncated_f64_u(value)),
            },
        };
        let result = match instruction {
            Some(result) => result?,
            None => self.truncated(shape, value, sign)?,
        };
        self.push_vector(result)
    }

    /// Truncates by an instruction that returns the smallest integer out of range. That is right below the range;
    /// above it, its inverse is.
    fn truncated_f32_s(&self, value: VectorValue<'ctx>, name: &str) -> Result<VectorValue<'ctx>> {
        let zero = self.float_splat(value, 0.0);
        let number = self.chosen_if(FloatPredicate::ORD, value, value, value, zero)?;
        let converted = self.intrinsic(name, &[], &[number.into()])?.into_vector_value();
        let past = self.float_splat(value, PAST_I31);
        let past = self.builder.build_float_compare(FloatPredicate::OGE, number, past, "")?;
        let past = self.builder.build_int_s_extend(past, converted.get_type(), "")?;
        Ok(self.builder.build_xor(converted, past, "")?)
    }

    /// Truncates doubles. The greatest 32-bit integer is a double, and is the upper limit; for a NaN the limit is
    /// zero.
    fn truncated_f64_s(&self, value: VectorValue<'ctx>, name: &str) -> Result<VectorValue<'ctx>> {
        let (zero, greatest) = (self.float_splat(value, 0.0), self.float_splat(value, PAST_I31 - 1.0));
        let limit = self.chosen_if(FloatPredicate::ORD, value, value, greatest, zero)?;
        let bounded = self.chosen_if(FloatPredicate::OLT, value, limit, value, limit)?;
        Ok(self.intrinsic(name, &[], &[bounded.into()])?.into_vector_value())
    }

    /// Truncates to unsigned integers by two signed conversions: of the number, and of its excess over 31 bits. Both
    /// return the smallest integer above their range. So the second result, inverted where it is negative, fills the
    /// bits of the first.
    fn truncated_f32_u(&self, value: VectorValue<'ctx>, name: &str) -> Result<VectorValue<'ctx>> {
        let value = self.natural(value)?;
        let low = self.intrinsic(name, &[], &[value.into()])?.into_vector_value();
        let past = self.builder.build_float_sub(value, self.float_splat(value, PAST_I31), "")?;
        let high = self.intrinsic(name, &[], &[past.into()])?.into_vector_value();
        let sign = self.int_splat(low, 31);
        let is_past = self.builder.build_right_shift(low, sign, true, "")?;
        let is_outside = self.builder.build_right_shift(high, sign, true, "")?;
        let high = self.builder.build_xor(high, is_outside, "")?;
        let high = self.builder.build_and(high, is_past, "")?;
        Ok(self.builder.build_or(low, high, "")?)
    }

    /// Truncates doubles to unsigned integers. A double between 2^52 and 2^53 has an integer in its low bits.
    fn truncated_f64_u(&self, value: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let value = self.natural(value)?;
        let greatest = self.float_splat(value, f64::from(u32::MAX));
        let bounded = self.chosen_if(FloatPredicate::OLT, value, greatest, value, greatest)?;
        let whole = self.same_type("llvm.trunc", &[bounded])?;
        let base = self.float_splat(value, f64::from_bits(0x4330_0000_0000_0000));
        let sum = self.builder.build_float_add(whole, base, "")?;
        let bits = self.builder.build_bit_cast(sum, self.vector_type(Shape::I32x4), "")?.into_vector_value();
        self.shuffle(bits, bits.get_type().const_zero(), [0, 2, 4, 5])
    }

    /// Truncates by an instruction that returns all ones out of range. That is right above the range, and numbers
    /// below it are replaced by zero before.
    fn truncated_by_unsigned(&self, value: VectorValue<'ctx>, name: &str) -> Result<VectorValue<'ctx>> {
        let value = self.natural(value)?;
        let otherwise = self.vector_type(Shape::I32x4).const_zero();
        let all = self.unit.types.i8.const_all_ones();
        Ok(self.intrinsic(name, &[], &[value.into(), otherwise.into(), all.into()])?.into_vector_value())
    }

    /// Replaces negative numbers and NaNs by zero.
    fn natural(&self, value: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let zero = self.float_splat(value, 0.0);
        self.chosen_if(FloatPredicate::OGT, value, zero, value, zero)
    }

    /// Truncates without intrinsics of the target. LLVM has a saturating operator, but splits the vector into scalars
    /// on x86-64; selections stay vectors. The plain conversion returns poison for a lane out of range, which is
    /// harmless where that lane is not selected.
    fn truncated(&self, shape: Shape, value: VectorValue<'ctx>, sign: Sign) -> Result<VectorValue<'ctx>> {
        let (least, past) = match sign {
            Signed => (-f64::from(1u32 << 31), f64::from(1u32 << 31)),
            Unsigned => (0.0, f64::from(u32::MAX) + 1.0),
        };
        let zero = self.float_splat(value, 0.0);
        let number = match sign {
            Signed => self.chosen_if(FloatPredicate::ORD, value, value, value, zero)?,
            // The next selection replaces a NaN by zero as well.
            Unsigned => value,
        };
        let least = self.float_splat(value, least);
        let bounded = self.chosen_if(FloatPredicate::OGT, number, least, number, least)?;
        let converted = if shape == Shape::F64x2 {
            let greatest = self.float_splat(value, past - 1.0);
            let bounded = self.chosen_if(FloatPredicate::OLT, bounded, greatest, bounded, greatest)?;
            self.int_from_float(bounded, sign)?
        } else {
            // The greatest 32-bit integer is not an `f32`.
            let converted = self.int_from_float(bounded, sign)?;
            let greatest = self.int_splat(converted, if sign == Signed { i32::MAX.into() } else { -1 });
            self.chosen_if(FloatPredicate::OGE, bounded, self.float_splat(value, past), greatest, converted)?
        };
        self.filled_with_zeros(converted)
    }

    fn int_from_float(&self, value: VectorValue<'ctx>, sign: Sign) -> Result<VectorValue<'ctx>> {
        let ty = self.unit.types.i32.vec_type(value.get_type().get_size());
        Ok(match sign {
            Signed => self.builder.build_float_to_signed_int(value, ty, "")?,
            Unsigned => self.builder.build_float_to_unsigned_int(value, ty, "")?,
        })
    }

    fn chosen_if(
        &self,
        predicate: FloatPredicate,
        left: VectorValue<'ctx>,
        right: VectorValue<'ctx>,
        then: VectorValue<'ctx>,
        otherwise: VectorValue<'ctx>,
    ) -> Result<VectorValue<'ctx>> {
        let condition = self.builder.build_float_compare(predicate, left, right, "")?;
        Ok(self.builder.build_select(condition, then, otherwise, "")?.into_vector_value())
    }
}
