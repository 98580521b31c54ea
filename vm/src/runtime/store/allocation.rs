//! Allocation of objects and of values of the host.

use super::StoreOpaque;
use crate::abi::heap::{ARRAY_LENGTH, OBJECT_TYPE};
use crate::runtime::heap::Allocation;
use std::any::Any;
use std::ptr::NonNull;

impl StoreOpaque {
    /// Allocates an object of `bytes` bytes: a header of the words `header` and `extra`, then zeros. Returns none if
    /// there is no memory, even after a collection.
    ///
    /// May collect. References held meanwhile must be on a stack that runs wasm of this store, in
    /// [`Heap::temporaries`](crate::runtime::heap::Heap::temporaries), or otherwise reachable.
    ///
    /// # Safety
    /// The header must be that of an exception, or of a type of this store's engine whose objects take so many bytes,
    /// and `extra` must be as the header requires. The collector relies on both.
    pub(crate) unsafe fn allocate(&mut self, header: u32, bytes: u64, extra: u32) -> Option<NonNull<u8>> {
        let bytes = usize::try_from(bytes).ok().filter(|&bytes| bytes <= self.heap.limit_bytes())?;
        let stress = self.heap.is_stressed();
        self.heap.fiber_bytes = self.fibers.bytes();
        if stress {
            self.collect();
        }
        let mut taken = self.heap.allocate(&mut self.vm.runs, bytes, stress);
        if !matches!(taken, Allocation::Cell(..)) {
            self.collect();
            taken = self.heap.allocate(&mut self.vm.runs, bytes, true);
        }
        let Allocation::Cell(cell, zero) = taken else { return None };
        if stress {
            self.heap.flush(&mut self.vm.runs);
        }
        // SAFETY: the cell is large enough, aligned, and used by nothing else.
        unsafe {
            if !zero {
                cell.write_bytes(0, bytes);
            }
            cell.add(OBJECT_TYPE as usize).cast::<u32>().write(header);
            cell.add(ARRAY_LENGTH as usize).cast::<u32>().write(extra);
        }
        Some(cell)
    }

    /// Adds a value of the host and returns the reference that wasm sees. May collect.
    pub(crate) fn add_extern(&mut self, value: Box<dyn Any + Send + Sync>) -> u64 {
        if self.heap.count_extern() {
            self.collect();
        }
        self.heap.add_extern(value)
    }

    /// Returns the value of the host behind a reference, if [`StoreOpaque::add_extern`] returned that reference.
    pub(crate) fn extern_value(&self, reference: u64) -> Option<&(dyn Any + Send + Sync)> {
        self.heap.extern_value(reference)
    }
}
