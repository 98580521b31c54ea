//! Queries on LLVM IR, for our own passes.

use super::intrinsic::{Callee, Intrinsic, callee};
use inkwell::values::{AnyValueEnum, BasicValue, BasicValueEnum, InstructionOpcode, InstructionValue};

/// Returns an operand if it is a value.
pub(super) fn operand(instruction: InstructionValue<'_>, index: u32) -> Option<BasicValueEnum<'_>> {
    instruction.get_operand(index)?.value()
}

/// Returns the instructions that use a value, each once for each operand.
pub(super) fn users(value: InstructionValue<'_>) -> Vec<InstructionValue<'_>> {
    let uses = std::iter::successors(value.get_first_use(), |use_| use_.get_next_use());
    uses.filter_map(|use_| match use_.get_user() {
        AnyValueEnum::InstructionValue(user) => Some(user),
        AnyValueEnum::PhiValue(user) => Some(user.as_instruction()),
        AnyValueEnum::IntValue(user) => user.as_instruction(),
        AnyValueEnum::FloatValue(user) => user.as_instruction(),
        AnyValueEnum::PointerValue(user) => user.as_instruction(),
        AnyValueEnum::StructValue(user) => user.as_instruction_value(),
        AnyValueEnum::ArrayValue(user) => user.as_instruction(),
        AnyValueEnum::VectorValue(user) => user.as_instruction(),
        _ => None,
    })
    .collect()
}

/// Returns the instruction behind bit casts; none if a cast value is no instruction.
pub(super) fn uncast(mut value: InstructionValue<'_>) -> Option<InstructionValue<'_>> {
    while value.get_opcode() == InstructionOpcode::BitCast {
        value = operand(value, 0)?.as_instruction_value()?;
    }
    Some(value)
}

/// Tests whether an instruction is float arithmetic whose result may be one of its operands.
pub(super) fn is_arithmetic(instruction: InstructionValue<'_>) -> bool {
    match instruction.get_opcode() {
        InstructionOpcode::FAdd | InstructionOpcode::FSub | InstructionOpcode::FMul | InstructionOpcode::FDiv => true,
        InstructionOpcode::Call => callee(instruction) == Callee::Intrinsic(Intrinsic::Fma),
        _ => false,
    }
}
