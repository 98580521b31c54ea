//! Allocation of objects, and of values of the host.

use super::StoreOpaque;
use crate::abi::heap::{ARRAY_LENGTH, OBJECT_TYPE};
use crate::runtime::heap::Allocation;
use std::any::Any;
use std::ptr::NonNull;

impl StoreOpaque {
    /// Makes an object of `bytes` bytes, all zeros but its header, which has the words given. May collect: references that
    /// are held meanwhile must be on a stack that runs wasm of this store, or in [`Heap::temporaries`](crate::runtime::heap::Heap::temporaries), or otherwise
    /// reachable. None when there is no memory, even so.
    ///
    /// # Safety
    /// The header must be that of objects of a type of this store's engine, which take so many bytes, or that of exceptions;
    /// and `extra` as that asks for. The collector believes it.
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
        // SAFETY: the cell is as large, aligned, and nobody else's.
        unsafe {
            if !zero {
                cell.write_bytes(0, bytes);
            }
            cell.add(OBJECT_TYPE as usize).cast::<u32>().write(header);
            cell.add(ARRAY_LENGTH as usize).cast::<u32>().write(extra);
        }
        Some(cell)
    }

    /// Keeps a value of the host and gives the reference that wasm sees.
    pub(crate) fn add_extern(&mut self, value: Box<dyn Any + Send + Sync>) -> u64 {
        if self.heap.count_extern() {
            self.collect();
        }
        self.heap.add_extern(value)
    }

    /// The value behind a reference, if it is one that [`StoreOpaque::add_extern`] gave.
    pub(crate) fn extern_value(&self, reference: u64) -> Option<&(dyn Any + Send + Sync)> {
        self.heap.extern_value(reference)
    }
}
