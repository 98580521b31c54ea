//! Numeric constants.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#numeric-instructions>

use crate::error::Result;
use crate::lower::function::Lowering;
use inkwell::types::FloatType;
use inkwell::values::IntValue;
use wasmparser::{Ieee32, Ieee64};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_i32_const(&mut self, value: i32) -> Result<()> {
        self.push(self.unit.types.i32.const_int(value.cast_unsigned().into(), false));
        Ok(())
    }

    pub(crate) fn visit_i64_const(&mut self, value: i64) -> Result<()> {
        self.push(self.unit.types.i64.const_int(value.cast_unsigned(), false));
        Ok(())
    }

    pub(crate) fn visit_f32_const(&mut self, value: Ieee32) -> Result<()> {
        self.float_constant(self.unit.types.i32.const_int(value.bits().into(), false), self.unit.types.f32)
    }

    pub(crate) fn visit_f64_const(&mut self, value: Ieee64) -> Result<()> {
        self.float_constant(self.unit.types.i64.const_int(value.bits(), false), self.unit.types.f64)
    }

    /// Pushes a float constant by its bits: LLVM would quiet a signalling NaN that is passed as a number.
    fn float_constant(&mut self, bits: IntValue<'ctx>, ty: FloatType<'ctx>) -> Result<()> {
        let value = self.builder.build_bit_cast(bits, ty, "")?;
        self.push(value);
        Ok(())
    }
}
