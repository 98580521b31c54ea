//! The collected heap of a store: structures, arrays, exceptions and continuations.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances>
//!
//! Objects never move. Compiled code takes cells from runs of free ones that are published in [`VMStore::runs`]
//! (crate::abi::VMStore::runs); when a run is used up it asks here for the next. What is free is found block by block
//! (`space`), when it is needed; what is in use is found by tracing from the roots (`roots`, `mark`, `collect`).

mod collection;
mod externs;
pub(crate) mod handles;
pub(crate) mod mark;
mod space;

use crate::abi::heap::{CELLS, OBJECT_ALIGN, VMRun};
pub use collection::HeapStats;
use externs::Externs;
use handles::OwnedRoots;
use mark::MarkStack;
pub(crate) use mark::TraceContinuation;
use space::{BLOCK, CLASSES, Space, cell_size, class_of};
use std::any::Any;
use std::ptr::NonNull;

/// Bytes of objects that a store may have, unless told otherwise; also the address space reserved.
pub(crate) const DEFAULT_LIMIT: u64 = 4 << 30;
/// The most that an object can name another in (custom descriptors): 2^32 cells of 16 bytes, less number 0.
const LARGEST: u64 = (64 << 30) - BLOCK as u64;
/// Bytes allocated between two collections, at least.
const LEAST_BUDGET: usize = 8 << 20;
const NO_RUN: VMRun = VMRun { next: 0, end: 0 };

/// Where free cells of one size are looked for.
#[derive(Default)]
struct Sweep {
    /// Blocks with free cells, those looked at first in the end.
    blocks: Vec<usize>,
    /// The block at hand, the offset in it from which on nothing was taken yet, and whether it is zeros from there.
    current: Option<(usize, usize, bool)>,
}

/// The heap of a store.
pub(crate) struct Heap {
    /// Made when the first object is.
    space: Option<Space>,
    sweeps: [Sweep; CLASSES],
    /// Runs of cells too large for compiled code.
    wide: [VMRun; CLASSES - CELLS.len()],
    limit: u64,
    /// Bytes that count against the limit and lie elsewhere: those of fibers, as far as they are known at the time.
    pub(crate) outside: usize,
    /// Whether every allocation collects first.
    stress: bool,
    /// Bytes handed out since the last collection, and how many there may be before the next.
    since: usize,
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
            space: None,
            sweeps: std::array::from_fn(|_| Sweep::default()),
            wide: [NO_RUN; _],
            limit: DEFAULT_LIMIT,
            outside: 0,
            stress: false,
            since: 0,
            budget: LEAST_BUDGET,
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
pub(crate) enum Taken {
    /// A cell; whether it is all zeros.
    Cell(NonNull<u8>, bool),
    /// It is time to collect.
    Due,
    /// There is none.
    None,
}

impl Heap {
    /// The address space, made if there is none yet.
    fn space(&mut self) -> Option<&mut Space> {
        if self.space.is_none() {
            let bytes = self.limit.clamp(DEFAULT_LIMIT, LARGEST);
            self.space = Space::new(usize::try_from(bytes).ok()?);
        }
        self.space.as_mut()
    }

    /// Whether so many bytes of blocks more are within the limit.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        let used = self.space.as_ref().map_or(0, Space::used);
        (used + self.outside + bytes) as u64 <= self.limit
    }

    /// Bytes that there may be.
    pub(crate) fn limit_bytes(&self) -> usize {
        usize::try_from(self.limit).unwrap_or(usize::MAX)
    }

    /// Takes memory for an object of so many bytes. `force`: even if a collection is due.
    pub(crate) fn take(&mut self, runs: &mut [VMRun; CELLS.len()], bytes: usize, force: bool) -> Taken {
        let Some(class) = class_of(bytes) else { return self.take_large(bytes, force) };
        let size = cell_size(class);
        loop {
            let run = match runs.get_mut(class) {
                Some(run) => run,
                None => &mut self.wide[class - CELLS.len()],
            };
            if run.end - run.next >= size {
                let cell = run.next;
                run.next += size;
                return NonNull::new(cell as *mut u8).map_or(Taken::None, |cell| Taken::Cell(cell, true));
            }
            match self.next_run(class, force) {
                Ok(found) => match runs.get_mut(class) {
                    Some(run) => *run = found,
                    None => self.wide[class - CELLS.len()] = found,
                },
                Err(none) => return none,
            }
        }
    }

    /// Finds free cells.
    fn next_run(&mut self, class: usize, force: bool) -> Result<VMRun, Taken> {
        loop {
            if let (Some((block, from, zero)), Some(space)) = (self.sweeps[class].current, &mut self.space) {
                if let Some(run) = space.take_run(block, class, from, zero) {
                    let upto = run.end - space.base() - block * BLOCK;
                    self.sweeps[class].current = Some((block, upto, zero));
                    self.since += run.end - run.next;
                    return Ok(run);
                }
                self.sweeps[class].current = None;
            }
            if self.since >= self.budget && !force {
                return Err(Taken::Due);
            }
            let (block, zero) = match self.sweeps[class].blocks.pop() {
                Some(block) => (block, false),
                None if self.has_room(BLOCK) => {
                    self.space().and_then(|space| space.take_block(class)).ok_or(Taken::None)?
                }
                None => return Err(Taken::None),
            };
            self.sweeps[class].current = Some((block, 0, zero));
        }
    }

    fn take_large(&mut self, bytes: usize, force: bool) -> Taken {
        let whole = bytes.next_multiple_of(BLOCK);
        if self.since + whole > self.budget && self.since > 0 && !force {
            return Taken::Due;
        }
        if !self.has_room(whole) {
            return Taken::None;
        }
        match self.space().and_then(|space| space.take_large(bytes)) {
            Some((cell, zero)) => {
                self.since += whole;
                Taken::Cell(cell, zero)
            }
            None => Taken::None,
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
    /// None when there is no address space.
    pub(crate) fn descriptor_base(&mut self) -> Option<usize> {
        self.space().map(|space| space.base() - OBJECT_ALIGN as usize)
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
        let bytes = self.space.as_ref().map_or(0, Space::used) as u64;
        HeapStats { bytes, allocated_bytes: self.stats.allocated_bytes + self.since as u64, ..self.stats }
    }

    /// Takes all runs back, so that what is not used is known to be free.
    pub(crate) fn flush(&mut self, runs: &mut [VMRun; CELLS.len()]) {
        for run in runs.iter_mut().chain(&mut self.wide) {
            if let Some(space) = &mut self.space {
                space.return_run(*run);
            }
            *run = NO_RUN;
        }
    }
}
