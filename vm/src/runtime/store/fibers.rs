//! Room for fibers within the limit of the heap.

use super::StoreOpaque;
use crate::runtime::fiber::Fiber;

impl StoreOpaque {
    /// Whether fibers may take so many bytes more.
    pub(crate) fn has_room(&mut self, bytes: usize) -> bool {
        self.fibers.has_room(&mut self.heap, bytes)
    }

    /// Whether fibers may take so many bytes more, if need be after a collection.
    pub(crate) fn make_room(&mut self, bytes: usize) -> bool {
        if !self.has_room(bytes) {
            self.collect();
        }
        self.has_room(bytes)
    }

    /// To be called when a fiber is about to be suspended. Gives whether fibers are within the limit. May collect.
    ///
    /// # Safety
    /// `fiber` must be the one that runs.
    pub(crate) unsafe fn may_suspend(&mut self, fiber: *mut Fiber) -> bool {
        // SAFETY: the caller's promise.
        unsafe { self.fibers.sample(&mut self.heap, fiber) || self.make_room(0) }
    }
}
