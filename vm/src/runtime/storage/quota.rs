//! How much of something all that a store holds of a kind may take together.

use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// What may still be taken. Clones share it. Nothing comes back: what takes it lives as long as the store.
#[derive(Clone, Debug)]
pub(crate) struct Quota(Arc<AtomicU64>);

impl Quota {
    pub(crate) fn new(limit: u64) -> Self {
        Self(Arc::new(AtomicU64::new(limit)))
    }

    /// Takes so much, or nothing if there is not as much.
    pub(crate) fn take(&self, amount: u64) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(amount)).is_ok()
    }

    /// Gives back what was taken and not used.
    pub(crate) fn give_back(&self, amount: u64) {
        self.0.fetch_add(amount, Relaxed);
    }

    /// Whether so much is left, said of what asks for it.
    ///
    /// # Errors
    /// [`Error::Limit`] if not.
    pub(crate) fn check(&self, what: &str, amount: u64, unit: &str) -> Result<()> {
        let left = self.0.load(Relaxed);
        if amount <= left {
            return Ok(());
        }
        Err(Error::Limit(format!("{what} of {amount} {unit}, where the store may have {left} more")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_what_is_left() {
        let quota = Quota::new(10);
        assert!(quota.clone().take(6) && !quota.take(5));
        quota.give_back(1);
        assert!(quota.take(5) && quota.clone().take(0) && !quota.take(1));
        assert!(quota.check("tables", 0, "elements").is_ok());
        let error = quota.check("tables", 1, "elements").unwrap_err().to_string();
        assert!(error.ends_with("tables of 1 elements, where the store may have 0 more"), "{error}");
    }
}
