//! What an engine is asked to be.

use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::time::Duration;

/// How much LLVM does for the speed of the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptLevel {
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

/// What modules and stores may take. [`Config`] says what each is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) module_size: u64,
    pub(crate) function_size: u32,
    pub(crate) locals: u32,
    pub(crate) table_elements: u64,
    pub(crate) memory_size: u64,
    pub(crate) compile_memory: u64,
    pub(crate) compile_time: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            module_size: 1 << 30,
            function_size: 7_654_321,
            locals: 50_000,
            table_elements: 50_000_000,
            memory_size: 1 << 40,
            compile_memory: 900 << 20,
            compile_time: None,
        }
    }
}

/// Settings of an [`Engine`](crate::Engine).
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) opt_level: OptLevel,
    pub(crate) memory_mode: MemoryMode,
    pub(crate) relaxed_simd: RelaxedSimd,
    pub(crate) cpu: Option<String>,
    pub(crate) check_mapped_artifacts: bool,
    pub(crate) compile_threads: NonZeroUsize,
    pub(crate) limits: Limits,
    #[cfg(feature = "compiler")]
    pub(crate) features: wasmparser::WasmFeatures,
    /// A name that was given for a feature and is none.
    #[cfg(feature = "compiler")]
    pub(crate) unknown_feature: Option<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            opt_level: OptLevel::default(),
            memory_mode: MemoryMode::default(),
            relaxed_simd: RelaxedSimd::default(),
            cpu: None,
            check_mapped_artifacts: false,
            compile_threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            limits: Limits::default(),
            #[cfg(feature = "compiler")]
            features: wasmparser::WasmFeatures::default(),
            #[cfg(feature = "compiler")]
            unknown_feature: None,
        }
    }
}

impl Config {
    /// The default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How much LLVM optimises. Default: [`OptLevel::Speed`].
    pub fn opt_level(&mut self, level: OptLevel) -> &mut Self {
        self.opt_level = level;
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

    /// Most bytes of a module. Larger ones are [`Error::Limit`](crate::Error::Limit), before any of them is read.
    /// Default: 1 GiB.
    pub fn max_module_size(&mut self, bytes: u64) -> &mut Self {
        self.limits.module_size = bytes;
        self
    }

    /// Most bytes of a function's body. Modules with a larger one are [`Error::Limit`](crate::Error::Limit). Default, and
    /// what no function of a valid module exceeds here: 7,654,321, as in the JavaScript API.
    pub fn max_function_size(&mut self, bytes: u32) -> &mut Self {
        self.limits.function_size = bytes;
        self
    }

    /// Most locals of a function, parameters not counted. Modules with a function of more are
    /// [`Error::Limit`](crate::Error::Limit). Default, and what no function of a valid module exceeds here, parameters
    /// counted: 50,000, as in the JavaScript API.
    pub fn max_locals(&mut self, locals: u32) -> &mut Self {
        self.limits.locals = locals;
        self
    }

    /// Most elements of all tables of a store together, eight bytes each: what they begin with, and what they grow to. What
    /// would begin with more is [`Error::Limit`](crate::Error::Limit), and growing beyond fails as `table.grow` does.
    /// Default: 50 million.
    pub fn max_table_elements(&mut self, elements: u64) -> &mut Self {
        self.limits.table_elements = elements;
        self
    }

    /// Most bytes of all linear memories of a store together: what they begin with, and what they grow to. A memory that
    /// the host shares between stores has as much for itself. Only what is touched takes memory of the host. What would begin with more is
    /// [`Error::Limit`](crate::Error::Limit), and growing beyond fails as `memory.grow` does. Default: 1 TiB.
    pub fn max_memory_size(&mut self, bytes: u64) -> &mut Self {
        self.limits.memory_size = bytes;
        self
    }

    /// Memory in bytes that compiling a module may take, about: functions that take much of it are not compiled at once,
    /// and one that would take more of it alone is [`Error::Limit`](crate::Error::Limit). What it takes is estimated from
    /// what functions contain; the module's bytes, and the code that is made, come on top. Default: 900 MiB.
    pub fn max_compile_memory(&mut self, bytes: u64) -> &mut Self {
        self.limits.compile_memory = bytes;
        self
    }

    /// Most time that compiling a module may take; beyond, it is [`Error::Limit`](crate::Error::Limit). Looked at between
    /// functions and between LLVM's passes over a few of them, so that it ends some seconds late at worst. Default: as long
    /// as it takes, which is in proportion to the bytes of a module.
    pub fn max_compile_time(&mut self, time: Duration) -> &mut Self {
        self.limits.compile_time = Some(time);
        self
    }

    /// The WebAssembly proposals under which modules are validated: these and no others, by names such as `simd` or
    /// `tail_call`, in whatever case. [`Engine::new`](crate::Engine::new) refuses a name that is none. Default: what is part of
    /// WebAssembly, and threads.
    ///
    /// ```
    /// use wassay_vm::{Config, Engine};
    /// assert!(Engine::new(Config::new().features(["mutable_global", "simd"])).is_ok());
    /// let error = Engine::new(Config::new().features(["telepathy"])).unwrap_err();
    /// assert!(error.to_string().contains("telepathy"));
    /// ```
    #[cfg(feature = "compiler")]
    pub fn features<S: AsRef<str>>(&mut self, names: impl IntoIterator<Item = S>) -> &mut Self {
        self.features = wasmparser::WasmFeatures::empty();
        self.unknown_feature = None;
        for name in names {
            let name = name.as_ref();
            match wasmparser::WasmFeatures::from_name(&name.to_uppercase().replace('-', "_")) {
                Some(feature) => self.features |= feature,
                None => self.unknown_feature = Some(name.to_owned()),
            }
        }
        self
    }
}
