//! Float arithmetic and comparisons of lanes. NaNs are treated as in `lower/numeric/float.rs`.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#floating-point-operations>

use super::shape::{Binary, Shape};
use crate::error::Result;
use crate::lower::function::Lowering;
use inkwell::FloatPredicate;
use inkwell::builder::Builder;
use inkwell::values::VectorValue;

/// Minimum or maximum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extremum {
    Least,
    Greatest,
}
use Extremum::{Greatest, Least};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    shaped! {
        []
        vector_float(Builder::build_float_add): visit_f32x4_add F32x4, visit_f64x2_add F64x2;
        vector_float(Builder::build_float_sub): visit_f32x4_sub F32x4, visit_f64x2_sub F64x2;
        vector_float(Builder::build_float_mul): visit_f32x4_mul F32x4, visit_f64x2_mul F64x2;
        vector_float(Builder::build_float_div): visit_f32x4_div F32x4, visit_f64x2_div F64x2;
        vector_extremum(Least): visit_f32x4_min F32x4, visit_f64x2_min F64x2;
        vector_extremum(Greatest): visit_f32x4_max F32x4, visit_f64x2_max F64x2;
        vector_pseudo_extremum(Least): visit_f32x4_pmin F32x4, visit_f64x2_pmin F64x2;
        vector_pseudo_extremum(Greatest): visit_f32x4_pmax F32x4, visit_f64x2_pmax F64x2;
        vector_unary("llvm.fabs"): visit_f32x4_abs F32x4, visit_f64x2_abs F64x2;
        vector_unary("llvm.ceil"): visit_f32x4_ceil F32x4, visit_f64x2_ceil F64x2;
        vector_unary("llvm.floor"): visit_f32x4_floor F32x4, visit_f64x2_floor F64x2;
        vector_unary("llvm.trunc"): visit_f32x4_trunc F32x4, visit_f64x2_trunc F64x2;
        vector_unary("llvm.roundeven"): visit_f32x4_nearest F32x4, visit_f64x2_nearest F64x2;
        vector_unary("llvm.sqrt"): visit_f32x4_sqrt F32x4, visit_f64x2_sqrt F64x2;
        vector_float_neg(): visit_f32x4_neg F32x4, visit_f64x2_neg F64x2;
        vector_float_compare(FloatPredicate::OEQ): visit_f32x4_eq F32x4, visit_f64x2_eq F64x2;
        vector_float_compare(FloatPredicate::UNE): visit_f32x4_ne F32x4, visit_f64x2_ne F64x2;
        vector_float_compare(FloatPredicate::OLT): visit_f32x4_lt F32x4, visit_f64x2_lt F64x2;
        vector_float_compare(FloatPredicate::OGT): visit_f32x4_gt F32x4, visit_f64x2_gt F64x2;
        vector_float_compare(FloatPredicate::OLE): visit_f32x4_le F32x4, visit_f64x2_le F64x2;
        vector_float_compare(FloatPredicate::OGE): visit_f32x4_ge F32x4, visit_f64x2_ge F64x2;
    }

    fn vector_float(&mut self, shape: Shape, lower: Binary<'ctx>) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let value = lower(&self.builder, left, right, "")?;
        let quiet = self.quieted(value.into())?;
        self.push_vector(quiet.into_vector_value())
    }

    fn vector_unary(&mut self, shape: Shape, name: &str) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let value = self.same_type(name, &[value])?;
        self.push_vector(value)
    }

    fn vector_float_neg(&mut self, shape: Shape) -> Result<()> {
        let value = self.pop_shape(shape)?;
        let negated = self.builder.build_float_neg(value, "")?;
        self.push_vector(negated)
    }

    fn vector_float_compare(&mut self, shape: Shape, predicate: FloatPredicate) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let truths = self.builder.build_float_compare(predicate, left, right, "")?;
        let mask = self.builder.build_int_s_extend(truths, self.int_lanes(left), "")?;
        self.push_vector(mask)
    }

    /// Lowers `min` or `max` to two selections, each by one comparison, as processors have them.
    ///
    /// The two results differ for zeros of different signs, where the sign bit decides, and for NaNs, whose sum is a
    /// quiet NaN. This is shorter than the code that LLVM generates for its `minimum`, which orders zeros by comparing
    /// signs.
    pub(super) fn vector_extremum(&mut self, shape: Shape, which: Extremum) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let bits = self.int_lanes(left);
        let one = self.chosen(which, left, right)?;
        let other = self.chosen(which, right, left)?;
        let one = self.builder.build_bit_cast(one, bits, "")?.into_vector_value();
        let other = self.builder.build_bit_cast(other, bits, "")?.into_vector_value();
        let ordered = match which {
            Least => self.builder.build_or(one, other, "")?,
            Greatest => self.builder.build_and(one, other, "")?,
        };
        let ordered = self.builder.build_bit_cast(ordered, left.get_type(), "")?.into_vector_value();
        let sum = self.builder.build_float_add(left, right, "")?;
        let quiet = self.quieted(sum.into())?.into_vector_value();
        let unordered = self.builder.build_float_compare(FloatPredicate::UNO, left, right, "")?;
        let value = self.builder.build_select(unordered, quiet, ordered, "")?;
        self.push_vector(value.into_vector_value())
    }

    /// Lowers `pmin` or `pmax`: the second operand if it is beyond the first, otherwise the first.
    fn vector_pseudo_extremum(&mut self, shape: Shape, which: Extremum) -> Result<()> {
        let (left, right) = self.pop_shapes(shape)?;
        let value = self.chosen(which, right, left)?;
        self.push_vector(value)
    }

    /// Selects `preferred` where it is beyond `other`, and `other` elsewhere.
    pub(super) fn chosen(
        &self,
        which: Extremum,
        preferred: VectorValue<'ctx>,
        other: VectorValue<'ctx>,
    ) -> Result<VectorValue<'ctx>> {
        let predicate = match which {
            Least => FloatPredicate::OLT,
            Greatest => FloatPredicate::OGT,
        };
        let beyond = self.builder.build_float_compare(predicate, preferred, other, "")?;
        Ok(self.builder.build_select(beyond, preferred, other, "")?.into_vector_value())
    }
}
