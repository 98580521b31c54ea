//! Rooted references: creation and checks of the references that the host holds in a store.

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
    /// Roots a reference, which must not be null, in the innermost scope.
    pub(crate) fn new(store: &StoreOpaque, raw: u64) -> Self {
        let (slot, stamp) = handles(store).push(raw);
        Self { store: store.id, raw, slot, stamp }
    }

    /// Wraps a reference that does not refer to an object, such as an `i31`. It needs no slot.
    pub(crate) fn immediate(store: &StoreOpaque, raw: u64) -> Self {
        Self { store: store.id, raw, slot: NO_SLOT, stamp: 0 }
    }

    /// Returns the bits of the reference. They refer to an object only while the handle is valid.
    pub(crate) fn bits(self) -> u64 {
        self.raw
    }

    /// Returns the reference as compiled code sees it, if it belongs to this store and is valid. The result may be used
    /// until the next allocation, or as long as the handle is valid.
    pub(crate) fn resolve(self, store: &StoreOpaque) -> Result<u64> {
        if self.store != store.id {
            return Err(foreign());
        }
        if self.slot != NO_SLOT && !handles(store).holds(self.slot, self.raw, self.stamp) {
            return Err(Error::Stale);
        }
        Ok(self.raw)
    }

    /// Like [`Rooted::resolve`], for callers that can't return an error.
    #[track_caller]
    pub(crate) fn expect(self, store: &StoreOpaque) -> u64 {
        match self.resolve(store) {
            Ok(raw) => raw,
            Err(error) => panic!("{error}"),
        }
    }
}

/// A root that the host owns: it is valid until the host drops it.
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

    /// Roots the reference in the innermost scope.
    pub(crate) fn root(&self, store: &StoreOpaque) -> Result<Rooted> {
        if self.store == store.id { Ok(Rooted::new(store, *self.raw)) } else { Err(foreign()) }
    }
}
