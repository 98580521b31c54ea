//! Settings of an engine: optimisation level, memory mode, limits and features.

use serde::{Deserialize, Serialize};
use std::num::NonZeroUsize;
use std::time::Duration;

/// Optimisation level: how much LLVM does for the speed of the code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OptLevel {
    /// As little as possible, for the shortest compile time.
    None,
    /// Full optimisation, for the fastest code. Functions that would take LLVM too long are optimised less.
    #[default]
    Speed,
}

/// Memory mode: how faithfully traps of memory accesses, and stores before them, are kept. In every mode, an access never
/// leaves the sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum MemoryMode {
    /// Exactly as the specification says: every access that must trap traps, and all stores before it are visible afterwards.
    #[default]
    Precise,
    /// Faster on arrays, and inexact for programs that trap. A load may lose its trap, so that execution continues, if its
    /// value is unused, is used in part (a lane of a vector, the low half of an integer), or is used under a condition. A
    /// load whose value wasm itself drops keeps its trap. Stores before a trap may be missing after it, and later stores
    /// may be visible. Programs that never trap give the same results as in precise mode.
    Relaxed,
}

/// Results of relaxed vector operators where the specification leaves a choice.
///
/// All code that runs together must make the same choices. An engine therefore loads only artifacts that were compiled
/// with its own setting.
/// Spec: <https://webassembly.github.io/spec/core/appendix/profiles.html>
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RelaxedSimd {
    /// The results of the deterministic profile, the same on every CPU: `relaxed_madd` rounds twice, `relaxed_min` is `min`, ...
    #[default]
    Deterministic,
    /// The results that the CPU computes with the fewest instructions: `relaxed_madd` is fused on CPUs with FMA, and a number
    /// out of range becomes whatever the conversion instruction gives. Results may differ between CPUs with different
    /// features, so artifacts for different CPUs should not be mixed.
    Fast,
}

/// Limits of modules and stores. The methods of [`Config`] describe each of them.
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
///
/// ```
/// use wassay_vm::{Config, Engine, MemoryMode, OptLevel};
/// let mut config = Config::new();
/// config.opt_level(OptLevel::Speed).memory_mode(MemoryMode::Precise).max_memory_size(1 << 30);
/// let engine = Engine::new(&config)?;
/// # Ok::<(), wassay_vm::Error>(())
/// ```
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
    /// The last name passed as a feature that is none.
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
    /// Creates the default settings.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the optimisation level. Default: [`OptLevel::Speed`].
    pub fn opt_level(&mut self, level: OptLevel) -> &mut Self {
        self.opt_level = level;
        self
    }

    /// Sets the memory mode. Default: [`MemoryMode::Precise`].
    pub fn memory_mode(&mut self, mode: MemoryMode) -> &mut Self {
        self.memory_mode = mode;
        self
    }

    /// Sets the results of relaxed vector operators. Default: [`RelaxedSimd::Deterministic`].
    pub fn relaxed_simd(&mut self, choice: RelaxedSimd) -> &mut Self {
        self.relaxed_simd = choice;
        self
    }

    /// Sets the CPU to compile for: `x86-64-v2`, `x86-64-v3` or `x86-64-v4`. Default: the CPU of this host. An unknown name is
    /// an error of [`Engine::new`](crate::Engine::new).
    pub fn cpu(&mut self, name: &str) -> &mut Self {
        self.cpu = Some(name.to_owned());
        self
    }

    /// Sets whether [`Module::deserialize_file`](crate::Module::deserialize_file) checks the hashes of a whole file that it
    /// maps, to find damage in code and data too. Parts that are read are always checked. Default: no, because the check
    /// takes as long as reading the file.
    pub fn check_mapped_artifacts(&mut self, check: bool) -> &mut Self {
        self.check_mapped_artifacts = check;
        self
    }

    /// Sets the maximum number of threads that compile at the same time. Default: the number of threads that the machine runs
    /// in parallel.
    pub fn compile_threads(&mut self, threads: NonZeroUsize) -> &mut Self {
        self.compile_threads = threads;
        self
    }

    /// Sets the maximum size of a module, in bytes. A larger module is [`Error::Limit`](crate::Error::Limit), before any of
    /// its contents is read. Default: 1 GiB.
    pub fn max_module_size(&mut self, bytes: u64) -> &mut Self {
        self.limits.module_size = bytes;
        self
    }

    /// Sets the maximum size of a function's body, in bytes. A module with a larger function is
    /// [`Error::Limit`](crate::Error::Limit). Default: 7,654,321, the limit of the JavaScript API, which validation enforces in
    /// any case. Spec: [limits](https://webassembly.github.io/spec/js-api/#limits)
    pub fn max_function_size(&mut self, bytes: u32) -> &mut Self {
        self.limits.function_size = bytes;
        self
    }

    /// Sets the maximum number of locals of a function; parameters do not count. A module with more locals in a function is
    /// [`Error::Limit`](crate::Error::Limit). Default: 50,000, the limit of the JavaScript API. Validation enforces that limit
    /// in any case, and counts parameters too.
    pub fn max_locals(&mut self, locals: u32) -> &mut Self {
        self.limits.locals = locals;
        self
    }

    /// Sets the maximum number of elements of all tables of a store together, at 8 bytes each. Creating a table beyond the
    /// limit is [`Error::Limit`](crate::Error::Limit). Growing beyond it fails as `table.grow` does. Default: 50 million.
    pub fn max_table_elements(&mut self, elements: u64) -> &mut Self {
        self.limits.table_elements = elements;
        self
    }

    /// Sets the maximum size of all linear memories of a store together, in bytes. A [`SharedMemory`](crate::SharedMemory) of
    /// the host has the same limit for itself alone. Creating a memory beyond the limit is
    /// [`Error::Limit`](crate::Error::Limit). Growing beyond it fails as `memory.grow` does. Default: 1 TiB; only pages that
    /// are touched take memory of the host.
    pub fn max_memory_size(&mut self, bytes: u64) -> &mut Self {
        self.limits.memory_size = bytes;
        self
    }

    /// Sets the approximate amount of memory that compiling a module may take, in bytes. Functions that take much of it are
    /// not compiled at the same time, and a function that alone would take more is [`Error::Limit`](crate::Error::Limit). The
    /// amount is estimated from what functions contain. The module's bytes and the generated code come on top.
    /// Default: 900 MiB.
    pub fn max_compile_memory(&mut self, bytes: u64) -> &mut Self {
        self.limits.compile_memory = bytes;
        self
    }

    /// Sets the maximum time for compiling a module. Exceeding it is [`Error::Limit`](crate::Error::Limit). The clock is read
    /// between functions, and between LLVM's passes over a few functions, so compiling ends some seconds late at worst.
    /// Default: no limit. The time is in proportion to the bytes of the module.
    pub fn max_compile_time(&mut self, time: Duration) -> &mut Self {
        self.limits.compile_time = Some(time);
        self
    }

    /// Sets the features under which modules are validated: the named ones and no others. Names are those of `wasmparser`, such
    /// as `simd` or `tail-call`; upper and lower case, `-` and `_` make no difference. An unknown name is an error of
    /// [`Engine::new`](crate::Engine::new). Default: the features of the WebAssembly standard, and threads.
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
