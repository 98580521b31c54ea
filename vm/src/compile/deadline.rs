//! The deadline of one compilation.

use crate::error::{Error, Result};
use std::time::{Duration, Instant};

/// When compiling has to be done. Looked at between functions and passes: what LLVM does in one go is not interrupted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    end: Option<Instant>,
    allowed: Duration,
}

impl Deadline {
    /// From now on.
    pub(super) fn after(allowed: Option<Duration>) -> Self {
        // What is too far away for the clock is never.
        let end = allowed.and_then(|allowed| Instant::now().checked_add(allowed));
        Self { end, allowed: allowed.unwrap_or_default() }
    }

    /// # Errors
    /// [`Error::Limit`] when it is over.
    pub(super) fn check(&self) -> Result<()> {
        match self.end {
            Some(end) if Instant::now() >= end => {
                Err(Error::Limit(format!("compiling takes longer than the {:?} that it may", self.allowed)))
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_passes() {
        assert!(Deadline::after(None).check().is_ok());
        assert!(Deadline::after(Some(Duration::MAX)).check().is_ok());
        assert!(matches!(Deadline::after(Some(Duration::ZERO)).check(), Err(Error::Limit(_))));
    }
}
