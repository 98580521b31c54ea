//! Errors of the driver for `wasm.h`.

use crate::engine::error::SessionError;

/// Creates the error for something that the header or the library cannot do.
pub(super) fn unsupported(what: impl Into<String>) -> SessionError {
    SessionError::unsupported("wasm-c-api", what)
}

/// Creates any other error.
pub(super) fn error(what: impl Into<String>) -> SessionError {
    SessionError::Other(what.into())
}
