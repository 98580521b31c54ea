//! Relaxed vector operators.
//!
//! Where the spec allows several results, [`RelaxedSimd`] chooses: those of the deterministic profile, the same on
//! every host, or those that the target computes in the fewest instructions.
//!
//! | operator | [`Deterministic`](RelaxedSimd::Deterministic) | [`Fast`](RelaxedSimd::Fast) on x86-64 |
//! |---|---|---|
//! | `i8x16.relaxed_swizzle` | as `i8x16.swizzle`: zero for every index above 15 | index modulo 16, zero from 128 on: `pshufb` |
//! | `i32x4.relaxed_trunc_*_s` | as `i32x4.trunc_sat_*`: zero for a NaN, otherwise the nearest integer | the smallest integer for a NaN and out of range: `cvttps2dq`, `cvttpd2dq` |
//! | `i32x4.relaxed_trunc_*_u` | as above | with AVX-512 all ones there: `vcvttps2udq`, `vcvttpd2udq`; otherwise as deterministic |
//! | `relaxed_madd`, `relaxed_nmadd` | not fused: the product is rounded, then the sum | fused with FMA; otherwise as deterministic |
//! | `relaxed_laneselect` | as `v128.bitselect`: bit by bit | by the top bit: of each byte for `i8x16` and `i16x8` (`pblendvb`), of each lane for others (`blendvps`, `blendvpd`) |
//! | `relaxed_min`, `relaxed_max` | as `min` and `max` | the second operand for a NaN and for zeros of either sign: `minps`, `maxps` |
//! | `i16x8.relaxed_q15mulr_s` | as `i16x8.q15mulr_sat_s`: 0x7fff for -1 times -1 | 0x8000 there: `pmulhrsw` |
//! | `relaxed_dot_i8x16_i7x16` | both operands signed; sums of pairs saturate | the second operand unsigned; sums of pairs saturate: `pmaddubsw` |
//!
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#relaxed-operations>

use super::float::Extremum;
use super::shape::Shape;
use crate::config::RelaxedSimd;
use crate::error::Result;
use crate::llvm::intrinsics::VectorIntrinsics;
use crate::lower::function::Lowering;
use crate::lower::numeric::convert::Sign;
use inkwell::IntPredicate;
use inkwell::values::VectorValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    shaped! {
        []
        vector_relaxed_swizzle(): visit_i8x16_relaxed_swizzle I8x16;
        vector_relaxed_truncate(Sign::Signed): visit_i32x4_relaxed_trunc_f32x4_s F32x4,
            visit_i32x4_relaxed_trunc_f64x2_s_zero F64x2;
        vector_relaxed_truncate(Sign::Unsigned): visit_i32x4_relaxed_trunc_f32x4_u F32x4,
            visit_i32x4_relaxed_trunc_f64x2_u_zero F64x2;
        vector_multiply_add(false): visit_f32x4_relaxed_madd F32x4, visit_f64x2_relaxed_madd F64x2;
        vector_multiply_add(true): visit_f32x4_relaxed_nmadd F32x4, visit_f64x2_relaxed_nmadd F64x2;
        vector_laneselect(): visit_i8x16_relaxed_laneselect I8x16, visit_i16x8_relaxed_laneselect I16x8,
            visit_i32x4_relaxed_laneselect I32x4, visit_i64x2_relaxed_laneselect I64x2;
        vector_relaxed_extremum(Extremum::Least): visit_f32x4_relaxed_min F32x4, visit_f64x2_relaxed_min F64x2;
        vector_relaxed_extremum(Extremum::Greatest): visit_f32x4_relaxed_max F32x4, visit_f64x2_relaxed_max F64x2;
        vector_relaxed_q15mulr(): visit_i16x8_relaxed_q15mulr_s I16x8;
        vector_relaxed_dot(): visit_i16x8_relaxed_dot_i8x16_i7x16_s I8x16;
        vector_relaxed_dot_add(): visit_i32x4_relaxed_dot_i8x16_i7x16_add_s I8x16;
    }

    /// Returns the intrinsics of the target if they choose the results.
    fn fast(&self) -> Option<&VectorIntrinsics> {
        let options = &self.unit.options;
        (options.relaxed_simd == RelaxedSimd::Fast).then_some(&options.vector_intrinsics)
    }

    fn vector_relaxed_swizzle(&mut self, shape: Shape) -> Result<()> {
        let Some(lookup) = self.fast().and_then(|has| has.lookup) else { return self.vector_swizzle(shape) };
        let (table, indices) = self.pop_shapes(shape)?;
        let value = self.intrinsic(lookup, &[], &[table.into(), indices.into()])?;
        self.push_vector(value.into_vector_value())
    }

    fn vector_relaxed_truncate(&mut self, shape: Shape, sign: Sign) -> Result<()> {
        let truncation = self.fast().and_then(|has| match (shape, sign) {
            (Shape::F32x4, Sign::Signed) => has.truncate_f32_s,
            (Shape::F32x4, Sign::Unsigned) => has.truncate_f32_u,
            (_, Sign::Signed) => has.truncate_f64_s,
            (_, Sign::Unsigned) => has.truncate_f64_u,
        });
        let Some(truncation) = truncation else { return self.vector_truncate(shape, sign) };
        let value = self.pop_shape(shape)?;
        let value = match sign {
            Sign::Signed => self.intrinsic(truncation, &[], &[value.into()])?,
            Sign::Unsigned => {
                let otherwise = self.vector_type(Shape::I32x4).const_zero();
                let all = self.unit.types.i8.const_all_ones();
                self.intrinsic(truncation, &[], &[value.into(), otherwise.into(), all.into()])?
            }
        };
        self.push_vector(value.into_vector_value())
    }

    fn vector_multiply_add(&mut self, shape: Shape, negated: bool) -> Result<()> {
        let addend = self.pop_shape(shape)?;
        let (left, right) = self.pop_shapes(shape)?;
        let left = if negated { self.builder.build_float_neg(left, "")? } else { left };
        let value = if self.fast().is_some_and(|has| has.fused) {
            self.same_type("llvm.fma", &[left, right, addend])?
        } else {
            let product = self.builder.build_float_mul(left, right, "")?;
            let product = self.quieted(product.into())?.into_vector_value();
            self.builder.build_float_add(product, addend, "")?
        };
        let quiet = self.quieted(value.into())?;
        self.push_vector(quiet.into_vector_value())
    }

    fn vector_laneselect(&mut self, shape: Shape) -> Result<()> {
        if self.fast().is_none() {
            return self.visit_v128_bitselect();
        }
        // The target has no blend of 16-bit lanes. A blend of bytes is one of the results that the spec allows for
        // them.
        let shape = if shape == Shape::I16x8 { Shape::I8x16 } else { shape };
        let mask = self.pop_shape(shape)?;
        let (set, clear) = self.pop_shapes(shape)?;
        let zero = mask.get_type().const_zero();
        let condition = self.builder.build_int_compare(IntPredicate::SLT, mask, zero, "")?;
        let value = self.builder.build_select(condition, set, clear, "")?;
        self.push_vector(value.into_vector_value())
    }

    /// Lowers `relaxed_min` or `relaxed_max` to one comparison and one selection, which is how the instruction is
    /// defined.
    fn vector_relaxed_extremum(&mut self, shape: Shape, which: Extremum) -> Result<()> {
        if self.fast().is_none() {
            return self.vector_extremum(shape, which);
        }
        let (left, right) = self.pop_shapes(shape)?;
        let value = self.chosen(which, left, right)?;
        self.push_vector(value)
    }

    fn vector_relaxed_q15mulr(&mut self, shape: Shape) -> Result<()> {
        let Some(multiply) = self.fast().and_then(|has| has.multiply_q15) else { return self.vector_q15mulr(shape) };
        let (left, right) = self.pop_shapes(shape)?;
        let value = self.intrinsic(multiply, &[], &[left.into(), right.into()])?;
        self.push_vector(value.into_vector_value())
    }

    fn pop_relaxed_dot(&mut self, shape: Shape) -> Result<VectorValue<'ctx>> {
        let (left, right) = self.pop_shapes(shape)?;
        if let Some(dot) = self.fast().and_then(|has| has.dot_bytes) {
            return Ok(self.intrinsic(dot, &[], &[right.into(), left.into()])?.into_vector_value());
        }
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
