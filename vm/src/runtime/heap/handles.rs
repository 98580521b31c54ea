//! Roots of the host: the references that host code holds.

use std::sync::{Arc, Mutex, Weak};

/// References held by the host, as a stack of scopes. A reference belongs to the scope that was innermost when the host
/// got it: a call of a host function, a scope that the host opened, or the store itself.
#[derive(Default)]
pub(crate) struct Handles {
    /// Each reference has a stamp: the number of scopes that had ended when it was pushed. The stamp distinguishes it
    /// from earlier references in the same slot.
    slots: Vec<(u64, u64)>,
    ended_scopes: u64,
}

impl Handles {
    /// Returns the height of the stack, at which a new scope begins.
    pub(crate) fn height(&self) -> usize {
        self.slots.len()
    }

    /// Ends the scope that began at `height`.
    pub(crate) fn end_scope(&mut self, height: usize) {
        if self.slots.len() > height {
            self.slots.truncate(height);
            self.ended_scopes += 1;
        }
    }

    /// Pushes a reference into the innermost scope. Returns its slot, and the stamp for [`Handles::holds`].
    pub(crate) fn push(&mut self, reference: u64) -> (usize, u64) {
        self.slots.push((reference, self.ended_scopes));
        (self.slots.len() - 1, self.ended_scopes)
    }

    /// Returns whether a slot still holds the reference that was pushed with this stamp.
    pub(crate) fn holds(&self, slot: usize, reference: u64, stamp: u64) -> bool {
        self.slots.get(slot) == Some(&(reference, stamp))
    }

    pub(crate) fn references(&self) -> impl Iterator<Item = u64> {
        self.slots.iter().map(|&(reference, _)| reference)
    }
}

/// References that the host owns: roots until the host drops its half of the `Arc`.
#[derive(Default)]
pub(crate) struct OwnedRoots {
    all: Vec<Weak<u64>>,
    /// Number of roots at which dropped ones are removed.
    prune_at: usize,
}

impl OwnedRoots {
    /// Adds a root.
    pub(crate) fn add(&mut self, root: &Arc<u64>) {
        /// Dropped roots are not looked for among fewer roots than this.
        const MIN_PRUNED: usize = 64;
        if self.all.len() >= self.prune_at.max(MIN_PRUNED) {
            self.prune();
        }
        self.all.push(Arc::downgrade(root));
    }

    /// Removes the roots that the host has dropped.
    pub(super) fn prune(&mut self) {
        self.all.retain(|root| root.strong_count() > 0);
        self.prune_at = self.all.len() * 2;
    }

    pub(crate) fn references(&self) -> impl Iterator<Item = u64> {
        self.all.iter().filter_map(Weak::upgrade).map(|root| *root)
    }
}

/// The handles of a store, behind a lock, since the API creates handles through a shared borrow of the store too.
pub(crate) type SharedHandles = Mutex<Handles>;
