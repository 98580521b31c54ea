//! Branch hints as LLVM's branch weights. Weights decide which code is laid out in line, what is worth inlining, and
//! whether a branch may become a conditional move.
//! <https://llvm.org/docs/BranchWeightMetadata.html>

use crate::lower::function::Lowering;
use crate::lower::instruction::set_metadata;
use crate::lower::unit::branch_weights::branch_weights;
use inkwell::values::InstructionValue;

/// The weights that LLVM gives to the likely and the unlikely side for `__builtin_expect`.
const LIKELY: [u64; 2] = [2000, 1];

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Attaches the branch hint of the current operator to its branch, if the module has one.
    pub(crate) fn apply_branch_hint(&self, branch: InstructionValue<'ctx>) {
        if !self.unit.options.optimize {
            return;
        }
        let Some(taken) = self.hint() else { return };
        let [likely, unlikely] = LIKELY;
        let (holds, fails) = if taken { (likely, unlikely) } else { (unlikely, likely) };
        set_metadata(branch, branch_weights(self.unit.context, holds, fails), self.unit.prof_kind);
    }
}
