//! The garbage-collected heap of a store: structures, arrays, exceptions and continuations.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances>
//!
//! Objects never move. Compiled code allocates cells from runs of free cells, published in
//! [`VMStore::runs`](crate::abi::VMStore::runs), and asks the heap for the next run when one is used up. Free cells are
//! found lazily, block by block (`blocks`). Objects in use are found by marking from the roots (`store::roots`, `mark`,
//! `collection`).

mod blocks;
mod collection;
mod externs;
pub(crate) mod handles;
pub(crate) mod mark;

use crate::abi::heap::{OBJECT_ALIGN, SIZE_CLASSES, VMRun};
use blocks::{BLOCK, Blocks, CLASSES, cell_size, class_of};
pub use collection::HeapStats;
use externs::Externs;
use handles::OwnedRoots;
use mark::MarkStack;
pub(crate) use mark::TraceContinuation;
use std::any::Any;
use std::ptr::NonNull;

/// Default limit of the bytes of objects in a store; also the address space reserved.
pub(crate) const DEFAULT_LIMIT: u64 = 4 << 30;
/// The largest heap in which every object can be named as a descriptor: 2^32 cells of 16 bytes, less number 0.
const MAX_ADDRESS_SPACE: u64 = (64 << 30) - BLOCK as u64;
/// Minimum of the bytes allocated between two collections.
const MIN_BUDGET: usize = 8 << 20;
const NO_RUN: VMRun = VMRun { next: 0, end: 0 };

/// The lazy sweep of one size class.
#[derive(Default)]
struct Sweep {
    /// Blocks with free cells, in which none was taken since the last collection. The last one is used first.
    unswept: Vec<usize>,
    /// The current block, the offset in it from which on no cell was taken yet, and whether it is zeros from there.
    current: Option<(usize, usize, bool)>,
}

/// The garbage-collected heap of a store.
pub(crate) struct Heap {
    /// Reserved when the first object is allocated.
    blocks: Option<Blocks>,
    sweeps: [Sweep; CLASSES],
    /// The current runs of the size classes that only the runtime allocates.
    runtime_runs: [VMRun; CLASSES - SIZE_CLASSES.len()],
    limit: u64,
    /// Bytes outside the heap that count against its limit: those of fibers, as far as they are known at the time.
    pub(crate) fiber_bytes: usize,
    /// Whether every allocation collects first.
    stress: bool,
    /// Bytes allocated since the last collection, and how many may be allocated before the next.
    since_collection: usize,
    budget: usize,
    /// References that the runtime holds while it allocates: roots.
    pub(crate) temporaries: Vec<u64>,
    /// The function that marks the references of a suspended continuation.
    continuation: TraceContinuation,
    /// Roots that the host owns.
    pub(crate) owned: OwnedRoots,
    externs: Externs,
    /// Unreachable values of the host that are still to be dropped.
    dropped: Vec<Box<dyn Any + Send + Sync>>,
    mark_stack: MarkStack,
    stats: HeapStats,
}

impl Heap {
    /// Creates an empty heap. `continuation` marks the references of a suspended continuation.
    pub(crate) fn new(continuation: TraceContinuation) -> Self {
        Self {
            blocks: None,
            sweeps: std::array::from_fn(|_| Sweep::default()),
            runtime_runs: [NO_RUN; _],
            limit: DEFAULT_LIMIT,
            fiber_bytes: 0,
            stress: false,
            since_collection: 0,
            budget: MIN_BUDGET,
            temporaries: Vec::new(),
            continuation,
            owned: OwnedRoots::default(),
            externs: Externs::default(),
            dropped: Vec::new(),
            mark_stack: MarkStack::default(),
            stats: HeapStats::default(),
        }
    }
}

/// The result of an allocation.
pub(crate) enum Allocation {
    /// A cell, and whether it is all zeros.
    Cell(NonNull<u8>, bool),
    /// A collection is due first.
    CollectionDue,
    /// There is no memory.
    OutOfMemory,
}

impl Heap {
    /// Returns the blocks, and reserves their address space first if that is not done.
    fn blocks_mut(&mut self) -> Option<&mut Blocks> {
        if self.blocks.is_none() {
            let bytes = self.limit.clamp(DEFAULT_LIMIT, MAX_ADDRESS_SPACE);
            self.blocks = Blocks::new(usize::try_from(bytes).ok()?);
        }
        self.blocks.as_mut()
    }

    /// Returns whether blocks of so many more bytes are within the limit.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        let used = self.blocks.as_ref().map_or(0, Blocks::used);
        (used + self.fiber_bytes + bytes) as u64 <= self.limit
    }

    /// Returns the limit in bytes.
    pub(crate) fn limit_bytes(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// Allocates memory for an object of so many bytes. `force` allocates even if a collection is due.
    pub(crate) fn allocate(&mut self, runs: &mut [VMRun; SIZE_CLASSES.len()], bytes: usize, force: bool) -> Allocation {
        let Some(class) = class_of(bytes) else { return self.allocate_large(bytes, force) };
        let size = cell_size(class);
        loop {
            let run = match runs.get_mut(class) {
                Some(run) => run,
                None => &mut self.runtime_runs[class - SIZE_CLASSES.len()],
            };
            if run.end - run.next >= size {
                let cell = run.next;
                run.next += size;
                return NonNull::new(cell as *mut u8)
                    .map_or(Allocation::OutOfMemory, |cell| Allocation::Cell(cell, true));
            }
            match self.next_run(class, force) {
                Ok(found) => match runs.get_mut(class) {
                    Some(run) => *run = found,
                    None => self.runtime_runs[class - SIZE_CLASSES.len()] = found,
                },
                Err(none) => return none,
            }
        }
    }

    /// Finds the next run of free cells of a size class.
    fn next_run(&mut self, class: usize, force: bool) -> Result<VMRun, Allocation> {
        loop {
            if let (Some((block, from, zero)), Some(blocks)) = (self.sweeps[class].current, &mut self.blocks) {
                if let Some(run) = blocks.take_run(block, class, from, zero) {
                    let upto = run.end - blocks.base() - block * BLOCK;
                    self.sweeps[class].current = Some((block, upto, zero));
                    self.since_collection += run.end - run.next;
                    return Ok(run);
                }
                self.sweeps[class].current = None;
            }
            if self.since_collection >= self.budget && !force {
                return Err(Allocation::CollectionDue);
            }
            let (block, zero) = match self.sweeps[class].unswept.pop() {
                Some(block) => (block, false),
                None if self.has_room(BLOCK) => {
                    self.blocks_mut().and_then(|blocks| blocks.take_block(class)).ok_or(Allocation::OutOfMemory)?
                }
                None => return Err(Allocation::OutOfMemory),
            };
            self.sweeps[class].current = Some((block, 0, zero));
        }
    }

    fn allocate_large(&mut self, bytes: usize, force: bool) -> Allocation {
        let whole = bytes.next_multiple_of(BLOCK);
        if self.since_collection + whole > self.budget && self.since_collection > 0 && !force {
            return Allocation::CollectionDue;
        }
        if !self.has_room(whole) {
            return Allocation::OutOfMemory;
        }
        match self.blocks_mut().and_then(|blocks| blocks.take_large(bytes)) {
            Some((cell, zero)) => {
                self.since_collection += whole;
                Allocation::Cell(cell, zero)
            }
            None => Allocation::OutOfMemory,
        }
    }

    /// Sets the limit of the bytes of objects. Objects that exceed it already are kept.
    pub(crate) fn set_limit(&mut self, bytes: u64) {
        self.limit = bytes;
    }

    /// Sets whether every allocation collects first. Takes effect at the next collection.
    pub(crate) fn set_stress(&mut self, stress: bool) {
        self.stress = stress;
    }

    /// Bounds the mark stack, to provoke its overflow.
    #[cfg(test)]
    pub(crate) fn bound_mark_stack(&mut self, objects: usize) {
        self.mark_stack = MarkStack::bounded(objects);
    }

    /// Returns whether every allocation collects first.
    pub(crate) fn is_stressed(&self) -> bool {
        self.stress
    }

    /// Returns the address from which descriptors are counted: one cell before the first, which so has number 1.
    /// Returns none when there is no address space.
    pub(crate) fn descriptor_base(&mut self) -> Option<usize> {
        self.blocks_mut().map(|blocks| blocks.base() - OBJECT_ALIGN as usize)
    }

    /// Adds a value of the host and returns the reference that wasm sees.
    pub(crate) fn add_extern(&mut self, value: Box<dyn Any + Send + Sync>) -> u64 {
        self.externs.add(value)
    }

    /// Returns the value of the host behind a reference, if [`Heap::add_extern`] returned that reference.
    pub(crate) fn extern_value(&self, reference: u64) -> Option<&(dyn Any + Send + Sync)> {
        self.externs.get(reference)
    }

    /// Takes a value of the host that a collection found to be unreachable.
    pub(crate) fn take_dropped(&mut self) -> Option<Box<dyn Any + Send + Sync>> {
        self.dropped.pop()
    }

    pub(crate) fn stats(&self) -> HeapStats {
        let bytes = self.blocks.as_ref().map_or(0, Blocks::used) as u64;
        HeapStats { bytes, allocated_bytes: self.stats.allocated_bytes + self.since_collection as u64, ..self.stats }
    }

    /// Takes all runs back, so that their unused cells are free.
    pub(crate) fn flush(&mut self, runs: &mut [VMRun; SIZE_CLASSES.len()]) {
        for run in runs.iter_mut().chain(&mut self.runtime_runs) {
            if let Some(blocks) = &mut self.blocks {
                blocks.return_run(*run);
            }
            *run = NO_RUN;
        }
    }
}
