//! Conversions between integer lanes and float lanes.
//! Spec: <https://webassembly.github.io/spec/core/exec/numerics.html#conversions>

use super::shape::Shape;
use super::widen::Half;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::numeric::convert::Sign;
use Sign::{Signed, Unsigned};
use inkwell::values::VectorValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    // The shape is that of the operand of a truncation, and that of the result of a conversion from integers.
    shaped! {
        []
        vector_truncate(Signed): visit_i32x4_trunc_sat_f32x4_s F32x4, visit_i32x4_trunc_sat_f64x2_s_zero F64x2;
        vector_truncate(Unsigned): visit_i32x4_trunc_sat_f32x4_u F32x4, visit_i32x4_trunc_sat_f64x2_u_zero F64x2;
        vector_from_int(Signed): visit_f32x4_convert_i32x4_s F32x4, visit_f64x2_convert_low_i32x4_s F64x2;
        vector_from_int(Unsigned): visit_f32x4_convert_i32x4_u F32x4, visit_f64x2_convert_low_i32x4_u F64x2;
    }

    /// Returns a vector of four lanes; two lanes are filled up with zeros.
    pub(super) fn filled_with_zeros(&self, value: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        match value.get_type().get_size() {
            4 => Ok(value),
            _ => self.shuffle(value, value.get_type().const_zero(), 0..4),
        }
    }

    fn vector_from_int(&mut self, shape: Shape, sign: Sign) -> Result<()> {
        let value = self.pop_shape(Shape::I32x4)?;
        let value = if shape == Shape::F64x2 { self.half(value, Half::Low)? } else { value };
        let ty = self.vector_type(shape);
        let converted = match sign {
            Signed => self.builder.build_signed_int_to_float(value, ty, "")?,
            Unsigned => self.builder.build_unsigned_int_to_float(value, ty, "")?,
        };
        self.push_vector(converted)
    }

    pub(crate) fn visit_f64x2_promote_low_f32x4(&mut self) -> Result<()> {
        let value = self.pop_shape(Shape::F32x4)?;
        let low = self.half(value, Half::Low)?;
        let wide = self.builder.build_float_ext(low, self.vector_type(Shape::F64x2), "")?;
        self.push_vector(wide)
    }

    /// Lowers a demotion. The result is quieted, as that of `f32.demote_f64` is.
    pub(crate) fn visit_f32x4_demote_f64x2_zero(&mut self) -> Result<()> {
        let value = self.pop_shape(Shape::F64x2)?;
        let narrow = self.builder.build_float_trunc(value, self.unit.types.f32.vec_type(2), "")?;
        let filled = self.filled_with_zeros(narrow)?;
        let quiet = self.quieted(filled.into())?;
        self.push_vector(quiet.into_vector_value())
    }
}
