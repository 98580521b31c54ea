//! Relaxed operators: where the specification leaves a choice, the one that it prescribes to its deterministic
//! profile, so that code gives the same numbers on every host.
//!
//! | operator | choice |
//! |---|---|
//! | `i8x16.relaxed_swizzle` | that of `i8x16.swizzle`: zero for every index past 15 |
//! | `i32x4.relaxed_trunc_*` | that of `i32x4.trunc_sat_*`: zero for NaN, else the nearest integer |
//! | `relaxed_madd`, `relaxed_nmadd` | not fused: the product is rounded, then the sum |
//! | `relaxed_laneselect` | that of `v128.bitselect`: bit by bit |
//! | `relaxed_min`, `relaxed_max` | those of `min` and `max` |
//! | `i16x8.relaxed_q15mulr_s` | that of `i16x8.q15mulr_sat_s`: 0x7fff for -1 times -1 |
//! | `relaxed_dot_i8x16_i7x16` | both operands signed; sums of pairs saturate |
//!
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#relaxed-operations>

use super::float::Extremum;
use super::shape::Shape;
use crate::error::Result;
use crate::lower::convert::Sign;
use crate::lower::function::Lowering;
use inkwell::values::VectorValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    shaped! {
        []
        vector_swizzle(): visit_i8x16_relaxed_swizzle I8x16;
        vector_truncate(Sign::Signed): visit_i32x4_relaxed_trunc_f32x4_s F32x4,
            visit_i32x4_relaxed_trunc_f64x2_s_zero F64x2;
        vector_truncate(Sign::Unsigned): visit_i32x4_relaxed_trunc_f32x4_u F32x4,
            visit_i32x4_relaxed_trunc_f64x2_u_zero F64x2;
        vector_multiply_add(false): visit_f32x4_relaxed_madd F32x4, visit_f64x2_relaxed_madd F64x2;
        vector_multiply_add(true): visit_f32x4_relaxed_nmadd F32x4, visit_f64x2_relaxed_nmadd F64x2;
        vector_laneselect(): visit_i8x16_relaxed_laneselect I8x16, visit_i16x8_relaxed_laneselect I16x8,
            visit_i32x4_relaxed_laneselect I32x4, visit_i64x2_relaxed_laneselect I64x2;
        vector_extremum(Extremum::Least): visit_f32x4_relaxed_min F32x4, visit_f64x2_relaxed_min F64x2;
        vector_extremum(Extremum::Greatest): visit_f32x4_relaxed_max F32x4, visit_f64x2_relaxed_max F64x2;
        vector_q15mulr(): visit_i16x8_relaxed_q15mulr_s I16x8;
        vector_relaxed_dot(): visit_i16x8_relaxed_dot_i8x16_i7x16_s I8x16;
        vector_relaxed_dot_add(): visit_i32x4_relaxed_dot_i8x16_i7x16_add_s I8x16;
    }

    fn vector_multiply_add(&mut self, shape: Shape, negated: bool) -> Result<()> {
        let addend = self.pop_guarded(shape)?;
        let right = self.pop_guarded(shape)?;
        let left = self.pop_guarded(shape)?;
        let left = if negated { self.builder.build_float_neg(left, "")? } else { left };
        let product = self.builder.build_float_mul(left, right, "")?;
        let sum = self.builder.build_float_add(product, addend, "")?;
        self.push_vector(sum)
    }

    fn vector_laneselect(&mut self, _shape: Shape) -> Result<()> {
        self.visit_v128_bitselect()
    }

    fn pop_relaxed_dot(&mut self, shape: Shape) -> Result<VectorValue<'ctx>> {
        let (left, right) = self.pop_shapes(shape)?;
        let (even, odd) = self.products(left, right)?;
        self.same_type("llvm.sadd.sat", &[even, odd])
    }

    fn vector_relaxed_dot(&mut self, shape: Shape) -> Result<()> {
        let sums = self.pop_relaxed_dot(shape)?;
        self.push_vector(sums)
    }

    fn vector_relaxed_dot_add(&mut self, shape: Shape) -> Result<()> {
        let addend = self.pop_shape(Shape::I32x4)?;
        let sums = self.pop_relaxed_dot(shape)?;
        let sums = self.pairwise_sums(sums, Sign::Signed)?;
        let value = self.builder.build_int_add(sums, addend, "")?;
        self.push_vector(value)
    }
}
