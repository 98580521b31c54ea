//! Everything that can go wrong, as values.

use crate::api::Exception;
use crate::shown::Shown;
use crate::trap::{Trap, WasmBacktrace};
use thiserror::Error;

/// Result of what can fail in this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a module was not compiled, linked or run.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a valid module under the engine's features.
    #[error("invalid module at offset {offset:#x}: {}", Shown(.message))]
    Invalid {
        /// What is wrong.
        message: String,
        /// Where in the bytes.
        offset: usize,
    },
    /// The module is valid, but uses what this VM does not run.
    #[error("unsupported: {what} ({feature}) at offset {offset:#x}")]
    Unsupported {
        /// Name of the proposal, as in `wasmparser` (`simd`, `gc`, ...).
        feature: &'static str,
        /// The operator, type or section.
        what: String,
        /// Where in the bytes.
        offset: usize,
    },
    /// The module is larger than this VM takes.
    #[error("module exceeds a limit of this implementation: {0}")]
    Limit(String),
    /// A mistake of this VM, whatever the module: something that is always so was not. Nothing of the module can be used; the
    /// engine goes on. (It was a panic that was caught: a program whose panics abort ends there.)
    #[error("internal error in {during}: {message}")]
    Internal {
        /// What was being done.
        during: String,
        /// What was found.
        message: String,
    },
    /// LLVM or the linking of its objects failed.
    #[error("code generation failed: {0}")]
    Codegen(String),
    /// The bytes are not an artifact that this runtime can run.
    #[error("not a usable artifact: {0}")]
    Artifact(String),
    /// An import is not there.
    #[error("unknown import: `{}` `{}`", Shown(.module), Shown(.name))]
    UnknownImport {
        /// Module part of the name.
        module: String,
        /// Name inside that module.
        name: String,
    },
    /// An import is there, but of another type.
    #[error("incompatible import type: `{}` `{}`: expected {expected}, found {found}", Shown(.module), Shown(.name))]
    IncompatibleImport {
        /// Module part of the name.
        module: String,
        /// Name inside that module.
        name: String,
        /// What the module asks for.
        expected: String,
        /// What was given.
        found: String,
    },
    /// Something was defined twice in a linker.
    #[error("`{}` `{}` is defined already", Shown(.module), Shown(.name))]
    Duplicate {
        /// Module part of the name.
        module: String,
        /// Name inside that module.
        name: String,
    },
    /// The host's memory or address space does not suffice.
    #[error("out of resources: {0}")]
    Resources(String),
    /// A call of this API whose arguments do not fit.
    #[error("{0}")]
    Usage(String),
    /// Wasm stopped.
    #[error("wasm trap: {trap}")]
    Trap {
        /// Why.
        trap: Trap,
        /// Where.
        backtrace: WasmBacktrace,
    },
    /// Wasm threw an exception that nothing caught. A host function that returns this throws it on.
    #[error("uncaught wasm exception")]
    Exception(Exception),
    /// A host function failed with an error of its own.
    #[error(transparent)]
    Host(#[from] Box<dyn std::error::Error + Send + Sync>),
}

impl From<Trap> for Error {
    fn from(trap: Trap) -> Self {
        Self::Trap { trap, backtrace: WasmBacktrace::default() }
    }
}

impl Error {
    /// The trap, if wasm stopped with one.
    #[must_use]
    pub fn trap(&self) -> Option<Trap> {
        match self {
            Self::Trap { trap, .. } => Some(*trap),
            _ => None,
        }
    }
}
