//! Branch hints as LLVM's branch weights: they decide which code is laid out in line, what is worth inlining, and
//! whether a branch may become a choice without one.
//! LLVM: <https://llvm.org/docs/BranchWeightMetadata.html>

use super::function::Lowering;
use super::promise::set_metadata;
use inkwell::context::Context;
use inkwell::values::{InstructionValue, MetadataValue};

/// The weights that LLVM gives to what `__builtin_expect` calls likely, and to the rest.
const LIKELY: [u64; 2] = [2000, 1];

/// Weights of a conditional branch: of the way it goes when its condition holds, and of the other.
pub(super) fn weights(context: &Context, holds: u64, fails: u64) -> MetadataValue<'_> {
    let weight = |n| context.i32_type().const_int(n, false).into();
    context.metadata_node(&[context.metadata_string("branch_weights").into(), weight(holds), weight(fails)])
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Tells LLVM which way the branch of the operator at hand mostly goes, if the module says so.
    pub(super) fn pass_hint_on(&self, branch: InstructionValue<'ctx>) {
        if !self.unit.options.optimize {
            return;
        }
        let Some(taken) = self.hint() else { return };
        let [likely, unlikely] = LIKELY;
        let (holds, fails) = if taken { (likely, unlikely) } else { (unlikely, likely) };
        set_metadata(branch, weights(self.unit.context, holds, fails), self.unit.prof_kind);
    }
}
