//! What an engine is asked to be.

use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;

/// How much LLVM does for the speed of the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Level {
    /// As little as possible: the code is there soonest.
    None,
    /// The code is as fast as LLVM makes it within reason.
    #[default]
    Speed,
}

/// What an access outside a linear memory leaves behind. It never leaves the sandbox, whatever the mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MemoryMode {
    /// As the specification says: every access that must trap does, and earlier stores are visible after it.
    #[default]
    Precise,
    /// Faster on arrays, and not exact where something traps. A load whose value is not used, is used only in part (a
    /// lane of a vector, the low half of an integer) or only under a condition may lose its trap, so that execution
    /// goes on; a load that wasm itself drops stays. Stores before a trap may be missing after it, and later ones may
    /// be there. Programs that never trap give the same results as in precise mode.
    Relaxed,
}

/// What relaxed vector operators give where the specification leaves a choice. All of its choices are made the same way
/// wherever code runs side by side, so an engine only loads artifacts that were made with its own.
/// Spec: <https://webassembly.github.io/spec/core/appendix/profiles.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RelaxedSimd {
    /// The results of the deterministic profile, on every CPU: `relaxed_madd` rounds twice, `relaxed_min` is `min`, ...
    #[default]
    Deterministic,
    /// What the CPU does in the fewest instructions: `relaxed_madd` is fused where there is FMA, out of range is whatever
    /// the conversion gives. Results may differ between CPUs of different features, so that artifacts for different
    /// CPUs should not be mixed.
    Fast,
}

/// Settings of an [`Engine`](crate::Engine).
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) level: Level,
    pub(crate) memory_mode: MemoryMode,
    pub(crate) relaxed_simd: RelaxedSimd,
    pub(crate) cpu: Option<String>,
    pub(crate) check_mapped_artifacts: bool,
    pub(crate) compile_threads: NonZeroUsize,
    #[cfg(feature = "compiler")]
    pub(crate) features: wasmparser::WasmFeatures,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            level: Level::default(),
            memory_mode: MemoryMode::default(),
            relaxed_simd: RelaxedSimd::default(),
            cpu: None,
            check_mapped_artifacts: false,
            compile_threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            #[cfg(feature = "compiler")]
            features: wasmparser::WasmFeatures::default(),
        }
    }
}

impl Config {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How much LLVM optimises. Default: [`Level::Speed`].
    pub fn level(&mut self, level: Level) -> &mut Self {
        self.level = level;
        self
    }

    /// What an access out of bounds leaves behind. Default: [`MemoryMode::Precise`].
    pub fn memory_mode(&mut self, mode: MemoryMode) -> &mut Self {
        self.memory_mode = mode;
        self
    }

    /// What relaxed vector operators give. Default: [`RelaxedSimd::Deterministic`].
    pub fn relaxed_simd(&mut self, choice: RelaxedSimd) -> &mut Self {
        self.relaxed_simd = choice;
        self
    }

    /// The CPU to compile for, as LLVM names it. Default: the one this runs on.
    pub fn cpu(&mut self, name: &str) -> &mut Self {
        self.cpu = Some(name.to_owned());
        self
    }

    /// Whether [`Module::deserialize_file`](crate::Module::deserialize_file) looks at the whole of a file that it maps, to
    /// find damage in code and data too; what it reads it checks anyway. Default: no, as that takes as long as reading it.
    pub fn check_mapped_artifacts(&mut self, check: bool) -> &mut Self {
        self.check_mapped_artifacts = check;
        self
    }

    /// Most threads that compile at once. Default: as many as the machine runs in parallel.
    pub fn compile_threads(&mut self, threads: NonZeroUsize) -> &mut Self {
        self.compile_threads = threads;
        self
    }

    /// The WebAssembly proposals under which modules are validated.
    #[cfg(feature = "compiler")]
    pub fn features(&mut self, features: wasmparser::WasmFeatures) -> &mut Self {
        self.features = features;
        self
    }
}
