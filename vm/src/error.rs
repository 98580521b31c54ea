//! The error type of the crate: everything that can fail, as values.

use crate::rooted::Exception;
use crate::shown::Shown;
use crate::trap::{Trap, WasmBacktrace};
use std::error::Error as StdError;
use thiserror::Error;

/// Result type of this crate's fallible functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Reason why a module was not compiled, linked or run, or why a call of this API failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are not a valid module under the engine's features.
    #[error("invalid module at offset {offset:#x}: {}", Shown(.message))]
    Invalid {
        /// What is wrong.
        message: String,
        /// Offset in the module's bytes.
        offset: usize,
    },
    /// The module is valid, but uses a feature that this VM does not implement.
    #[error("unsupported: {what} ({feature}) at offset {offset:#x}")]
    Unsupported {
        /// Name of the feature, as in `wasmparser` (`simd`, `gc`, ...).
        feature: &'static str,
        /// The operator, type or section that uses it.
        what: String,
        /// Offset in the module's bytes.
        offset: usize,
    },
    /// A limit of this implementation, of the configuration or of the process is exceeded: by a module, a function, a type, a
    /// store's memories or tables, or the number of mappings.
    #[error("limit exceeded: {0}")]
    Limit(String),
    /// A bug in this VM: an invariant of the compiler did not hold. The module cannot be used; the engine can. This is a
    /// panic that was caught, so a program that aborts on panics ends instead.
    #[error("internal error in {during}: {message}")]
    Internal {
        /// The activity during which it happened.
        during: String,
        /// Message of the failed check.
        message: String,
    },
    /// LLVM failed, or its objects could not be linked.
    #[error("code generation failed: {0}")]
    Codegen(String),
    /// The bytes are not an artifact, are damaged, or are an artifact for another build, host or configuration.
    #[error("not a usable artifact: {0}")]
    Artifact(String),
    /// An import is not defined.
    #[error("unknown import: `{}` `{}`", Shown(.module), Shown(.name))]
    UnknownImport {
        /// Module part of the name.
        module: String,
        /// Name inside that module.
        name: String,
    },
    /// The definition of an import has another type than the module requires.
    #[error("incompatible import type: `{}` `{}`: expected {expected}, found {found}", Shown(.module), Shown(.name))]
    IncompatibleImport {
        /// Module part of the name.
        module: String,
        /// Name inside that module.
        name: String,
        /// Type that the module requires.
        expected: String,
        /// Type of the definition.
        found: String,
    },
    /// A name is defined already in a [`Linker`](crate::Linker) that does not allow shadowing.
    #[error("`{}` `{}` is defined already", Shown(.module), Shown(.name))]
    Duplicate {
        /// Module part of the name.
        module: String,
        /// Name inside that module.
        name: String,
    },
    /// Memory or address space is exhausted: of the host, or a store's heap.
    #[error("out of resources: {0}")]
    Resources(String),
    /// A handle of one store was used with another store.
    #[error("used with a store that it does not belong to")]
    ForeignStore,
    /// An object of one engine was used with an object of another engine.
    #[error("{what} of another engine")]
    ForeignEngine {
        /// Kind of the object: `a module`, `a type`, ...
        what: &'static str,
    },
    /// A reference was used after the end of its scope: see [`RootScope`](crate::RootScope).
    #[error("a reference was used after the end of its scope")]
    Stale,
    /// A value, function, tag or descriptor has another type than required.
    #[error("expected {expected}, found {found}")]
    TypeMismatch {
        /// Required type.
        expected: String,
        /// Type of the argument.
        found: String,
    },
    /// The number of values differs from the required number.
    #[error("expected {expected} {what}, found {found}")]
    Count {
        /// Kind of the values: `arguments`, `results`, ...
        what: &'static str,
        /// Required number.
        expected: usize,
        /// Number of values passed.
        found: usize,
    },
    /// The type of a memory, table or other object that the host creates is not valid.
    #[error("not a valid type: {0}")]
    InvalidType(String),
    /// A type refers to another type by a number that the engine does not know, or that belongs to a type of another kind.
    #[error("the engine knows no type by the number in {ty}")]
    UnknownType {
        /// The type that contains the number.
        ty: String,
    },
    /// The index of a field, element or parameter is out of range.
    #[error("index {index} is out of range: there are {length}")]
    NoSuchIndex {
        /// The index.
        index: u64,
        /// Number of fields, elements or parameters.
        length: u64,
    },
    /// An immutable global, field or element was to be set.
    #[error("{0} is immutable and can't be set")]
    Immutable(&'static str),
    /// An instance has no export of that name and kind.
    #[error("no exported {kind} `{}`", Shown(.name))]
    UnknownExport {
        /// Kind: `function`, `memory`, ...
        kind: &'static str,
        /// Name of the export.
        name: String,
    },
    /// The settings of an engine contradict each other, or this host can't fulfil them.
    #[error("configuration: {0}")]
    Config(String),
    /// A file cannot be read.
    #[error("{}: {source}", .path.display())]
    File {
        /// Path of the file.
        path: std::path::PathBuf,
        /// Error of the operating system.
        source: std::io::Error,
    },
    /// Wasm trapped. Spec: [traps](https://webassembly.github.io/spec/core/intro/overview.html#trap)
    #[error("wasm trap: {trap}")]
    Trap {
        /// Cause.
        trap: Trap,
        /// Wasm calls that were active.
        backtrace: WasmBacktrace,
    },
    /// Wasm threw an exception that no wasm handler caught. A host function that returns this error throws the exception.
    #[error("uncaught wasm exception")]
    Exception(Exception),
    /// A host function failed with an error of its own, which is the [source](std::error::Error::source) of this error.
    #[error("host function failed: {source}")]
    Host {
        /// The host function's error.
        source: Box<dyn StdError + Send + Sync>,
        /// Wasm calls that were active; empty if the host called the function.
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
    /// Converts a host function's error to an [`Error`](enum@Error): a message becomes [`Error::Host`], and so does any other
    /// error. An [`Error`](enum@Error) stays as it is, and a [`Trap`] becomes [`Error::Trap`].
    ///
    /// ```
    /// use wassay_vm::{Error, Trap};
    /// assert_eq!(Error::host("no such file").to_string(), "host function failed: no such file");
    /// assert_eq!(Error::host(Trap::Unreachable).trap(), Some(Trap::Unreachable));
    /// ```
    pub fn host<E: Into<Box<dyn StdError + Send + Sync>> + 'static>(error: E) -> Self {
        boxed(error).into()
    }

    /// Returns the trap if this is [`Error::Trap`].
    #[must_use]
    pub fn trap(&self) -> Option<Trap> {
        match self {
            Self::Trap { trap, .. } => Some(*trap),
            _ => None,
        }
    }

    /// Says whether the error is a misuse of this API, independent of what wasm does: an object of another store or engine, a
    /// stale reference, a wrong type, number or name, or an invalid configuration.
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

    /// Returns the wasm calls that were active, for a trap and for a host function that failed.
    #[must_use]
    pub fn backtrace(&self) -> Option<&WasmBacktrace> {
        match self {
            Self::Trap { backtrace, .. } | Self::Host { backtrace, .. } => Some(backtrace),
            _ => None,
        }
    }

    /// Returns the first error of type `E` in the chain of this error and its sources, such as the error of a host function.
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

/// Boxes an error in a way that allows to downcast it.
#[cfg(not(feature = "anyhow"))]
fn boxed<E: Into<Box<dyn StdError + Send + Sync>> + 'static>(error: E) -> Box<dyn StdError + Send + Sync> {
    error.into()
}

/// Boxes an error in a way that allows to downcast it. An `anyhow::Error` is unpacked first, because the box that `anyhow`
/// itself makes cannot be downcast to the error inside.
#[cfg(feature = "anyhow")]
fn boxed<E: Into<Box<dyn StdError + Send + Sync>> + 'static>(error: E) -> Box<dyn StdError + Send + Sync> {
    let mut error = Some(error);
    let any: &mut dyn std::any::Any = &mut error;
    match any.downcast_mut::<Option<anyhow::Error>>().and_then(Option::take) {
        Some(error) => error.reallocate_into_boxed_dyn_error_without_backtrace(),
        None => error.expect("only taken as another type").into(),
    }
}
