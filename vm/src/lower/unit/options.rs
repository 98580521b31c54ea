//! How code is to be lowered.

use crate::llvm::intrinsics::VectorIntrinsics;
use crate::{MemoryMode, RelaxedSimd};

/// How code is to be lowered.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Whether LLVM's passes will run: if not, what only helps them is left out.
    pub(crate) optimize: bool,
    pub(crate) memory_mode: MemoryMode,
    pub(crate) relaxed_simd: RelaxedSimd,
    /// CPU that code is tuned for, as LLVM names it.
    pub(crate) tune_cpu: String,
    /// Instructions of the target that LLVM's generic operators do not reach.
    pub(crate) vector_intrinsics: VectorIntrinsics,
    /// LLVM's intrinsic for `pause`.
    pub(crate) spin_hint: &'static str,
}
