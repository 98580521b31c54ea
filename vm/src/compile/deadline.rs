//! Deadline of one compilation.

use crate::error::{Error, Result};
use std::time::{Duration, Instant};

/// The time at which a compilation has to be done. It is checked between functions and between passes: a pass of LLVM
/// is not interrupted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    end: Option<Instant>,
    allowed: Duration,
}

impl Deadline {
    /// Returns the deadline that ends `allowed` from now, if there is a limit.
    pub(super) fn after(allowed: Option<Duration>) -> Self {
        // A time that the clock cannot express never comes.
        let end = allowed.and_then(|allowed| Instant::now().checked_add(allowed));
        Self { end, allowed: allowed.unwrap_or_default() }
    }

    /// Checks that the deadline has not passed.
    ///
    /// # Errors
    /// [`Error::Limit`] if it has.
    pub(super) fn check(&self) -> Result<()> {
        match self.end {
            Some(end) if Instant::now() >= end => {
                Err(Error::Limit(format!("compiling takes longer than the limit of {:?}", self.allowed)))
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
