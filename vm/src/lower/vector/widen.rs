//! Integer operators between lanes of one width and lanes of half that width.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#vector-instructions>

use super::shape::{Shape, vector_of};
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::numeric::convert::Sign;
use Half::{High, Low};
use Sign::{Signed, Unsigned};
use inkwell::types::VectorType;
use inkwell::values::VectorValue;

/// The lower or the upper half of the lanes of a vector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Half {
    Low,
    High,
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    // The shapes are those of the operands.
    shaped! {
        []
        vector_extend(Low, Signed): visit_i16x8_extend_low_i8x16_s I8x16, visit_i32x4_extend_low_i16x8_s I16x8,
            visit_i64x2_extend_low_i32x4_s I32x4;
        vector_extend(High, Signed): visit_i16x8_extend_high_i8x16_s I8x16, visit_i32x4_extend_high_i16x8_s I16x8,
            visit_i64x2_extend_high_i32x4_s I32x4;
        vector_extend(Low, Unsigned): visit_i16x8_extend_low_i8x16_u I8x16, visit_i32x4_extend_low_i16x8_u I16x8,
            visit_i64x2_extend_low_i32x4_u I32x4;
        vector_extend(High, Unsigned): visit_i16x8_extend_high_i8x16_u I8x16, visit_i32x4_extend_high_i16x8_u I16x8,
            visit_i64x2_extend_high_i32x4_u I32x4;
        vector_extmul(Low, Signed): visit_i16x8_extmul_low_i8x16_s I8x16, visit_i32x4_extmul_low_i16x8_s I16x8,
            visit_i64x2_extmul_low_i32x4_s I32x4;
        vector_extmul(High, Signed): visit_i16x8_extmul_high_i8x16_s I8x16, visit_i32x4_extmul_high_i16x8_s I16x8,
            visit_i64x2_extmul_high_i32x4_s I32x4;
        vector_extmul(Low, Unsigned): visit_i16x8_extmul_low_i8x16_u I8x16, visit_i32x4_extmul_low_i16x8_u I16x8,
            visit_i64x2_extmul_low_i32x4_u I32x4;
        vector_extmul(High, Unsigned): visit_i16x8_extmul_high_i8x16_u I8x16, visit_i32x4_extmul_high_i16x8_u I16x8,
            visit_i64x2_extmul_high_i32x4_u I32x4;
        vector_extadd(Signed): visit_i16x8_extadd_pairwise_i8x16_s I8x16, visit_i32x4_extadd_pairwise_i16x8_s I16x8;
        vector_extadd(Unsigned): visit_i16x8_extadd_pairwise_i8x16_u I8x16, visit_i32x4_extadd_pairwise_i16x8_u I16x8;
        vector_narrow(Signed): visit_i8x16_narrow_i16x8_s I16x8, visit_i16x8_narrow_i32x4_s I32x4;
        vector_narrow(Unsigned): visit_i8x16_narrow_i16x8_u I16x8, visit_i16x8_narrow_i32x4_u I32x4;
        vector_dot(): visit_i32x4_dot_i16x8_s I16x8;
    }

    /// Extends every lane to twice its width.
    pub(super) fn widened(&self, value: VectorValue<'ctx>, sign: Sign) -> Result<VectorValue<'ctx>> {
        let ty = value.get_type();
        let lane = self.int_type(2 * ty.get_element_type().into_int_type().get_bit_width());
        let wide = lane.vec_type(ty.get_size());
        Ok(match sign {
            Signed => self.builder.build_int_s_extend(value, wide, "")?,
            Unsigned => self.builder.build_int_z_extend(value, wide, "")?,
        })
    }

    /// Returns one half of the lanes.
    pub(super) fn half(&self, value: VectorValue<'ctx>, half: Half) -> Result<VectorValue<'ctx>> {
        let lanes = value.get_type().get_size();
        let first = if half == Low { 0 } else { lanes / 2 };
        self.shuffle(value, value, first..first + lanes / 2)
    }

    /// Returns the lanes at even positions and those at odd positions.
    pub(super) fn pairs(&self, value: VectorValue<'ctx>) -> Result<(VectorValue<'ctx>, VectorValue<'ctx>)> {
        let lanes = value.get_type().get_size();
        let even = self.shuffle(value, value, (0..lanes).step_by(2))?;
        Ok((even, self.shuffle(value, value, (1..lanes).step_by(2))?))
    }

    /// Returns the vector type with integer lanes of the same width.
    pub(super) fn int_lanes(&self, like: VectorValue<'ctx>) -> VectorType<'ctx> {
        let lanes = like.get_type().get_size();
        vector_of(self.int_type(128 / lanes).into(), lanes)
    }

    fn vector_extend(&mut self, shape: Shape, half: Half, sign: Sign) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let value = self.half(value, half)?;
        let wide = self.widened(value, sign)?;
        self.push_vector(wide)
    }

    fn vector_extmul(&mut self, shape: Shape, half: Half, sign: Sign) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let left = self.widened(self.half(left, half)?, sign)?;
        let right = self.widened(self.half(right, half)?, sign)?;
        let product = self.builder.build_int_mul(left, right, "")?;
        self.push_vector(product)
    }

    fn vector_extadd(&mut self, shape: Shape, sign: Sign) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let sums = self.pairwise_sums(value, sign)?;
        self.push_vector(sums)
    }

    /// Adds neighbouring lanes at twice their width. Without an instruction for that, the wide lane that holds both
    /// neighbours is shifted, which is cheaper than a shuffle.
    pub(super) fn pairwise_sums(&self, value: VectorValue<'ctx>, sign: Sign) -> Result<VectorValue<'ctx>> {
        let ty = value.get_type();
        let width = ty.get_element_type().into_int_type().get_bit_width();
        let has = &self.unit.options.vector_intrinsics;
        let ones = self.int_splat(value, 1);
        // By multiplication with one: no sum is large enough to saturate.
        let dot = match (width, sign) {
            (8, Signed) => has.dot_bytes.map(|name| (name, ones, value)),
            (8, Unsigned) => has.dot_bytes.map(|name| (name, value, ones)),
            (_, Signed) => has.dot_words.map(|name| (name, value, ones)),
            (_, Unsigned) => None,
        };
        if let Some((name, left, right)) = dot {
            return Ok(self.intrinsic(name, &[], &[left.into(), right.into()])?.into_vector_value());
        }
        let wide = self.int_type(2 * width).vec_type(ty.get_size() / 2);
        let value = self.builder.build_bit_cast(value, wide, "")?.into_vector_value();
        let distance = self.int_splat(value, width.into());
        let signed = sign == Signed;
        let even = self.builder.build_left_shift(value, distance, "")?;
        let even = self.builder.build_right_shift(even, distance, signed, "")?;
        let odd = self.builder.build_right_shift(value, distance, signed, "")?;
        Ok(self.builder.build_int_add(even, odd, "")?)
    }

    /// Lowers `narrow`: the lanes of both operands at half their width, saturated.
    fn vector_narrow(&mut self, shape: Shape, sign: Sign) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let value = self.shuffle(left, right, 0..2 * shape.lanes())?;
        let width = shape.lane_bits() / 2;
        let (least, greatest) = match sign {
            Signed => (-(1 << (width - 1)), (1 << (width - 1)) - 1),
            Unsigned => (0, (1 << width) - 1),
        };
        let value = self.same_type("llvm.smax", &[value, self.int_splat(value, least)])?;
        let value = self.same_type("llvm.smin", &[value, self.int_splat(value, greatest)])?;
        let narrow = self.int_type(width).vec_type(2 * shape.lanes());
        let narrow = self.builder.build_int_truncate(value, narrow, "")?;
        self.push_vector(narrow)
    }

    fn vector_dot(&mut self, shape: Shape) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let (even, odd) = self.products(left, right)?;
        let sums = self.builder.build_int_add(even, odd, "")?;
        self.push_vector(sums)
    }

    /// Returns the signed products at twice the width of the factors: those of even lanes, and those of odd lanes.
    pub(super) fn products(
        &self,
        left: VectorValue<'ctx>,
        right: VectorValue<'ctx>,
    ) -> Result<(VectorValue<'ctx>, VectorValue<'ctx>)> {
        let (left, right) = (self.widened(left, Signed)?, self.widened(right, Signed)?);
        let products = self.builder.build_int_mul(left, right, "")?;
        self.pairs(products)
    }
}
