//! Errors of engines: of setting one up, and of an operation in a session.

use super::value::{Heap, Ref, Value};
use thiserror::Error;

/// An engine that could not be set up as asked.
#[derive(Debug, Error)]
pub enum Error {
    /// No engine has this name.
    #[error("there is no engine `{name}`; there are {known}")]
    UnknownEngine {
        /// The name that was asked for.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// The engine is known, but cannot run on this machine or in this build.
    #[error("engine `{name}` can't be run here: {why}")]
    NotHere {
        /// Name of the engine.
        name: String,
        /// What is missing, and what would provide it.
        why: String,
    },
    /// A description in the catalogue is wrong.
    #[error("the catalogue of engines has faults:\n{0}")]
    Catalogue(String),
    /// Several of these errors.
    #[error("{}", .0.iter().map(|error| crate::escape::text(&error.to_string()).into_owned()).collect::<Vec<_>>().join("\n       "))]
    Several(Vec<Self>),
    /// The engine has no such mode.
    #[error("engine `{engine}` has no mode `{mode}`; it has {known}")]
    UnknownMode {
        /// Name of the engine.
        engine: String,
        /// The mode that was asked for.
        mode: String,
        /// The modes that exist.
        known: String,
    },
    /// The engine did not start.
    #[error("engine `{engine}` does not start: {reason}")]
    Start {
        /// Name of the engine.
        engine: &'static str,
        /// The engine's own message.
        reason: String,
    },
}

/// Separates the messages of a [`SessionError`] that stands for several: an engine may have one trap where scripts
/// distinguish more.
pub const MESSAGE_SEPARATOR: &str = "|";

/// The ways in which an operation of a session can end without a value: a closed set.
///
/// A message may be several alternatives, joined with [`MESSAGE_SEPARATOR`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionError {
    /// Wasm trapped. An engine with one message for several traps gives every alternative.
    Trap(String),
    /// A resource was exhausted, usually the call stack.
    Exhaustion(String),
    /// An exception left the outermost call.
    Exception(String),
    /// A suspension left the outermost call.
    Suspension(String),
    /// The module is malformed or invalid.
    Invalid(String),
    /// The imports do not match what is provided.
    Unlinkable(String),
    /// The engine, or its interface, does not have a feature.
    Unsupported {
        /// Name of the feature, as `wasmparser` writes it, with `-` for `_`.
        feature: String,
        /// The first use of the feature.
        what: String,
    },
    /// Any other error of the engine, or a call that makes no sense.
    Other(String),
}

impl std::fmt::Display for SessionError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Trap(message) => write!(f, "trap: {message}"),
            Self::Exhaustion(message) => write!(f, "exhaustion: {message}"),
            Self::Exception(message) => write!(f, "exception: {message}"),
            Self::Suspension(message) => write!(f, "suspension: {message}"),
            Self::Invalid(message) => write!(f, "invalid: {message}"),
            Self::Unlinkable(message) => write!(f, "unlinkable: {message}"),
            Self::Unsupported { feature, what } if what.is_empty() => f.write_str(feature),
            Self::Unsupported { feature, what } => write!(f, "{feature}: {what}"),
            Self::Other(message) => write!(f, "error: {message}"),
        }
    }
}

/// The result of an operation of a session.
pub type SessionResult<T> = Result<T, SessionError>;

impl SessionError {
    /// Creates the error for a module that the engine rejects.
    pub fn invalid(reason: impl Into<String>) -> Self {
        Self::Invalid(reason.into())
    }

    /// Creates the error for a feature that the engine or its interface does not have.
    pub fn unsupported(feature: &str, what: impl Into<String>) -> Self {
        Self::Unsupported { feature: feature.to_owned(), what: what.into() }
    }

    /// Creates the error for a value that the engine's interface cannot express. It names the feature that introduced
    /// the value.
    #[must_use]
    pub fn no_value(value: Value) -> Self {
        let feature = match value {
            Value::V128(_) => "simd",
            Value::Ref(Ref::Null(Heap::Func | Heap::Extern) | Ref::Func | Ref::Extern(_)) => "reference_types",
            Value::Ref(Ref::Null(Heap::Exn | Heap::NoExn) | Ref::Exn) => "exceptions",
            Value::Ref(Ref::Null(Heap::Cont | Heap::NoCont) | Ref::Cont) => "stack_switching",
            _ => "gc",
        };
        Self::unsupported(feature, format!("the engine's interface has no value {value}"))
    }

    /// Creates a trap, or [`SessionError::Exhaustion`] if the message says that the call stack is exhausted.
    #[must_use]
    pub fn from_trap_message(message: &str) -> Self {
        if message.starts_with("call stack exhausted") {
            Self::Exhaustion("call stack exhausted".to_owned())
        } else {
            Self::Trap(message.to_owned())
        }
    }

    /// Creates a trap for which the engine has one message and scripts have several.
    #[must_use]
    pub fn any_trap_of(messages: &[&str]) -> Self {
        Self::Trap(messages.join(MESSAGE_SEPARATOR))
    }
}
