//! Quotas: how much all memories, or all tables, of a store may take together.

use crate::error::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

/// The remaining amount of a quota. Clones share it. Memories and tables never return their share, since they live as
/// long as the store.
#[derive(Clone, Debug)]
pub(crate) struct Quota(Arc<AtomicU64>);

impl Quota {
    pub(crate) fn new(limit: u64) -> Self {
        Self(Arc::new(AtomicU64::new(limit)))
    }

    /// Takes `amount`, or takes nothing and returns false if less is left.
    pub(crate) fn take(&self, amount: u64) -> bool {
        self.0.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(amount)).is_ok()
    }

    /// Returns an amount that was taken and then not used.
    pub(crate) fn give_back(&self, amount: u64) {
        self.0.fetch_add(amount, Relaxed);
    }

    /// Checks that `amount` is left for `what`, which the error names.
    ///
    /// # Errors
    /// [`Error::Limit`] if less is left.
    pub(crate) fn check(&self, what: &str, amount: u64, unit: &str) -> Result<()> {
        let left = self.0.load(Relaxed);
        if amount <= left {
            return Ok(());
        }
        Err(Error::Limit(format!("{what} of {amount} {unit}, but the quota of the store has {left} left")))
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
        assert!(error.ends_with("tables of 1 elements, but the quota of the store has 0 left"), "{error}");
    }
}
