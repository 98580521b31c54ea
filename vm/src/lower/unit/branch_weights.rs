//! Branch weights of conditional branches.
//! LLVM: <https://llvm.org/docs/BranchWeightMetadata.html>

use inkwell::context::Context;
use inkwell::values::MetadataValue;

/// Weights of a conditional branch: of the way it goes when its condition holds, and of the other.
pub(in crate::lower) fn branch_weights(context: &Context, holds: u64, fails: u64) -> MetadataValue<'_> {
    let weight = |n| context.i32_type().const_int(n, false).into();
    context.metadata_node(&[context.metadata_string("branch_weights").into(), weight(holds), weight(fails)])
}
