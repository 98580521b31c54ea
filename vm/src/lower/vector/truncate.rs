//! Lanes of floats to lanes of 32-bit integers: the nearest where out of range, zero for a NaN, and zeros in lanes that
//! have no operand.
//!
//! Where the target names a conversion that is defined for every operand, what it gives out of range is put right
//! afterwards; all it takes is fewer operations than to keep the operand in range.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#op-trunc-sat-s>

use super::shape::Shape;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::numeric::convert::Sign;
use Sign::{Signed, Unsigned};
use inkwell::FloatPredicate;
use inkwell::values::VectorValue;

/// The first integer that 31 bits don't hold.
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

    /// The smallest integer is right below the range; past it, its inverse is.
    fn truncated_f32_s(&self, value: VectorValue<'ctx>, name: &str) -> Result<VectorValue<'ctx>> {
        let zero = self.float_splat(value, 0.0);
        let number = self.chosen_if(FloatPredicate::ORD, value, value, value, zero)?;
        let converted = self.intrinsic(name, &[], &[number.into()])?.into_vector_value();
        let past = self.float_splat(value, PAST_I31);
        let past = self.builder.build_float_compare(FloatPredicate::OGE, number, past, "")?;
        let past = self.builder.build_int_s_extend(past, converted.get_type(), "")?;
        Ok(self.builder.build_xor(converted, past, "")?)
    }

    /// The greatest integer is a double, and the limit; for a NaN, zero is.
    fn truncated_f64_s(&self, value: VectorValue<'ctx>, name: &str) -> Result<VectorValue<'ctx>> {
        let (zero, greatest) = (self.float_splat(value, 0.0), self.float_splat(value, PAST_I31 - 1.0));
        let limit = self.chosen_if(FloatPredicate::ORD, value, value, greatest, zero)?;
        let bounded = self.chosen_if(FloatPredicate::OLT, value, limit, value, limit)?;
        Ok(self.intrinsic(name, &[], &[bounded.into()])?.into_vector_value())
    }

    /// By two signed conversions: of the number, and of what it is past 31 bits. Both give the smallest integer past
    /// their range, so that the second one, inverted where it is negative, fills the bits of the first.
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

    /// Doubles between 2^52 and 2^53 have an integer in their low bits.
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

    /// By an instruction that gives all ones for whatever is out of range: right above it, and below is cut off.
    fn truncated_by_unsigned(&self, value: VectorValue<'ctx>, name: &str) -> Result<VectorValue<'ctx>> {
        let value = self.natural(value)?;
        let otherwise = self.vector_type(Shape::I32x4).const_zero();
        let all = self.unit.types.i8.const_all_ones();
        Ok(self.intrinsic(name, &[], &[value.into(), otherwise.into(), all.into()])?.into_vector_value())
    }

    /// Zero for whatever is negative, and for a NaN.
    fn natural(&self, value: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let zero = self.float_splat(value, 0.0);
        self.chosen_if(FloatPredicate::OGT, value, zero, value, zero)
    }

    /// Without instructions of the target. LLVM has an operator for it but on x86-64 takes the vector apart; the choices
    /// here stay vectors. A lane that is out of range of the conversion proper gives poison, which does no harm where the
    /// lane is not chosen.
    fn truncated(&self, shape: Shape, value: VectorValue<'ctx>, sign: Sign) -> Result<VectorValue<'ctx>> {
        let (least, past) = match sign {
            Signed => (-f64::from(1u32 << 31), f64::from(1u32 << 31)),
            Unsigned => (0.0, f64::from(u32::MAX) + 1.0),
        };
        let zero = self.float_splat(value, 0.0);
        let number = match sign {
            Signed => self.chosen_if(FloatPredicate::ORD, value, value, value, zero)?,
            // What is chosen next is zero for a NaN as well.
            Unsigned => value,
        };
        let least = self.float_splat(value, least);
        let bounded = self.chosen_if(FloatPredicate::OGT, number, least, number, least)?;
        let converted = if shape == Shape::F64x2 {
            let greatest = self.float_splat(value, past - 1.0);
            let bounded = self.chosen_if(FloatPredicate::OLT, bounded, greatest, bounded, greatest)?;
            self.int_from_float(bounded, sign)?
        } else {
            // The greatest integer is no `f32`.
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
