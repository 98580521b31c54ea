//! Settings of lowering.

use crate::config::{MemoryMode, RelaxedSimd};
use crate::llvm::intrinsics::VectorIntrinsics;

/// Settings of lowering.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    /// Whether LLVM's passes will run. If not, metadata and code that only help them are left out.
    pub(crate) optimize: bool,
    pub(crate) memory_mode: MemoryMode,
    pub(crate) relaxed_simd: RelaxedSimd,
    /// CPU whose instruction costs the code is tuned for, by the name that LLVM uses.
    pub(crate) tune_cpu: String,
    /// Instructions of the target that instruction selection does not find by itself.
    pub(crate) vector_intrinsics: VectorIntrinsics,
    /// LLVM's intrinsic for the operator `pause`.
    pub(crate) spin_hint: &'static str,
}
