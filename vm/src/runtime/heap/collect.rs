//! A collection, and when there is one.

use super::mark::Marker;
use super::{LEAST_BUDGET, Sweep};
use crate::abi::heap::VMType;
use crate::runtime::activation::Activation;
use crate::runtime::arch;
use crate::runtime::store::StoreOpaque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Bytes that a value of the host counts for, behind which there may be any number.
pub(super) const EXTERN_COST: usize = 64;

/// What the heap of a store holds, and what collecting it took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapStats {
    /// Bytes that count against the limit now: of objects in use, or set aside for objects of one size, and of continuations.
    pub bytes: u64,
    /// Of these, what continuations take besides their objects, as far as is known: stacks, and values bound to them.
    pub continuation_bytes: u64,
    /// Bytes in use after the last collection.
    pub live_bytes: u64,
    /// Objects in use after the last collection.
    pub objects: u64,
    /// Values of the host in use after the last collection.
    pub host_values: u64,
    /// Collections so far.
    pub collections: u64,
    /// Bytes handed out to objects so far.
    pub allocated_bytes: u64,
    /// Time that all collections took together.
    pub total_pause: Duration,
    /// Time that the longest one took.
    pub longest_pause: Duration,
}

impl StoreOpaque {
    /// The engine's array of types, by their numbers.
    pub(super) fn object_types(&self) -> *const VMType {
        self.engine.type_table()
    }

    /// Takes back what nothing refers to.
    pub(crate) fn collect(&mut self) {
        /// # Safety
        /// For [`arch::with_registers`] with a store.
        unsafe extern "C" fn at(store: *mut u8, stack_pointer: usize) {
            // SAFETY: `with_registers` hands on what it got, below.
            unsafe { (*store.cast::<StoreOpaque>()).collect_below(stack_pointer) };
        }
        let store: *mut Self = self;
        // SAFETY: the store is borrowed exclusively until this returns.
        unsafe { arch::with_registers(store.cast(), at) };
    }

    /// # Safety
    /// Registers that calls keep must lie at `stack_pointer`, above all that this collection itself has there.
    unsafe fn collect_below(&mut self, stack_pointer: usize) {
        let started = Instant::now();
        self.heap.flush(&mut self.vm.runs);
        self.heap.owned.tidy();
        let mut space = self.heap.space.take();
        if let Some(space) = &mut space {
            space.clear_marks();
        }
        let mut externs = std::mem::take(&mut self.heap.externs);
        externs.clear_marks();
        let found = std::mem::take(&mut self.heap.found);
        // SAFETY: compiled code makes no call before an object that it allocated is complete, and neither does the runtime.
        let mut marker =
            unsafe { Marker::new(space.as_ref(), self.object_types(), &mut externs, found, self.heap.continuation) };
        // SAFETY: the store is borrowed exclusively.
        unsafe { self.mark_roots(&mut marker, stack_pointer) };
        marker.finish();
        self.heap.found = marker.end();

        let mut dropped = Vec::new();
        let host_values = externs.take_unmarked(&mut dropped);
        self.heap.externs = externs;
        self.heap.space = space;
        if let Some(space) = &self.heap.space {
            self.fibers.sweep(|continuation| space.is_marked(continuation));
        }
        let (objects, live) = self.heap.sweep();
        self.measure_fibers();
        let stats = &mut self.heap.stats;
        stats.allocated_bytes += self.heap.since as u64;
        self.heap.since = 0;
        stats.collections += 1;
        stats.objects = objects as u64;
        stats.live_bytes = live as u64;
        stats.host_values = host_values as u64;
        let pause = started.elapsed();
        stats.total_pause += pause;
        stats.longest_pause = stats.longest_pause.max(pause);
        self.heap.dropped.append(&mut dropped);
        let activation = self.vm.activation.cast::<Activation>();
        // SAFETY: activations lie in frames that wait for us, and what runs in them is alive.
        let fiber = unsafe { activation.as_ref().and_then(|activation| activation.fiber.as_ref()) };
        // A continuation's stack is too short for the embedder's code: that waits for the next chance.
        if !fiber.is_some_and(|fiber| fiber.is_on_stack(stack_pointer)) {
            self.drop_values();
        }
    }

    /// Drops what collections have found to be in use no more. To be called on a stack of the host.
    pub(crate) fn drop_values(&mut self) {
        while let Some(value) = self.heap.dropped.pop() {
            // The embedder's code, which may do as it likes, but not unwind into wasm.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
                std::mem::forget(payload);
            }
        }
    }

    /// Collects if enough was allocated since the last time that it is worth it; `bytes` more are about to be.
    pub(super) fn collect_if_due(&mut self, bytes: usize) {
        self.heap.since += bytes;
        if self.heap.stress || self.heap.since > self.heap.budget {
            self.collect();
        }
    }
}

impl super::Heap {
    /// After marking: finds out where there is room, and how much may be allocated before the next collection. Gives objects
    /// and bytes in use.
    fn sweep(&mut self) -> (usize, usize) {
        for Sweep { blocks, current } in &mut self.sweeps {
            blocks.clear();
            *current = None;
        }
        let Some(space) = &mut self.space else { return (0, 0) };
        if self.stress {
            space.poison_unmarked();
        }
        let (objects, live) = space.keep_marked(|block, class| self.sweeps[class].blocks.push(block));
        for sweep in &mut self.sweeps {
            // Taken from the end: low addresses first.
            sweep.blocks.reverse();
        }
        // In proportion to what is in use: then marking is a constant cost for each byte allocated.
        self.budget = (live + live / 2).max(LEAST_BUDGET);
        space.give_back(self.budget);
        (objects, live)
    }
}
