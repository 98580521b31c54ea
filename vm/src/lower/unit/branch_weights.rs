//! Branch weight metadata of conditional branches.
//! <https://llvm.org/docs/BranchWeightMetadata.html>

use inkwell::context::Context;
use inkwell::values::MetadataValue;

/// Returns metadata with the weights of the two sides of a conditional branch: `holds` if its condition is true,
/// `fails` if not.
pub(crate) fn branch_weights(context: &Context, holds: u64, fails: u64) -> MetadataValue<'_> {
    let weight = |n| context.i32_type().const_int(n, false).into();
    context.metadata_node(&[context.metadata_string("branch_weights").into(), weight(holds), weight(fails)])
}
