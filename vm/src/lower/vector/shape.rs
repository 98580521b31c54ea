//! Shapes of vectors, and conversions between the operand stack and a shape.

use crate::error::Result;
use crate::lower::function::Lowering;
use crate::types::ValType;
use inkwell::builder::{Builder, BuilderError};
use inkwell::types::{BasicTypeEnum, IntType, VectorType};
use inkwell::values::{BasicValueEnum, InstructionOpcode, IntValue, VectorValue};

/// An LLVM operator on two vectors. The last argument is the name of the value.
pub(super) type Binary<'ctx> =
    fn(&Builder<'ctx>, VectorValue<'ctx>, VectorValue<'ctx>, &'static str) -> Result<VectorValue<'ctx>, BuilderError>;

/// How 128 bits are divided into lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    I8x16,
    I16x8,
    I32x4,
    I64x2,
    F32x4,
    F64x2,
}

impl Shape {
    pub(super) fn lanes(self) -> u32 {
        128 / self.lane_bits()
    }

    pub(super) fn lane_bits(self) -> u32 {
        match self {
            Self::I8x16 => 8,
            Self::I16x8 => 16,
            Self::I32x4 | Self::F32x4 => 32,
            Self::I64x2 | Self::F64x2 => 64,
        }
    }
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(super) fn lane_type(&self, shape: Shape) -> BasicTypeEnum<'ctx> {
        match shape {
            Shape::F32x4 => self.unit.types.f32.into(),
            Shape::F64x2 => self.unit.types.f64.into(),
            _ => self.int_type(shape.lane_bits()).into(),
        }
    }

    pub(super) fn vector_type(&self, shape: Shape) -> VectorType<'ctx> {
        vector_of(self.lane_type(shape), shape.lanes())
    }

    /// Returns an integer type by its width, which is that of a lane or twice as much.
    pub(super) fn int_type(&self, bits: u32) -> IntType<'ctx> {
        match bits {
            8 => self.unit.types.i8,
            16 => self.unit.types.i16,
            32 => self.unit.types.i32,
            64 => self.unit.types.i64,
            _ => unreachable!("no vector has lanes of {bits} bits"),
        }
    }

    /// Casts a vector to another type of the same width. A cast of a cast is undone instead, which saves code where no
    /// pass runs.
    fn reshape(&self, value: VectorValue<'ctx>, ty: VectorType<'ctx>) -> Result<VectorValue<'ctx>> {
        if value.get_type() == ty {
            return Ok(value);
        }
        if let Some(cast) = value.as_instruction()
            && cast.get_opcode() == InstructionOpcode::BitCast
            && let Some(source) = cast.get_operand(0).and_then(inkwell::values::Operand::value)
            && source.get_type() == ty.into()
        {
            return Ok(source.into_vector_value());
        }
        Ok(self.builder.build_bit_cast(value, ty, "")?.into_vector_value())
    }

    /// Pops a vector in a shape.
    pub(super) fn pop_shape(&mut self, shape: Shape) -> Result<VectorValue<'ctx>> {
        let value = self.pop().into_vector_value();
        self.reshape(value, self.vector_type(shape))
    }

    /// Pops two vectors in a shape, and returns the left one first.
    pub(super) fn pop_shapes(&mut self, shape: Shape) -> Result<(VectorValue<'ctx>, VectorValue<'ctx>)> {
        let right = self.pop_shape(shape)?;
        Ok((self.pop_shape(shape)?, right))
    }

    /// Pushes a vector of any shape.
    pub(super) fn push_vector(&mut self, value: VectorValue<'ctx>) -> Result<()> {
        let canonical = self.reshape(value, self.canonical_vector())?;
        self.push(canonical);
        Ok(())
    }

    fn canonical_vector(&self) -> VectorType<'ctx> {
        self.unit.value_type(ValType::V128).into_vector_type()
    }

    pub(crate) fn visit_v128_const(&mut self, value: wasmparser::V128) -> Result<()> {
        let bytes: Vec<_> =
            value.bytes().iter().map(|&byte| self.unit.types.i8.const_int(byte.into(), false)).collect();
        self.push(VectorType::const_vector(&bytes));
        Ok(())
    }

    /// Returns a vector with `lane` in all lanes.
    pub(super) fn splat(&self, lane: BasicValueEnum<'ctx>, lanes: u32) -> Result<VectorValue<'ctx>> {
        let poison = vector_of(lane.get_type(), lanes).get_poison();
        let first = self.builder.build_insert_element(poison, lane, self.lane_index(0), "")?;
        self.shuffle(first, first, std::iter::repeat_n(0, lanes as usize))
    }

    /// Returns a vector of integers with a constant in all lanes.
    pub(super) fn int_splat(&self, like: VectorValue<'ctx>, value: i64) -> VectorValue<'ctx> {
        let ty = like.get_type();
        let lane = ty.get_element_type().into_int_type();
        let bits = value.cast_unsigned() & (u64::MAX >> (64 - lane.get_bit_width()));
        VectorType::const_vector(&vec![lane.const_int(bits, false); ty.get_size() as usize])
    }

    /// Returns a vector of floats with a constant in all lanes.
    pub(super) fn float_splat(&self, like: VectorValue<'ctx>, value: f64) -> VectorValue<'ctx> {
        let ty = like.get_type();
        let lane = ty.get_element_type().into_float_type().const_float(value);
        VectorType::const_vector(&vec![lane; ty.get_size() as usize])
    }

    /// Selects lanes by number; those of `right` are numbered after those of `left`.
    pub(super) fn shuffle(
        &self,
        left: VectorValue<'ctx>,
        right: VectorValue<'ctx>,
        lanes: impl IntoIterator<Item = u32>,
    ) -> Result<VectorValue<'ctx>> {
        let mask: Vec<_> = lanes.into_iter().map(|lane| self.lane_index(lane)).collect();
        Ok(self.builder.build_shuffle_vector(left, right, VectorType::const_vector(&mask), "")?)
    }

    pub(super) fn lane_index(&self, lane: u32) -> IntValue<'ctx> {
        self.unit.types.i32.const_int(lane.into(), false)
    }

    /// Calls an intrinsic whose operands and result have the same type.
    pub(super) fn same_type(&self, name: &str, operands: &[VectorValue<'ctx>]) -> Result<VectorValue<'ctx>> {
        let ty = operands[0].get_type();
        let operands: Vec<_> = operands.iter().map(|&operand| operand.into()).collect();
        Ok(self.intrinsic(name, &[ty.into()], &operands)?.into_vector_value())
    }
}

/// Returns the type of a vector of `lanes` lanes.
pub(super) fn vector_of(lane: BasicTypeEnum<'_>, lanes: u32) -> VectorType<'_> {
    match lane {
        BasicTypeEnum::FloatType(ty) => ty.vec_type(lanes),
        other => other.into_int_type().vec_type(lanes),
    }
}
