//! A collection of a heap: marking, then preparing the lazy sweep.

use super::blocks::Blocks;
use super::externs::Externs;
use super::mark::{MarkStack, Marker};
use super::{Heap, MIN_BUDGET, Sweep};
use crate::abi::heap::{SIZE_CLASSES, VMRun, VMType};
use std::time::{Duration, Instant};

/// Bytes that a value of the host counts as. Its real size is not known.
pub(super) const EXTERN_COST: usize = 64;

/// Statistics of a store's heap and its collections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct HeapStats {
    /// Bytes that count against the limit now: blocks of objects and bytes of continuations. A block counts as a whole,
    /// even if some of its cells are free.
    pub bytes: u64,
    /// The part of `bytes` that continuations take besides their objects, as far as it is known: stacks and bound
    /// values.
    pub continuation_bytes: u64,
    /// Bytes of objects in use after the last collection.
    pub live_bytes: u64,
    /// Number of objects in use after the last collection.
    pub objects: u64,
    /// Number of values of the host in use after the last collection.
    pub host_values: u64,
    /// Number of collections so far.
    pub collections: u64,
    /// Bytes allocated for objects so far.
    pub allocated_bytes: u64,
    /// Total time of all collections.
    pub total_pause: Duration,
    /// Time of the longest collection.
    pub longest_pause: Duration,
}

/// The parts of a heap that marking changes. A collection takes them out of the heap, so that the roots in the store
/// can be read at the same time.
pub(crate) struct Collection {
    blocks: Option<Blocks>,
    externs: Externs,
    mark_stack: MarkStack,
    started: Instant,
}

impl Collection {
    /// Marks all objects that are reachable from the roots, which `mark_roots` marks.
    ///
    /// # Safety
    /// `types` must be the array of the types of all objects, and all objects in use must be complete.
    pub(crate) unsafe fn mark(
        &mut self,
        types: *const VMType,
        continuation: super::TraceContinuation,
        mark_roots: impl FnOnce(&mut Marker<'_>),
    ) {
        let mark_stack = std::mem::take(&mut self.mark_stack);
        // SAFETY: guaranteed by the caller. Mark bits were cleared when the collection began.
        let mut marker =
            unsafe { Marker::new(self.blocks.as_ref(), types, &mut self.externs, mark_stack, continuation) };
        mark_roots(&mut marker);
        marker.finish();
        self.mark_stack = marker.into_mark_stack();
    }

    /// Returns whether the object at an address is marked.
    pub(crate) fn is_marked(&self, object: usize) -> bool {
        self.blocks.as_ref().is_some_and(|blocks| blocks.is_marked(object))
    }
}

impl Heap {
    /// Returns the function that marks the references of a suspended continuation.
    pub(crate) fn trace_continuation(&self) -> super::TraceContinuation {
        self.continuation
    }

    /// Begins a collection. Takes `runs` back first.
    pub(crate) fn begin_collection(&mut self, runs: &mut [VMRun; SIZE_CLASSES.len()]) -> Collection {
        let started = Instant::now();
        self.flush(runs);
        self.owned.prune();
        let mut blocks = self.blocks.take();
        if let Some(blocks) = &mut blocks {
            blocks.clear_marks();
        }
        let mut externs = std::mem::take(&mut self.externs);
        externs.clear_marks();
        Collection { blocks, externs, mark_stack: std::mem::take(&mut self.mark_stack), started }
    }

    /// Ends a collection after marking: frees unmarked objects, then calls `after`, whose time counts as part of the
    /// pause. Unmarked values of the host wait for [`Heap::take_dropped`].
    pub(crate) fn end_collection(&mut self, collection: Collection, after: impl FnOnce(&mut Self)) {
        let Collection { blocks, mut externs, mark_stack, started } = collection;
        let mut dropped = Vec::new();
        let host_values = externs.take_unmarked(&mut dropped);
        (self.blocks, self.externs, self.mark_stack) = (blocks, externs, mark_stack);
        let (objects, live) = self.sweep();
        after(self);
        let stats = &mut self.stats;
        stats.allocated_bytes += self.since_collection as u64;
        self.since_collection = 0;
        stats.collections += 1;
        stats.objects = objects as u64;
        stats.live_bytes = live as u64;
        stats.host_values = host_values as u64;
        let pause = started.elapsed();
        stats.total_pause += pause;
        stats.longest_pause = stats.longest_pause.max(pause);
        self.dropped.append(&mut dropped);
    }

    /// Counts a value of the host, which is about to be added, as allocated. Returns whether a collection is due.
    pub(crate) fn count_extern(&mut self) -> bool {
        self.since_collection += EXTERN_COST;
        self.stress || self.since_collection > self.budget
    }

    /// Prepares the lazy sweep after marking, and sets the budget until the next collection. Returns the number and the
    /// bytes of the objects in use.
    fn sweep(&mut self) -> (usize, usize) {
        for Sweep { unswept, current } in &mut self.sweeps {
            unswept.clear();
            *current = None;
        }
        let Some(blocks) = &mut self.blocks else { return (0, 0) };
        if self.stress {
            blocks.poison_unmarked();
        }
        let (objects, live) = blocks.keep_marked(|block, class| self.sweeps[class].unswept.push(block));
        for sweep in &mut self.sweeps {
            // Blocks are taken from the end: low addresses first.
            sweep.unswept.reverse();
        }
        // Proportional to the bytes in use: then marking has a constant cost for each byte allocated.
        self.budget = (live + live / 2).max(MIN_BUDGET);
        blocks.release_memory(self.budget);
        (objects, live)
    }
}
