//! Handles: what the host holds of the things in a store.

use super::StoreOpaque;
use crate::error::{Error, Result};
use crate::rooted::StoreId;
use std::fmt;
use std::ptr::NonNull;

/// A thing in a store, as a value: the store's identity and where in it the thing lies. Since nothing is freed before its
/// store, the pointer is good whenever a store of that identity is at hand, and only then it is followed.
pub(crate) struct Handle<T> {
    store: StoreId,
    pointer: NonNull<T>,
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Handle<T> {}
impl<T> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of store {}", self.pointer, self.store.0)
    }
}
// SAFETY: the pointer is followed only by who holds the store, whose own bounds then apply.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.pointer == other.pointer && self.store == other.store
    }
}

impl<T> Handle<T> {
    /// # Safety
    /// `pointer` must point into `store`, and be good until that is dropped.
    pub(crate) unsafe fn new(store: &StoreOpaque, pointer: NonNull<T>) -> Self {
        Self { store: store.id, pointer }
    }

    /// Where the thing is, if it is in `store`.
    #[inline]
    pub(crate) fn resolve(self, store: &StoreOpaque) -> Result<NonNull<T>> {
        if self.store == store.id { Ok(self.pointer) } else { Err(foreign()) }
    }

    /// As [`Handle::resolve`], for what can't return an error.
    #[track_caller]
    pub(crate) fn expect(self, store: &StoreOpaque) -> NonNull<T> {
        assert!(self.store == store.id, "used with a store that it does not belong to");
        self.pointer
    }
}

#[cold]
pub(crate) fn foreign() -> Error {
    Error::ForeignStore
}
