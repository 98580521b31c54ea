//! The error for a valid module that needs a feature which the VM does not run.

use crate::error::Error;

/// A valid module asks for what the VM does not run.
pub(crate) fn unsupported(feature: &'static str, what: &str, offset: u64) -> Error {
    Error::Unsupported { feature, what: what.into(), offset: usize::try_from(offset).unwrap_or(usize::MAX) }
}
