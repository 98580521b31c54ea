//! Everything that can go wrong, as values.

use crate::api::Exception;
use crate::shown::Shown;
use crate::trap::{Trap, WasmBacktrace};
use std::error::Error as StdError;
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
    /// A thing of one store was used with another one.
    #[error("used with a store that it does not belong to")]
    ForeignStore,
    /// A thing of one engine was used with what belongs to another one.
    #[error("{what} of another engine")]
    ForeignEngine {
        /// What it was.
        what: &'static str,
    },
    /// A reference was used after its scope had ended: see [`RootScope`](crate::RootScope).
    #[error("a reference was used after the scope that it came to the host in")]
    Stale,
    /// A value, function, tag or descriptor is of another type than what is asked for.
    #[error("expected {expected}, found {found}")]
    TypeMismatch {
        /// The type that is asked for.
        expected: String,
        /// The type of what was given.
        found: String,
    },
    /// More or fewer values were given than are asked for.
    #[error("expected {expected} {what}, found {found}")]
    Count {
        /// What they are: `arguments`, `results`, ...
        what: &'static str,
        /// How many are asked for.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// A type that can't be, of a memory, table or other thing that the host makes.
    #[error("not a valid type: {0}")]
    InvalidType(String),
    /// A type refers to one by a number that the engine knows no type by, or none of the kind that is asked for.
    #[error("the engine has no type of the number in {ty}")]
    UnknownType {
        /// What contains the number.
        ty: String,
    },
    /// A structure, an array or a function's parameters have no such number.
    #[error("there is no number {index} among {length}")]
    NoSuchIndex {
        /// The number asked for.
        index: u64,
        /// How many there are.
        length: u64,
    },
    /// What can't be set was to be set.
    #[error("{0} that is immutable can't be set")]
    Immutable(&'static str),
    /// An instance has no such export of that kind.
    #[error("there is no exported {kind} `{}`", Shown(.name))]
    UnknownExport {
        /// `function`, `memory`, ...
        kind: &'static str,
        /// The name asked for.
        name: String,
    },
    /// Settings that contradict each other, or that this host can't fulfil.
    #[error("configuration: {0}")]
    Config(String),
    /// A file can't be read.
    #[error("{}: {source}", .path.display())]
    File {
        /// Its path.
        path: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
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
    /// A host function failed with an error of its own, which is the [source](std::error::Error::source) of this one.
    #[error("host function failed: {source}")]
    Host {
        /// The host's own error.
        source: Box<dyn StdError + Send + Sync>,
        /// The wasm that called the function; empty if none did.
        backtrace: WasmBacktrace,
    },
}

impl From<Trap> for Error {
    fn from(trap: Trap) -> Self {
        Self::Trap { trap, backtrace: WasmBacktrace::default() }
    }
}

impl From<Box<dyn StdError + Send + Sync>> for Error {
    fn from(source: Box<dyn StdError + Send + Sync>) -> Self {
        let source = match source.downcast::<Self>() {
            Ok(error) => return *error,
            Err(source) => source,
        };
        match source.downcast::<Trap>() {
            Ok(trap) => (*trap).into(),
            Err(source) => Self::Host { source, backtrace: WasmBacktrace::default() },
        }
    }
}

impl Error {
    /// An error of the host's own, as a host function returns it: a message, or any error. What is an [`Error`](enum@Error) or a
    /// [`Trap`] already stays what it is.
    ///
    /// ```
    /// use wassay_vm::{Error, Trap};
    /// assert_eq!(Error::host("no such file").to_string(), "host function failed: no such file");
    /// assert_eq!(Error::host(Trap::Unreachable).trap(), Some(Trap::Unreachable));
    /// ```
    pub fn host<E: Into<Box<dyn StdError + Send + Sync>> + 'static>(error: E) -> Self {
        boxed(error).into()
    }

    /// The trap, if wasm stopped with one.
    #[must_use]
    pub fn trap(&self) -> Option<Trap> {
        match self {
            Self::Trap { trap, .. } => Some(*trap),
            _ => None,
        }
    }

    /// Whether it is a mistake in the use of this API, whatever wasm does: something of another store or engine, stale, of
    /// another type or number than is asked for, or that there can't be.
    #[must_use]
    pub fn is_misuse(&self) -> bool {
        matches!(
            self,
            Self::ForeignStore
                | Self::ForeignEngine { .. }
                | Self::Stale
                | Self::TypeMismatch { .. }
                | Self::Count { .. }
                | Self::InvalidType(_)
                | Self::UnknownType { .. }
                | Self::NoSuchIndex { .. }
                | Self::Immutable(_)
                | Self::UnknownExport { .. }
                | Self::Config(_)
        )
    }

    /// The wasm that was running: of a trap, and of a host function that failed.
    #[must_use]
    pub fn backtrace(&self) -> Option<&WasmBacktrace> {
        match self {
            Self::Trap { backtrace, .. } | Self::Host { backtrace, .. } => Some(backtrace),
            _ => None,
        }
    }

    /// The error of type `E` among this one and its sources, if there is one: a host function's own one, say.
    #[must_use]
    pub fn downcast_ref<E: StdError + 'static>(&self) -> Option<&E> {
        let mut error: Option<&(dyn StdError + 'static)> = Some(self);
        while let Some(this) = error {
            if let Some(found) = this.downcast_ref() {
                return Some(found);
            }
            error = this.source();
        }
        None
    }
}

/// The error in a box, out of which it can be had again.
#[cfg(not(feature = "anyhow"))]
fn boxed<E: Into<Box<dyn StdError + Send + Sync>> + 'static>(error: E) -> Box<dyn StdError + Send + Sync> {
    error.into()
}

/// The error in a box, out of which it can be had again: what `anyhow` itself puts into a box can't be found there.
#[cfg(feature = "anyhow")]
fn boxed<E: Into<Box<dyn StdError + Send + Sync>> + 'static>(error: E) -> Box<dyn StdError + Send + Sync> {
    let mut error = Some(error);
    let any: &mut dyn std::any::Any = &mut error;
    match any.downcast_mut::<Option<anyhow::Error>>().and_then(Option::take) {
        Some(error) => error.reallocate_into_boxed_dyn_error_without_backtrace(),
        None => error.expect("only taken as another type").into(),
    }
}
