//! Limits on fibers: their memory counts against the limit of the store's heap.

use super::StoreOpaque;
use crate::runtime::fiber::Fiber;

impl StoreOpaque {
    /// Returns whether fibers may take so many more bytes.
    pub(crate) fn has_room(&mut self, bytes: usize) -> bool {
        self.fibers.has_room(&mut self.heap, bytes)
    }

    /// Returns whether fibers may take so many more bytes, if necessary after a collection.
    pub(crate) fn make_room(&mut self, bytes: usize) -> bool {
        if !self.has_room(bytes) {
            self.collect();
        }
        self.has_room(bytes)
    }

    /// Returns whether fibers are within the limit. To be called when a fiber is about to be suspended. May collect.
    ///
    /// # Safety
    /// `fiber` must be the one that runs.
    pub(crate) unsafe fn may_suspend(&mut self, fiber: *mut Fiber) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.fibers.sample(&mut self.heap, fiber) || self.make_room(0) }
    }
}
