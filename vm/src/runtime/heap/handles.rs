//! Roots of the host: the references that host code holds.

use std::sync::{Arc, Mutex, Weak};

/// References that code of the host holds. Each belongs to the scope that was the innermost one when it came to the host:
/// a call of a host function, a scope that the host opened, or the store itself.
#[derive(Default)]
pub(crate) struct Handles {
    /// Each with the number of scopes that had ended when it was put here, by which it is told from one that was at this
    /// place before.
    slots: Vec<(u64, u64)>,
    ended_scopes: u64,
}

impl Handles {
    /// Where a scope begins.
    pub(crate) fn height(&self) -> usize {
        self.slots.len()
    }

    /// Ends the scope that began there.
    pub(crate) fn end_scope(&mut self, height: usize) {
        if self.slots.len() > height {
            self.slots.truncate(height);
            self.ended_scopes += 1;
        }
    }

    /// Puts a reference into the innermost scope. Gives its slot, and the stamp by which [`Handles::holds`] knows it again.
    pub(crate) fn push(&mut self, reference: u64) -> (usize, u64) {
        self.slots.push((reference, self.ended_scopes));
        (self.slots.len() - 1, self.ended_scopes)
    }

    /// Whether a slot still holds the reference that was put there with this stamp.
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
    /// How many there may be before it is worth looking which are gone.
    prune_at: usize,
}

impl OwnedRoots {
    /// Adds a root.
    pub(crate) fn add(&mut self, root: &Arc<u64>) {
        /// Fewer are never looked at.
        const MIN_PRUNED: usize = 64;
        if self.all.len() >= self.prune_at.max(MIN_PRUNED) {
            self.prune();
        }
        self.all.push(Arc::downgrade(root));
    }

    /// Forgets those that the host no longer has.
    pub(super) fn prune(&mut self) {
        self.all.retain(|root| root.strong_count() > 0);
        self.prune_at = self.all.len() * 2;
    }

    pub(crate) fn references(&self) -> impl Iterator<Item = u64> {
        self.all.iter().filter_map(Weak::upgrade).map(|root| *root)
    }
}

/// What a store has of the host's references: behind a lock, since a shared borrow of a store gives references out too.
pub(crate) type SharedHandles = Mutex<Handles>;
