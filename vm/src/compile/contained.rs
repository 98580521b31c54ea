//! Containment of panics: a panic of the compiler becomes an error.

use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs a part of the compiler. It panics if an invariant does not hold. Since modules come from anywhere, that
/// becomes [`Error::Internal`] instead of ending the embedder.
pub(super) fn contained<T>(during: impl FnOnce() -> String, work: impl FnOnce() -> Result<T>) -> Result<T> {
    // All that a panic leaves behind is dropped: LLVM modules and contexts, descriptions, objects.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Error::Internal { during: during(), message: text.unwrap_or("it panicked").into() })
    })
}
