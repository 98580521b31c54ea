//! What validation promises of a body, and LLVM of its own objects. Where a promise does not hold, compiling stops: what
//! it made after that would be wrong code. The panic becomes [`Error::Internal`](crate::Error::Internal).
#![expect(clippy::expect_used, reason = "invariants of validated code and of the code made so far, not of input")]

use super::control::Frame;
use super::function::Lowering;
use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValue, BasicValueEnum, InstructionValue, MetadataValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Takes the topmost operand.
    pub(super) fn pop(&mut self) -> BasicValueEnum<'ctx> {
        self.stack.pop().expect("a validated body never pops an empty stack")
    }

    /// The block that code is appended to.
    pub(super) fn here(&self) -> BasicBlock<'ctx> {
        self.builder.get_insert_block().expect("code is made in a block")
    }

    /// The innermost entry of the control stack.
    pub(super) fn frame(&mut self) -> &mut Frame<'ctx> {
        self.frames.last_mut().expect("a validated body ends with its outermost block")
    }
}

/// The instruction behind what was loaded.
pub(super) fn loaded<'ctx>(value: &impl BasicValue<'ctx>) -> InstructionValue<'ctx> {
    value.as_instruction_value().expect("LLVM makes an instruction of every load")
}

pub(super) fn set_volatile(access: InstructionValue<'_>) {
    access.set_volatile(true).expect("what is made volatile is a load or a store");
}

pub(super) fn set_metadata<'ctx>(instruction: InstructionValue<'ctx>, metadata: MetadataValue<'ctx>, kind: u32) {
    instruction.set_metadata(metadata, kind).expect("what is attached is a metadata node");
}

pub(super) fn set_alignment(access: InstructionValue<'_>, bytes: u32) {
    access.set_alignment(bytes).expect("what is aligned accesses memory, and alignments are powers of two");
}
