//! Loads and stores of vectors and of lanes, by those of scalars: same addresses, same precision.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions>

use super::shape::Shape;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::numeric::convert::Sign;
use wasmparser::MemArg;

impl Lowering<'_, '_, '_> {
    shaped! {
        [memarg: MemArg]
        vector_load(memarg): visit_v128_load I8x16;
        vector_load_widened(memarg, Sign::Signed): visit_v128_load8x8_s I8x16, visit_v128_load16x4_s I16x8,
            visit_v128_load32x2_s I32x4;
        vector_load_widened(memarg, Sign::Unsigned): visit_v128_load8x8_u I8x16, visit_v128_load16x4_u I16x8,
            visit_v128_load32x2_u I32x4;
        vector_load_splat(memarg): visit_v128_load8_splat I8x16, visit_v128_load16_splat I16x8,
            visit_v128_load32_splat I32x4, visit_v128_load64_splat I64x2;
        vector_load_zero(memarg): visit_v128_load32_zero I32x4, visit_v128_load64_zero I64x2;
        vector_store(memarg): visit_v128_store I8x16;
    }

    shaped! {
        [memarg: MemArg, lane: u8]
        vector_load_lane(memarg, lane): visit_v128_load8_lane I8x16, visit_v128_load16_lane I16x8,
            visit_v128_load32_lane I32x4, visit_v128_load64_lane I64x2;
        vector_store_lane(memarg, lane): visit_v128_store8_lane I8x16, visit_v128_store16_lane I16x8,
            visit_v128_store32_lane I32x4, visit_v128_store64_lane I64x2;
    }

    fn vector_load(&mut self, shape: Shape, memarg: MemArg) -> Result<()> {
        let value = self.load_from(memarg, self.vector_type(shape).into())?;
        self.push(value);
        Ok(())
    }

    fn vector_store(&mut self, shape: Shape, memarg: MemArg) -> Result<()> {
        let value = self.pop_shape(shape)?;
        self.store_to(memarg, value.into())
    }

    /// Loads half a vector and extends its lanes to twice their width.
    fn vector_load_widened(&mut self, shape: Shape, memarg: MemArg, sign: Sign) -> Result<()> {
        let half = self.int_type(shape.lane_bits()).vec_type(shape.lanes() / 2);
        let value = self.load_from(memarg, half.into())?.into_vector_value();
        let wide = self.widened(value, sign)?;
        self.push_vector(wide)
    }

    fn vector_load_splat(&mut self, shape: Shape, memarg: MemArg) -> Result<()> {
        let lane = self.load_from(memarg, self.lane_type(shape))?;
        let value = self.splat(lane, shape.lanes())?;
        self.push_vector(value)
    }

    fn vector_load_zero(&mut self, shape: Shape, memarg: MemArg) -> Result<()> {
        let lane = self.load_from(memarg, self.lane_type(shape))?;
        let zeros = self.vector_type(shape).const_zero();
        let value = self.builder.build_insert_element(zeros, lane, self.lane_index(0), "")?;
        self.push_vector(value)
    }

    fn vector_load_lane(&mut self, shape: Shape, memarg: MemArg, lane: u8) -> Result<()> {
        let vector = self.pop_shape(shape)?;
        let loaded = self.load_from(memarg, self.lane_type(shape))?;
        let value = self.builder.build_insert_element(vector, loaded, self.lane_index(lane.into()), "")?;
        self.push_vector(value)
    }

    fn vector_store_lane(&mut self, shape: Shape, memarg: MemArg, lane: u8) -> Result<()> {
        let vector = self.pop_shape(shape)?;
        let value = self.extracted(shape, vector, lane)?;
        self.store_to(memarg, value)
    }
}
