//! Panics of the compiler as errors.

use crate::error::{Error, Result};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Does part of compiling. It panics where something does not hold that always does; modules come from anywhere, so that is
/// an error, and not the embedder's end.
pub(super) fn contained<T>(during: impl FnOnce() -> String, work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What a panic leaves behind is dropped: LLVM's module and context, descriptions, objects.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        Err(Error::Internal { during: during(), message: text.unwrap_or("it panicked").into() })
    })
}
