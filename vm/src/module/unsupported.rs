//! The error for a valid module that needs what the VM does not run.

use crate::error::Error;

/// Returns the error for something that needs a feature which is not built. `offset` is its place in the bytes of the
/// module.
pub(crate) fn unsupported(feature: &'static str, what: &str, offset: u64) -> Error {
    Error::Unsupported { feature, what: what.into(), offset: usize::try_from(offset).unwrap_or(usize::MAX) }
}
