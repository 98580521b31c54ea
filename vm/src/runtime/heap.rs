//! The collected heap of a store: structures, arrays, exceptions and continuations.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances>
//!
//! Objects never move. Compiled code takes cells from runs of free ones that are published in [`VMStore::runs`]
//! (crate::abi::VMStore::runs); when a run is used up it asks here for the next. What is free is found block by block
//! (`blocks`), when it is needed; what is in use is found by tracing from the roots (`roots`, `mark`, `collect`).

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

/// Bytes of objects that a store may have, unless told otherwise; also the address space reserved.
pub(crate) const DEFAULT_LIMIT: u64 = 4 << 30;
/// The most that an object can name another in (custom descriptors): 2^32 cells of 16 bytes, less number 0.
const MAX_ADDRESS_SPACE: u64 = (64 << 30) - BLOCK as u64;
/// Bytes allocated between two collections, at least.
const MIN_BUDGET: usize = 8 << 20;
const NO_RUN: VMRun = VMRun { next: 0, end: 0 };

/// Where free cells of one size are looked for.
#[derive(Default)]
struct Sweep {
    /// Blocks with free cells, those looked at first in the end.
    unswept: Vec<usize>,
    /// The block at hand, the offset in it from which on nothing was taken yet, and whether it is zeros from there.
    current: Option<(usize, usize, bool)>,
}

/// The heap of a store.
pub(crate) struct Heap {
    /// Made when the first object is.
    blocks: Option<Blocks>,
    sweeps: [Sweep; CLASSES],
    /// Runs of cells too large for compiled code.
    runtime_runs: [VMRun; CLASSES - SIZE_CLASSES.len()],
    limit: u64,
    /// Bytes that count against the limit and lie elsewhere: those of fibers, as far as they are known at the time.
    pub(crate) fiber_bytes: usize,
    /// Whether every allocation collects first.
    stress: bool,
    /// Bytes handed out since the last collection, and how many there may be before the next.
    since_collection: usize,
    budget: usize,
    /// References that code of the runtime holds while it allocates.
    pub(crate) temporaries: Vec<u64>,
    /// How continuations are traced.
    continuation: TraceContinuation,
    /// Roots that the host owns.
    pub(crate) owned: OwnedRoots,
    externs: Externs,
    /// Values of the host that are still to be dropped.
    dropped: Vec<Box<dyn Any + Send + Sync>>,
    mark_stack: MarkStack,
    stats: HeapStats,
}

impl Heap {
    /// An empty heap. `continuation` marks what a suspended continuation refers to.
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

/// What came of asking for memory.
pub(crate) enum Allocation {
    /// A cell; whether it is all zeros.
    Cell(NonNull<u8>, bool),
    /// It is time to collect.
    CollectionDue,
    /// There is none.
    OutOfMemory,
}

impl Heap {
    /// The address space, made if there is none yet.
    fn blocks_mut(&mut self) -> Option<&mut Blocks> {
        if self.blocks.is_none() {
            let bytes = self.limit.clamp(DEFAULT_LIMIT, MAX_ADDRESS_SPACE);
            self.blocks = Blocks::new(usize::try_from(bytes).ok()?);
        }
        self.blocks.as_mut()
    }

    /// Whether so many bytes of blocks more are within the limit.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        let used = self.blocks.as_ref().map_or(0, Blocks::used);
        (used + self.fiber_bytes + bytes) as u64 <= self.limit
    }

    /// Bytes that there may be.
    pub(crate) fn limit_bytes(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// Takes memory for an object of so many bytes. `force`: even if a collection is due.
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

    /// Finds free cells.
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

    /// Sets how many bytes objects may take. What they take already, they keep.
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

    /// Whether every allocation collects first.
    pub(crate) fn is_stressed(&self) -> bool {
        self.stress
    }

    /// The address one cell before the first one, from which descriptors are counted, so that the first cell is number 1.
    /// None when there is no address blocks.
    pub(crate) fn descriptor_base(&mut self) -> Option<usize> {
        self.blocks_mut().map(|blocks| blocks.base() - OBJECT_ALIGN as usize)
    }

    /// Keeps a value of the host and gives the reference that wasm sees.
    pub(crate) fn add_extern(&mut self, value: Box<dyn Any + Send + Sync>) -> u64 {
        self.externs.add(value)
    }

    /// The value behind a reference, if it is one that [`Heap::add_extern`] gave.
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

    /// Takes all runs back, so that what is not used is known to be free.
    pub(crate) fn flush(&mut self, runs: &mut [VMRun; SIZE_CLASSES.len()]) {
        for run in runs.iter_mut().chain(&mut self.runtime_runs) {
            if let Some(blocks) = &mut self.blocks {
                blocks.return_run(*run);
            }
            *run = NO_RUN;
        }
    }
}
