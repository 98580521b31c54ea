//! A collection: what is taken out of the heap while it marks, and sweeping afterwards.

use super::blocks::Blocks;
use super::externs::Externs;
use super::mark::{MarkStack, Marker};
use super::{Heap, MIN_BUDGET, Sweep};
use crate::abi::heap::{SIZE_CLASSES, VMRun, VMType};
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

/// The parts of a heap that a collection marks in. They are taken out of the heap meanwhile, so that roots in the store can be
/// read at the same time.
pub(crate) struct Collection {
    blocks: Option<Blocks>,
    externs: Externs,
    mark_stack: MarkStack,
    started: Instant,
}

impl Collection {
    /// Marks from the roots that `mark_roots` names to all that they refer to.
    ///
    /// # Safety
    /// `types` must be the array of the types that objects have, and all objects in use be complete.
    pub(crate) unsafe fn mark(
        &mut self,
        types: *const VMType,
        continuation: super::TraceContinuation,
        mark_roots: impl FnOnce(&mut Marker<'_>),
    ) {
        let mark_stack = std::mem::take(&mut self.mark_stack);
        // SAFETY: the caller's promise; marks were cleared when the collection began.
        let mut marker =
            unsafe { Marker::new(self.blocks.as_ref(), types, &mut self.externs, mark_stack, continuation) };
        mark_roots(&mut marker);
        marker.finish();
        self.mark_stack = marker.into_mark_stack();
    }

    /// Whether the object at an address was found to be in use.
    pub(crate) fn is_marked(&self, object: usize) -> bool {
        self.blocks.as_ref().is_some_and(|blocks| blocks.is_marked(object))
    }
}

impl Heap {
    /// How continuations are traced.
    pub(crate) fn trace_continuation(&self) -> super::TraceContinuation {
        self.continuation
    }

    /// Begins a collection. `runs` are taken back first.
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

    /// Ends a collection whose marking is done: frees what was not marked, and then calls `after`, whose time counts as part of
    /// the pause. Values of the host that were not marked wait for [`Heap::take_dropped`].
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

    /// Counts a value of the host, which is about to be added, as allocated. Gives whether a collection is due.
    pub(crate) fn count_extern(&mut self) -> bool {
        self.since_collection += EXTERN_COST;
        self.stress || self.since_collection > self.budget
    }

    /// After marking: finds out where there is room, and how much may be allocated before the next collection. Gives objects
    /// and bytes in use.
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
            // Taken from the end: low addresses first.
            sweep.unswept.reverse();
        }
        // In proportion to what is in use: then marking is a constant cost for each byte allocated.
        self.budget = (live + live / 2).max(MIN_BUDGET);
        blocks.release_memory(self.budget);
        (objects, live)
    }
}
