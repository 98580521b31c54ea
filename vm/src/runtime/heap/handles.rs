//! What the host refers to.

use crate::error::{Error, Result};
use crate::runtime::store::{StoreId, StoreOpaque, foreign};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// References that code of the host holds. Each belongs to the scope that was the innermost one when it came to the host:
/// a call of a host function, a scope that the host opened, or the store itself.
#[derive(Default)]
pub(crate) struct Handles {
    /// Each with the number of scopes that had ended when it was put here, by which it is told from one that was at this
    /// place before.
    slots: Vec<(u64, u64)>,
    ended: u64,
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
            self.ended += 1;
        }
    }

    pub(super) fn references(&self) -> impl Iterator<Item = u64> {
        self.slots.iter().map(|&(reference, _)| reference)
    }
}

/// A reference that the host holds: it is good until its scope ends. Two are equal if they are to the same thing, as long
/// as both are good.
#[derive(Clone, Copy)]
pub struct Rooted {
    store: StoreId,
    raw: u64,
    slot: usize,
    ended: u64,
}

/// The slot of what needs none.
const NO_SLOT: usize = usize::MAX;

impl PartialEq for Rooted {
    fn eq(&self, other: &Self) -> bool {
        (self.store, self.raw) == (other.store, other.raw)
    }
}

impl fmt::Debug for Rooted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x} of {:?}", self.raw, self.store)
    }
}

fn handles(store: &StoreOpaque) -> MutexGuard<'_, Handles> {
    store.handles.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rooted {
    /// Makes a reference, which is not null, one that the host holds.
    pub(crate) fn new(store: &StoreOpaque, raw: u64) -> Self {
        let mut handles = handles(store);
        let ended = handles.ended;
        handles.slots.push((raw, ended));
        Self { store: store.id, raw, slot: handles.slots.len() - 1, ended }
    }

    /// A reference to what is no object: its bits are all there is.
    pub(crate) fn immediate(store: &StoreOpaque, raw: u64) -> Self {
        Self { store: store.id, raw, slot: NO_SLOT, ended: 0 }
    }

    /// Its bits, which are those of an object only if it is still good.
    pub(crate) fn bits(self) -> u64 {
        self.raw
    }

    /// The reference as compiled code sees it, if it is one of this store and still good. It is good to use until the next
    /// allocation, or as long as the handle is.
    pub(crate) fn of(self, store: &StoreOpaque) -> Result<u64> {
        if self.store != store.id {
            return Err(foreign());
        }
        if self.slot != NO_SLOT && handles(store).slots.get(self.slot) != Some(&(self.raw, self.ended)) {
            return Err(Error::Stale);
        }
        Ok(self.raw)
    }

    /// As [`Rooted::of`], for what can't return an error.
    #[track_caller]
    pub(crate) fn expect(self, store: &StoreOpaque) -> u64 {
        match self.of(store) {
            Ok(raw) => raw,
            Err(error) => panic!("{error}"),
        }
    }
}

/// A reference that the host holds as long as it likes.
#[derive(Clone)]
pub(crate) struct OwnedRoot {
    store: StoreId,
    raw: Arc<u64>,
}

impl fmt::Debug for OwnedRoot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x} of {:?}", *self.raw, self.store)
    }
}

impl OwnedRoot {
    pub(crate) fn new(store: &mut StoreOpaque, rooted: Rooted) -> Result<Self> {
        let raw = Arc::new(rooted.of(store)?);
        store.heap.owned.add(&raw);
        Ok(Self { store: store.id, raw })
    }

    /// The reference in the innermost scope.
    pub(crate) fn root(&self, store: &StoreOpaque) -> Result<Rooted> {
        if self.store == store.id { Ok(Rooted::new(store, *self.raw)) } else { Err(foreign()) }
    }
}

/// All [`OwnedRoot`]s of a store.
#[derive(Default)]
pub(super) struct OwnedRoots {
    all: Vec<Weak<u64>>,
    /// How many there may be before it is worth looking which are gone.
    tidy_at: usize,
}

impl OwnedRoots {
    fn add(&mut self, root: &Arc<u64>) {
        /// Fewer are never looked at.
        const FEW: usize = 64;
        if self.all.len() >= self.tidy_at.max(FEW) {
            self.tidy();
        }
        self.all.push(Arc::downgrade(root));
    }

    /// Forgets those that the host no longer has.
    pub(super) fn tidy(&mut self) {
        self.all.retain(|root| root.strong_count() > 0);
        self.tidy_at = self.all.len() * 2;
    }

    pub(super) fn references(&self) -> impl Iterator<Item = u64> {
        self.all.iter().filter_map(Weak::upgrade).map(|root| *root)
    }
}

/// What a store has of the host's references: behind a lock, since a shared borrow of a store gives references out too.
pub(crate) type SharedHandles = Mutex<Handles>;
