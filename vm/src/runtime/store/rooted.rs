//! References that the host holds, in their store.

use super::StoreOpaque;
use super::handle::foreign;
use crate::error::{Error, Result};
use crate::rooted::{NO_SLOT, Rooted, StoreId};
use crate::runtime::heap::handles::Handles;
use std::fmt;
use std::sync::{Arc, MutexGuard, PoisonError};

fn handles(store: &StoreOpaque) -> MutexGuard<'_, Handles> {
    store.handles.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Rooted {
    /// Makes a reference, which is not null, one that the host holds.
    pub(crate) fn new(store: &StoreOpaque, raw: u64) -> Self {
        let (slot, stamp) = handles(store).push(raw);
        Self { store: store.id, raw, slot, stamp }
    }

    /// A reference to what is no object: its bits are all there is.
    pub(crate) fn immediate(store: &StoreOpaque, raw: u64) -> Self {
        Self { store: store.id, raw, slot: NO_SLOT, stamp: 0 }
    }

    /// Its bits, which are those of an object only if it is still good.
    pub(crate) fn bits(self) -> u64 {
        self.raw
    }

    /// The reference as compiled code sees it, if it is one of this store and still good. It is good to use until the next
    /// allocation, or as long as the handle is.
    pub(crate) fn resolve(self, store: &StoreOpaque) -> Result<u64> {
        if self.store != store.id {
            return Err(foreign());
        }
        if self.slot != NO_SLOT && !handles(store).holds(self.slot, self.raw, self.stamp) {
            return Err(Error::Stale);
        }
        Ok(self.raw)
    }

    /// As [`Rooted::resolve`], for what can't return an error.
    #[track_caller]
    pub(crate) fn expect(self, store: &StoreOpaque) -> u64 {
        match self.resolve(store) {
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
        let raw = Arc::new(rooted.resolve(store)?);
        store.heap.owned.add(&raw);
        Ok(Self { store: store.id, raw })
    }

    /// The reference in the innermost scope.
    pub(crate) fn root(&self, store: &StoreOpaque) -> Result<Rooted> {
        if self.store == store.id { Ok(Rooted::new(store, *self.raw)) } else { Err(foreign()) }
    }
}
