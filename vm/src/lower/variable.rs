//! Variable and parametric instructions, and constants.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#variable-instructions>

use super::context::Alias;
use super::function::Lowering;
use super::promise::set_volatile;
use crate::error::Result;
use inkwell::types::{BasicTypeEnum, FloatType};
use inkwell::values::{BasicValue, InstructionOpcode, InstructionValue, IntValue, PointerValue};
use wasmparser::{Ieee32, Ieee64, ValType};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(super) fn visit_local_get(&mut self, index: u32) -> Result<()> {
        let local = self.locals[&index];
        let value = self.builder.build_load(local.ty, local.slot, "")?;
        self.push(value);
        Ok(())
    }

    pub(super) fn visit_local_set(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        self.builder.build_store(self.locals[&index].slot, value)?;
        Ok(())
    }

    pub(super) fn visit_local_tee(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        self.builder.build_store(self.locals[&index].slot, value)?;
        self.push(value);
        Ok(())
    }

    fn global_cell(&self, index: u32) -> Result<(PointerValue<'ctx>, BasicTypeEnum<'ctx>, bool)> {
        let description = self.unit.description;
        let ty = description.globals[index as usize];
        let cell = match index.checked_sub(description.global_imports) {
            None => self.context_pointer(self.unit.layout.global_import(index))?,
            Some(own) => self.field(self.context, self.unit.layout.global(own))?,
        };
        Ok((cell, self.unit.value_type(ty.content), ty.mutable))
    }

    pub(super) fn visit_global_get(&mut self, index: u32) -> Result<()> {
        let (cell, ty, mutable) = self.global_cell(index)?;
        let value = self.load(ty, cell, if mutable { Alias::Global } else { Alias::Invariant })?;
        self.push(value);
        Ok(())
    }

    pub(super) fn visit_global_set(&mut self, index: u32) -> Result<()> {
        let value = self.pop();
        let (cell, ..) = self.global_cell(index)?;
        self.store(value, cell, Alias::Global)?;
        Ok(())
    }

    pub(super) fn visit_nop(&mut self) -> Result<()> {
        Ok(())
    }

    /// A load that wasm drops must still trap, and LLVM drops plain loads that nobody uses.
    pub(super) fn visit_drop(&mut self) -> Result<()> {
        let value = self.pop();
        if let Some(load) = value.as_instruction_value().and_then(source_load) {
            set_volatile(load);
        }
        Ok(())
    }

    pub(super) fn visit_select(&mut self) -> Result<()> {
        let condition = self.pop_condition()?;
        let (otherwise, then) = (self.pop(), self.pop());
        let value = self.builder.build_select(condition, then, otherwise, "")?;
        self.push(value);
        Ok(())
    }

    pub(super) fn visit_typed_select(&mut self, _ty: ValType) -> Result<()> {
        self.visit_select()
    }

    pub(super) fn visit_typed_select_multi(&mut self, _types: Vec<ValType>) -> Result<()> {
        self.visit_select()
    }

    pub(super) fn visit_i32_const(&mut self, value: i32) -> Result<()> {
        self.push(self.unit.types.i32.const_int(value.cast_unsigned().into(), false));
        Ok(())
    }

    pub(super) fn visit_i64_const(&mut self, value: i64) -> Result<()> {
        self.push(self.unit.types.i64.const_int(value.cast_unsigned(), false));
        Ok(())
    }

    pub(super) fn visit_f32_const(&mut self, value: Ieee32) -> Result<()> {
        self.float_constant(self.unit.types.i32.const_int(value.bits().into(), false), self.unit.types.f32)
    }

    pub(super) fn visit_f64_const(&mut self, value: Ieee64) -> Result<()> {
        self.float_constant(self.unit.types.i64.const_int(value.bits(), false), self.unit.types.f64)
    }

    /// A constant by its bits: as a number, a signalling NaN would be quieted on the way into LLVM.
    fn float_constant(&mut self, bits: IntValue<'ctx>, ty: FloatType<'ctx>) -> Result<()> {
        let value = self.builder.build_bit_cast(bits, ty, "")?;
        self.push(value);
        Ok(())
    }
}

/// The load that a value comes from, perhaps widened, unless it is one of a local variable.
fn source_load(mut value: InstructionValue<'_>) -> Option<InstructionValue<'_>> {
    loop {
        match value.get_opcode() {
            InstructionOpcode::Load => {
                let from = value.get_operand(0)?.value()?.as_instruction_value();
                let local = from.is_some_and(|from| from.get_opcode() == InstructionOpcode::Alloca);
                return (!local).then_some(value);
            }
            // Vectors are loaded in pieces.
            InstructionOpcode::InsertElement => {
                value = value.get_operand(1)?.value()?.as_instruction_value()?;
            }
            InstructionOpcode::ZExt
            | InstructionOpcode::SExt
            | InstructionOpcode::BitCast
            | InstructionOpcode::ShuffleVector => {
                value = value.get_operand(0)?.value()?.as_instruction_value()?;
            }
            _ => return None,
        }
    }
}
