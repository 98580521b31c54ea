//! Bitwise operators on whole vectors, and reductions of a vector to a scalar.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#vector-instructions>

use super::shape::Shape;
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use inkwell::IntPredicate;
use inkwell::values::{IntValue, VectorValue};
use std::num::NonZeroU32;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    shaped! {
        []
        vector_all_true(): visit_i8x16_all_true I8x16, visit_i16x8_all_true I16x8, visit_i32x4_all_true I32x4,
            visit_i64x2_all_true I64x2;
        vector_bitmask(): visit_i8x16_bitmask I8x16, visit_i16x8_bitmask I16x8, visit_i32x4_bitmask I32x4,
            visit_i64x2_bitmask I64x2;
    }

    pub(crate) fn visit_v128_not(&mut self) -> Result<()> {
        let value = self.pop_shape(Shape::I64x2)?;
        let value = self.builder.build_not(value, "")?;
        self.push_vector(value)
    }

    pub(crate) fn visit_v128_and(&mut self) -> Result<()> {
        let (left, right) = self.pop_shapes(Shape::I64x2)?;
        let value = self.builder.build_and(left, right, "")?;
        self.push_vector(value)
    }

    pub(crate) fn visit_v128_andnot(&mut self) -> Result<()> {
        let (left, right) = self.pop_shapes(Shape::I64x2)?;
        let inverted = self.builder.build_not(right, "")?;
        let value = self.builder.build_and(left, inverted, "")?;
        self.push_vector(value)
    }

    pub(crate) fn visit_v128_or(&mut self) -> Result<()> {
        let (left, right) = self.pop_shapes(Shape::I64x2)?;
        let value = self.builder.build_or(left, right, "")?;
        self.push_vector(value)
    }

    pub(crate) fn visit_v128_xor(&mut self) -> Result<()> {
        let (left, right) = self.pop_shapes(Shape::I64x2)?;
        let value = self.builder.build_xor(left, right, "")?;
        self.push_vector(value)
    }

    /// Lowers `v128.bitselect`: bits of the first operand where the mask is one, of the second where it is zero.
    pub(crate) fn visit_v128_bitselect(&mut self) -> Result<()> {
        let mask = self.pop_shape(Shape::I64x2)?;
        let (ones, zeros) = self.pop_shapes(Shape::I64x2)?;
        let ones = self.builder.build_and(ones, mask, "")?;
        let inverted = self.builder.build_not(mask, "")?;
        let zeros = self.builder.build_and(zeros, inverted, "")?;
        let value = self.builder.build_or(ones, zeros, "")?;
        self.push_vector(value)
    }

    pub(crate) fn visit_v128_any_true(&mut self) -> Result<()> {
        let value = self.pop_shape(Shape::I64x2)?;
        let bits = self.builder.build_bit_cast(value, self.unit.context.i128_type(), "")?.into_int_value();
        let zero = bits.get_type().const_zero();
        let any = self.builder.build_int_compare(IntPredicate::NE, bits, zero, "")?;
        self.push_condition(any)
    }

    fn vector_all_true(&mut self, shape: Shape) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let zeros = self.builder.build_int_compare(IntPredicate::EQ, value, value.get_type().const_zero(), "")?;
        let zeros = self.gathered(zeros)?;
        let all = self.builder.build_int_compare(IntPredicate::EQ, zeros, zeros.get_type().const_zero(), "")?;
        self.push_condition(all)
    }

    fn vector_bitmask(&mut self, shape: Shape) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let signs = self.builder.build_int_compare(IntPredicate::SLT, value, value.get_type().const_zero(), "")?;
        let signs = self.gathered(signs)?;
        self.push_condition(signs)
    }

    /// Converts a vector of one-bit lanes to an integer. On a little-endian target the first lane becomes the lowest
    /// bit (<https://llvm.org/docs/LangRef.html#vector-type>).
    fn gathered(&self, truths: VectorValue<'ctx>) -> Result<IntValue<'ctx>> {
        let lanes = NonZeroU32::new(truths.get_type().get_size());
        let ty = lanes.and_then(|lanes| self.unit.context.custom_width_int_type(lanes).ok());
        let ty = ty.ok_or_else(|| Error::Codegen("LLVM has no integer type with a bit for each lane".into()))?;
        Ok(self.builder.build_bit_cast(truths, ty, "")?.into_int_value())
    }
}
