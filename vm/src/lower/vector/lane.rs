//! Single lanes, splats, shuffles and swizzles.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#vector-instructions>

use super::shape::Shape;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::numeric::convert::Sign;
use inkwell::IntPredicate;
use inkwell::values::{BasicValueEnum, VectorValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    shaped! {
        []
        vector_splat(): visit_i8x16_splat I8x16, visit_i16x8_splat I16x8, visit_i32x4_splat I32x4,
            visit_i64x2_splat I64x2, visit_f32x4_splat F32x4, visit_f64x2_splat F64x2;
        vector_swizzle(): visit_i8x16_swizzle I8x16;
    }

    shaped! {
        [lane: u8]
        vector_extract(lane, Sign::Signed): visit_i8x16_extract_lane_s I8x16, visit_i16x8_extract_lane_s I16x8,
            visit_i32x4_extract_lane I32x4, visit_i64x2_extract_lane I64x2, visit_f32x4_extract_lane F32x4,
            visit_f64x2_extract_lane F64x2;
        vector_extract(lane, Sign::Unsigned): visit_i8x16_extract_lane_u I8x16, visit_i16x8_extract_lane_u I16x8;
        vector_replace(lane): visit_i8x16_replace_lane I8x16, visit_i16x8_replace_lane I16x8,
            visit_i32x4_replace_lane I32x4, visit_i64x2_replace_lane I64x2, visit_f32x4_replace_lane F32x4,
            visit_f64x2_replace_lane F64x2;
    }

    /// Pops a scalar as a lane. On the operand stack small integers are `i32`s.
    fn pop_lane(&mut self, shape: Shape) -> Result<BasicValueEnum<'ctx>> {
        let value = self.pop();
        Ok(match value {
            BasicValueEnum::IntValue(value) if value.get_type().get_bit_width() > shape.lane_bits() => {
                self.builder.build_int_truncate(value, self.int_type(shape.lane_bits()), "")?.into()
            }
            other => other,
        })
    }

    fn vector_splat(&mut self, shape: Shape) -> Result<()> {
        let lane = self.pop_lane(shape)?;
        let value = self.splat(lane, shape.lanes())?;
        self.push_vector(value)
    }

    pub(super) fn extracted(&self, shape: Shape, vector: VectorValue<'ctx>, lane: u8) -> Result<BasicValueEnum<'ctx>> {
        debug_assert!(u32::from(lane) < shape.lanes());
        Ok(self.builder.build_extract_element(vector, self.lane_index(lane.into()), "")?)
    }

    fn vector_extract(&mut self, shape: Shape, lane: u8, sign: Sign) -> Result<()> {
        let vector = self.pop_shape(shape)?;
        let value = self.extracted(shape, vector, lane)?;
        let value = match (value, sign) {
            (BasicValueEnum::IntValue(value), _) if shape.lane_bits() >= 32 => value.into(),
            (BasicValueEnum::IntValue(value), Sign::Signed) => {
                self.builder.build_int_s_extend(value, self.unit.types.i32, "")?.into()
            }
            (BasicValueEnum::IntValue(value), Sign::Unsigned) => {
                self.builder.build_int_z_extend(value, self.unit.types.i32, "")?.into()
            }
            (other, _) => other,
        };
        self.push(value);
        Ok(())
    }

    fn vector_replace(&mut self, shape: Shape, lane: u8) -> Result<()> {
        let value = self.pop_lane(shape)?;
        let vector = self.pop_shape(shape)?;
        let vector = self.builder.build_insert_element(vector, value, self.lane_index(lane.into()), "")?;
        self.push_vector(vector)
    }

    pub(crate) fn visit_i8x16_shuffle(&mut self, lanes: [u8; 16]) -> Result<()> {
        let (left, right) = self.pop_shapes(Shape::I8x16)?;
        let value = self.shuffle(left, right, lanes.map(u32::from))?;
        self.push_vector(value)
    }

    /// Lowers `i8x16.swizzle`: selects bytes by the indices in the second operand, and zero for indices beyond the
    /// last byte.
    pub(super) fn vector_swizzle(&mut self, shape: Shape) -> Result<()> {
        let (table, indices) = self.pop_shapes(shape)?;
        let value = if let Some(name) = self.unit.options.vector_intrinsics.lookup {
            // Saturating addition sets the top bit of indices from 16 on, and keeps it where it is set.
            let past = self.int_splat(indices, 0x80 - 16);
            let indices = self.same_type("llvm.uadd.sat", &[indices, past])?;
            self.intrinsic(name, &[], &[table.into(), indices.into()])?.into_vector_value()
        } else {
            self.swizzled_one_by_one(table, indices)?
        };
        self.push_vector(value)
    }

    /// Selects bytes on targets that name no instruction for it.
    fn swizzled_one_by_one(&self, table: VectorValue<'ctx>, indices: VectorValue<'ctx>) -> Result<VectorValue<'ctx>> {
        let last = self.int_splat(indices, 15);
        let within = self.builder.build_and(indices, last, "")?;
        let mut bytes = table.get_type().get_poison();
        for lane in 0..Shape::I8x16.lanes() {
            let lane = self.lane_index(lane);
            let index = self.builder.build_extract_element(within, lane, "")?.into_int_value();
            let byte = self.builder.build_extract_element(table, index, "")?;
            bytes = self.builder.build_insert_element(bytes, byte, lane, "")?;
        }
        let is_within = self.builder.build_int_compare(IntPredicate::ULE, indices, last, "")?;
        let zeros = table.get_type().const_zero();
        Ok(self.builder.build_select(is_within, bytes, zeros, "")?.into_vector_value())
    }
}
