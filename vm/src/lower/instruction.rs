//! Properties of LLVM instructions that hold by construction. Where one does not, compiling stops: what
//! it made after that would be wrong code. The panic becomes [`Error::Internal`](crate::Error::Internal).

use inkwell::values::{BasicValue, InstructionValue, MetadataValue};

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
