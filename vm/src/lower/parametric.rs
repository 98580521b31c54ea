//! Parametric instructions: `nop`, `drop` and `select`.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#parametric-instructions>

use super::function::Lowering;
use super::instruction::set_volatile;
use crate::error::Result;
use inkwell::values::{BasicValue, InstructionOpcode, InstructionValue};
use wasmparser::ValType;

impl Lowering<'_, '_, '_> {
    pub(super) fn visit_nop(&mut self) -> Result<()> {
        Ok(())
    }

    /// Drops an operand. If it comes from a load, the load becomes volatile: it must still trap, and LLVM removes
    /// plain loads whose value is not used.
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
}

/// Returns the load that a value comes from, possibly extended, unless it loads a local variable.
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
