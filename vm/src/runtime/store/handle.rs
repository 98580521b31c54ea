//! Handles: the values by which the host names functions, tables, memories and globals of a store.

use super::StoreOpaque;
use crate::error::{Error, Result};
use crate::rooted::StoreId;
use std::fmt;
use std::ptr::NonNull;

/// A handle of something in a store: the store's identity and a pointer. Nothing in a store is freed before the store.
/// So the pointer is valid whenever a store with that identity is at hand, and it is only followed then.
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
// SAFETY: the pointer is only followed by code that holds the store, to which the store's own bounds apply.
unsafe impl<T> Send for Handle<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for Handle<T> {}

impl<T> PartialEq for Handle<T> {
    fn eq(&self, other: &Self) -> bool {
        self.pointer == other.pointer && self.store == other.store
    }
}

impl<T> Handle<T> {
    /// Creates a handle.
    ///
    /// # Safety
    /// `pointer` must point into `store`, and be valid until the store is dropped.
    pub(crate) unsafe fn new(store: &StoreOpaque, pointer: NonNull<T>) -> Self {
        Self { store: store.id, pointer }
    }

    /// Returns the pointer, if it points into `store`.
    #[inline]
    pub(crate) fn resolve(self, store: &StoreOpaque) -> Result<NonNull<T>> {
        if self.store == store.id { Ok(self.pointer) } else { Err(foreign()) }
    }

    /// Like [`Handle::resolve`], for callers that can't return an error.
    #[track_caller]
    pub(crate) fn expect(self, store: &StoreOpaque) -> NonNull<T> {
        assert!(self.store == store.id, "handle used with a store that it does not belong to");
        self.pointer
    }
}

#[cold]
pub(crate) fn foreign() -> Error {
    Error::ForeignStore
}
