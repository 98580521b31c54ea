//! Setters on LLVM instructions that cannot fail for the instructions that lowering makes.
//!
//! If one fails, compiling stops with a panic, which becomes [`Error::Internal`](crate::Error::Internal): the code
//! made after that would be wrong.

use inkwell::values::{BasicValue, InstructionValue, MetadataValue};

/// Returns the load instruction of a loaded value.
pub(super) fn loaded<'ctx>(value: &impl BasicValue<'ctx>) -> InstructionValue<'ctx> {
    value.as_instruction_value().expect("a load is an instruction")
}

/// Makes a load or store volatile.
pub(super) fn set_volatile(access: InstructionValue<'_>) {
    access.set_volatile(true).expect("only loads and stores are made volatile");
}

/// Attaches metadata of a kind.
pub(super) fn set_metadata<'ctx>(instruction: InstructionValue<'ctx>, metadata: MetadataValue<'ctx>, kind: u32) {
    instruction.set_metadata(metadata, kind).expect("only metadata nodes are attached");
}

/// Sets the alignment of an access.
pub(super) fn set_alignment(access: InstructionValue<'_>, bytes: u32) {
    access.set_alignment(bytes).expect("only memory accesses are aligned, and alignments are powers of two");
}
