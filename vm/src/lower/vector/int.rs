//! Integer arithmetic and comparisons of lanes.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#integer-operations>

use super::shape::{Binary, Shape};
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::numeric::convert::Sign;
use inkwell::IntPredicate;
use inkwell::builder::Builder;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    shaped! {
        []
        vector_int(Builder::build_int_add):
            visit_i8x16_add I8x16, visit_i16x8_add I16x8, visit_i32x4_add I32x4, visit_i64x2_add I64x2;
        vector_int(Builder::build_int_sub):
            visit_i8x16_sub I8x16, visit_i16x8_sub I16x8, visit_i32x4_sub I32x4, visit_i64x2_sub I64x2;
        vector_int(Builder::build_int_mul): visit_i16x8_mul I16x8, visit_i32x4_mul I32x4, visit_i64x2_mul I64x2;
        vector_named("llvm.sadd.sat"): visit_i8x16_add_sat_s I8x16, visit_i16x8_add_sat_s I16x8;
        vector_named("llvm.uadd.sat"): visit_i8x16_add_sat_u I8x16, visit_i16x8_add_sat_u I16x8;
        vector_named("llvm.ssub.sat"): visit_i8x16_sub_sat_s I8x16, visit_i16x8_sub_sat_s I16x8;
        vector_named("llvm.usub.sat"): visit_i8x16_sub_sat_u I8x16, visit_i16x8_sub_sat_u I16x8;
        vector_named("llvm.smin"): visit_i8x16_min_s I8x16, visit_i16x8_min_s I16x8, visit_i32x4_min_s I32x4;
        vector_named("llvm.umin"): visit_i8x16_min_u I8x16, visit_i16x8_min_u I16x8, visit_i32x4_min_u I32x4;
        vector_named("llvm.smax"): visit_i8x16_max_s I8x16, visit_i16x8_max_s I16x8, visit_i32x4_max_s I32x4;
        vector_named("llvm.umax"): visit_i8x16_max_u I8x16, visit_i16x8_max_u I16x8, visit_i32x4_max_u I32x4;
        vector_avgr(): visit_i8x16_avgr_u I8x16, visit_i16x8_avgr_u I16x8;
        vector_q15mulr(): visit_i16x8_q15mulr_sat_s I16x8;
        vector_int_abs():
            visit_i8x16_abs I8x16, visit_i16x8_abs I16x8, visit_i32x4_abs I32x4, visit_i64x2_abs I64x2;
        vector_int_neg():
            visit_i8x16_neg I8x16, visit_i16x8_neg I16x8, visit_i32x4_neg I32x4, visit_i64x2_neg I64x2;
        vector_popcnt(): visit_i8x16_popcnt I8x16;
        vector_shift(Builder::build_left_shift):
            visit_i8x16_shl I8x16, visit_i16x8_shl I16x8, visit_i32x4_shl I32x4, visit_i64x2_shl I64x2;
        vector_byte_shift(): visit_i8x16_shr_s I8x16;
        vector_shift(|b, l, r, name| b.build_right_shift(l, r, true, name)): visit_i16x8_shr_s I16x8, visit_i32x4_shr_s I32x4, visit_i64x2_shr_s I64x2;
        vector_shift(|b, l, r, name| b.build_right_shift(l, r, false, name)):
            visit_i8x16_shr_u I8x16, visit_i16x8_shr_u I16x8, visit_i32x4_shr_u I32x4, visit_i64x2_shr_u I64x2;
        vector_int_compare(IntPredicate::EQ):
            visit_i8x16_eq I8x16, visit_i16x8_eq I16x8, visit_i32x4_eq I32x4, visit_i64x2_eq I64x2;
        vector_int_compare(IntPredicate::NE):
            visit_i8x16_ne I8x16, visit_i16x8_ne I16x8, visit_i32x4_ne I32x4, visit_i64x2_ne I64x2;
        vector_int_compare(IntPredicate::SLT):
            visit_i8x16_lt_s I8x16, visit_i16x8_lt_s I16x8, visit_i32x4_lt_s I32x4, visit_i64x2_lt_s I64x2;
        vector_int_compare(IntPredicate::ULT):
            visit_i8x16_lt_u I8x16, visit_i16x8_lt_u I16x8, visit_i32x4_lt_u I32x4;
        vector_int_compare(IntPredicate::SGT):
            visit_i8x16_gt_s I8x16, visit_i16x8_gt_s I16x8, visit_i32x4_gt_s I32x4, visit_i64x2_gt_s I64x2;
        vector_int_compare(IntPredicate::UGT):
            visit_i8x16_gt_u I8x16, visit_i16x8_gt_u I16x8, visit_i32x4_gt_u I32x4;
        vector_int_compare(IntPredicate::SLE):
            visit_i8x16_le_s I8x16, visit_i16x8_le_s I16x8, visit_i32x4_le_s I32x4, visit_i64x2_le_s I64x2;
        vector_int_compare(IntPredicate::ULE):
            visit_i8x16_le_u I8x16, visit_i16x8_le_u I16x8, visit_i32x4_le_u I32x4;
        vector_int_compare(IntPredicate::SGE):
            visit_i8x16_ge_s I8x16, visit_i16x8_ge_s I16x8, visit_i32x4_ge_s I32x4, visit_i64x2_ge_s I64x2;
        vector_int_compare(IntPredicate::UGE):
            visit_i8x16_ge_u I8x16, visit_i16x8_ge_u I16x8, visit_i32x4_ge_u I32x4;
    }

    fn vector_int(&mut self, shape: Shape, lower: Binary<'ctx>) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let value = lower(&self.builder, left, right, "")?;
        self.push_vector(value)
    }

    fn vector_named(&mut self, shape: Shape, name: &str) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let value = self.same_type(name, &[left, right])?;
        self.push_vector(value)
    }

    /// Lowers `avgr_u`: the mean, rounded up. The sum is computed at twice the width.
    fn vector_avgr(&mut self, shape: Shape) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let (left, right) = (self.widened(left, Sign::Unsigned)?, self.widened(right, Sign::Unsigned)?);
        let one = self.int_splat(left, 1);
        let sum = self.builder.build_int_add(left, right, "")?;
        let sum = self.builder.build_int_add(sum, one, "")?;
        let half = self.builder.build_right_shift(sum, one, false, "")?;
        let narrow = self.builder.build_int_truncate(half, self.vector_type(shape), "")?;
        self.push_vector(narrow)
    }

    /// Lowers `q15mulr_sat_s`: rounded multiplication of fixed-point numbers. Only the product of -1 and -1 does not
    /// fit.
    pub(super) fn vector_q15mulr(&mut self, shape: Shape) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let value = if let Some(name) = self.unit.options.vector_intrinsics.multiply_q15 {
            let wrapped = self.intrinsic(name, &[], &[left.into(), right.into()])?.into_vector_value();
            let overflow = self.int_splat(wrapped, i16::MIN.into());
            let overflows = self.builder.build_int_compare(IntPredicate::EQ, wrapped, overflow, "")?;
            let mask = self.builder.build_int_s_extend(overflows, wrapped.get_type(), "")?;
            self.builder.build_xor(wrapped, mask, "")?
        } else {
            let (left, right) = (self.widened(left, Sign::Signed)?, self.widened(right, Sign::Signed)?);
            let product = self.builder.build_int_mul(left, right, "")?;
            let rounded = self.builder.build_int_add(product, self.int_splat(product, 1 << 14), "")?;
            let value = self.builder.build_right_shift(rounded, self.int_splat(product, 15), true, "")?;
            let value = self.same_type("llvm.smin", &[value, self.int_splat(value, i16::MAX.into())])?;
            self.builder.build_int_truncate(value, self.vector_type(shape), "")?
        };
        self.push_vector(value)
    }

    /// The smallest number is its own absolute value.
    fn vector_int_abs(&mut self, shape: Shape) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let smallest_is_poison = self.unit.types.i1.const_zero();
        let value =
            self.intrinsic("llvm.abs", &[value.get_type().into()], &[value.into(), smallest_is_poison.into()])?;
        self.push_vector(value.into_vector_value())
    }

    fn vector_int_neg(&mut self, shape: Shape) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let negated = self.builder.build_int_neg(value, "")?;
        self.push_vector(negated)
    }

    fn vector_popcnt(&mut self, shape: Shape) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let counts = self.same_type("llvm.ctpop", &[value])?;
        self.push_vector(counts)
    }

    /// Lowers a shift by one distance for all lanes. The distance is taken modulo the lane width; beyond it LLVM
    /// returns poison.
    fn vector_shift(&mut self, shape: Shape, lower: Binary<'ctx>) -> Result<()> {
        let distance = self.pop_int();
        let value = self.pop_shape(shape)?;
        let mask = distance.get_type().const_int(u64::from(shape.lane_bits() - 1), false);
        let distance = self.builder.build_and(distance, mask, "")?;
        let lane = self.int_type(shape.lane_bits());
        let distance = self.builder.build_int_cast_sign_flag(distance, lane, false, "")?;
        let distances = self.splat(distance.into(), shape.lanes())?;
        let shifted = lower(&self.builder, value, distances, "")?;
        self.push_vector(shifted)
    }

    /// Shifts bytes to the right, keeping signs. Without an instruction for that, bytes at odd positions are shifted
    /// in place, as upper halves of 16 bits; bytes at even positions are moved up, shifted, and moved back. For a
    /// constant distance LLVM finds shorter code.
    fn vector_byte_shift(&mut self, shape: Shape) -> Result<()> {
        let is_constant = self.stack.last().is_some_and(|distance| distance.into_int_value().is_const());
        if self.unit.options.vector_intrinsics.byte_shifts || is_constant {
            return self.vector_shift(shape, |b, l, r, name| b.build_right_shift(l, r, true, name));
        }
        let distance = self.pop_int();
        let value = self.pop_shape(Shape::I16x8)?;
        let mask = distance.get_type().const_int(7, false);
        let distance = self.builder.build_and(distance, mask, "")?;
        let distance = self.builder.build_int_cast_sign_flag(distance, self.unit.types.i16, false, "")?;
        let distances = self.splat(distance.into(), Shape::I16x8.lanes())?;
        let (byte, upper) = (self.int_splat(value, 8), self.int_splat(value, 0xff00));
        let odd = self.builder.build_right_shift(value, distances, true, "")?;
        let odd = self.builder.build_and(odd, upper, "")?;
        let even = self.builder.build_left_shift(value, byte, "")?;
        let even = self.builder.build_right_shift(even, distances, true, "")?;
        let even = self.builder.build_right_shift(even, byte, false, "")?;
        let shifted = self.builder.build_or(odd, even, "")?;
        self.push_vector(shifted)
    }

    fn vector_int_compare(&mut self, shape: Shape, predicate: IntPredicate) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let truths = self.builder.build_int_compare(predicate, left, right, "")?;
        let mask = self.builder.build_int_s_extend(truths, self.vector_type(shape), "")?;
        self.push_vector(mask)
    }
}
