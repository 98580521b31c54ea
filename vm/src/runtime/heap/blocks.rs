//! The address space of a heap: blocks of cells of one size, runs of blocks for large objects, and beside them two bits
//! for every 16 bytes.
//!
//! *Allocated* bits are set where a cell begins that is in use, or was handed out in a run of free cells. *Mark* bits are
//! those that a collection sets; when it is over, the two change places. Cells that no longer are in use are never
//! touched: what is free is read from the bits.

use crate::abi::heap::{OBJECT_ALIGN, SIZE_CLASSES, VMRun, size_class};
use crate::system::reservation::Reservation;
use rustix::mm::{Advice, madvise};
use std::ptr::NonNull;

/// Bytes of a block.
pub(super) const BLOCK: usize = 64 << 10;
/// Bytes that a bit stands for.
pub(super) const GRANULE: usize = OBJECT_ALIGN as usize;
/// Words of bits of a block.
const WORDS: usize = BLOCK / GRANULE / 64;
/// Bytes of cells that only the runtime allocates: as many as fit a block so often as to waste little of it.
const RUNTIME_CELLS: [u32; 11] = [2720, 3264, 4096, 5040, 6544, 8192, 10912, 13104, 16384, 21840, 32768];
/// Sizes of cells: those that compiled code knows come first.
pub(super) const CLASSES: usize = SIZE_CLASSES.len() + RUNTIME_CELLS.len();

/// Bytes of cells that are handed out at once, unless one is larger: so few that they are still in the cache when they are
/// used, after they were cleared.
const RUN_BYTES: usize = 8 << 10;

/// Kinds of blocks; a number below [`CLASSES`] is the size of its cells.
const LARGE: u8 = 0xfc;
const TAIL: u8 = 0xfd;
const DIRTY: u8 = 0xfe;
const ZERO: u8 = 0xff;

/// Bytes of the cells of a class.
pub(super) fn cell_size(class: usize) -> usize {
    let size = SIZE_CLASSES.get(class).or_else(|| RUNTIME_CELLS.get(class - SIZE_CLASSES.len()));
    size.map_or(BLOCK, |&size| size as usize)
}

/// The class of the cells that objects of so many bytes lie in; none for those that have blocks of their own.
pub(super) fn class_of(bytes: usize) -> Option<usize> {
    let bytes = u32::try_from(bytes).ok()?;
    size_class(bytes).or_else(|| {
        let wide = RUNTIME_CELLS.partition_point(|&cell| cell < bytes);
        (wide < RUNTIME_CELLS.len()).then_some(SIZE_CLASSES.len() + wide)
    })
}

/// For each class what to multiply an offset in a block by, to have its cell's number in the bits from the 32nd on.
const RECIPROCALS: [u64; CLASSES] = {
    let mut all = [0; CLASSES];
    let mut class = 0;
    while class < CLASSES {
        let size =
            if class < SIZE_CLASSES.len() { SIZE_CLASSES[class] } else { RUNTIME_CELLS[class - SIZE_CLASSES.len()] }
                as u64;
        all[class] = (1 << 32) / size + 1;
        class += 1;
    }
    all
};

/// One bit for every granule of the heap.
struct Bits(Reservation);

impl Bits {
    /// # Safety
    /// The block must be one that bits were committed for, and nobody else use them meanwhile.
    unsafe fn block(&self, block: usize) -> *mut u64 {
        // SAFETY: the caller's promise.
        unsafe { self.words().add(block * WORDS) }
    }

    fn words(&self) -> *mut u64 {
        self.0.base().as_ptr().cast()
    }
}

/// The address space of a heap.
pub(super) struct Blocks {
    cells: Reservation,
    allocated: Bits,
    marks: Bits,
    kinds: Vec<u8>,
    /// Of the first block of a large object, its number of blocks; of the others, the first one.
    spans: Vec<u32>,
    /// Blocks that are accessible, and whose bits are.
    committed: usize,
    /// No block below is free.
    lowest: usize,
    /// Blocks in use.
    used: usize,
}

impl Blocks {
    /// Address space for at most so many bytes, or as many as there is room for.
    pub(super) fn new(bytes: usize) -> Option<Self> {
        let mut blocks = bytes.div_ceil(BLOCK).max(1);
        loop {
            if let Some(space) = Self::reserve(blocks) {
                return Some(space);
            }
            blocks /= 4;
            if blocks == 0 {
                return None;
            }
        }
    }

    fn reserve(blocks: usize) -> Option<Self> {
        let bits = || Reservation::new(blocks * WORDS * 8).ok().map(Bits);
        Some(Self {
            cells: Reservation::new(blocks.checked_mul(BLOCK)?).ok()?,
            allocated: bits()?,
            marks: bits()?,
            kinds: Vec::new(),
            spans: Vec::new(),
            committed: 0,
            lowest: 0,
            used: 0,
        })
    }

    /// Address of the first cell.
    pub(super) fn base(&self) -> usize {
        self.cells.base().as_ptr() as usize
    }

    /// Bytes from there on in which objects may be.
    pub(super) fn extent(&self) -> usize {
        self.kinds.len() * BLOCK
    }

    /// Bytes of blocks in use.
    pub(super) fn used(&self) -> usize {
        self.used * BLOCK
    }

    fn capacity(&self) -> usize {
        self.cells.addresses().len() / BLOCK
    }

    fn is_free(&self, block: usize) -> bool {
        self.kinds[block] >= DIRTY
    }

    /// Takes `count` free blocks in a row; also says whether they are all zeros.
    fn take(&mut self, count: usize, kind: u8) -> Option<(usize, bool)> {
        while self.lowest < self.kinds.len() && !self.is_free(self.lowest) {
            self.lowest += 1;
        }
        let (mut start, mut at) = (self.lowest, self.lowest);
        while at < self.kinds.len() && at - start < count {
            if !self.is_free(at) {
                start = at + 1;
            }
            at += 1;
        }
        let end = start.checked_add(count)?;
        if end > self.kinds.len() {
            self.grow(end)?;
        }
        let zero = self.kinds[start..end].iter().all(|&kind| kind == ZERO);
        self.kinds[start] = kind;
        self.kinds[start + 1..end].fill(TAIL);
        let small = |number: usize| u32::try_from(number).expect("a heap has at most 2^20 blocks");
        self.spans[start] = small(count);
        self.spans[start + 1..end].fill(small(start));
        self.used += count;
        Some((start, zero))
    }

    /// Makes the blocks below `end` exist.
    fn grow(&mut self, end: usize) -> Option<()> {
        /// Blocks made accessible at once, at least.
        const MIN_GROWTH: usize = 64;
        /// From so many blocks on, pages may be large: marking goes through memory without order.
        const HUGE_PAGES_FROM: usize = 256;
        if end > self.capacity() {
            return None;
        }
        if end > self.committed {
            let upto = end.max(self.committed + MIN_GROWTH.max(self.committed / 4)).min(self.capacity());
            let bits = self.committed * WORDS * 8..upto * WORDS * 8;
            self.allocated.0.commit(bits.clone()).ok()?;
            self.marks.0.commit(bits).ok()?;
            self.cells.commit(self.committed * BLOCK..upto * BLOCK).ok()?;
            if upto >= HUGE_PAGES_FROM {
                // SAFETY: the pages are ours.
                let _ = unsafe { madvise(self.cells.base().as_ptr().cast(), upto * BLOCK, Advice::LinuxHugepage) };
            }
            self.committed = upto;
        }
        let more = end - self.kinds.len();
        self.kinds.try_reserve(more).ok()?;
        self.spans.try_reserve(more).ok()?;
        self.kinds.resize(end, ZERO);
        self.spans.resize(end, 1);
        Some(())
    }

    fn free(&mut self, block: usize) {
        let count = if self.kinds[block] == LARGE { self.spans[block] as usize } else { 1 };
        self.kinds[block..block + count].fill(DIRTY);
        self.spans[block..block + count].fill(1);
        self.used -= count;
        self.lowest = self.lowest.min(block);
    }

    /// A free block that has cells of `class` from now on, and whether it is all zeros.
    pub(super) fn take_block(&mut self, class: usize) -> Option<(usize, bool)> {
        #[expect(clippy::cast_possible_truncation, reason = "there are few classes")]
        self.take(1, class as u8)
    }

    /// Blocks for one object, and whether they are all zeros.
    pub(super) fn take_large(&mut self, bytes: usize) -> Option<(NonNull<u8>, bool)> {
        let (block, zero) = self.take(bytes.div_ceil(BLOCK), LARGE)?;
        // SAFETY: the block was taken just now, so its bits are there, and it lies in the reservation.
        unsafe {
            *self.allocated.block(block) |= 1;
            Some((self.cells.base().add(block * BLOCK), zero))
        }
    }

    /// Takes the first free cells in a row, at or after an offset in a block, as a run. They count as allocated now, and are
    /// zeros, which they were before if `zero` says so.
    ///
    /// When wasm traps it may have taken a cell and not written all of it. (In relaxed mode LLVM may even move what traps
    /// to between the two.) So that such a cell refers to nothing it must not hold what was there before.
    pub(super) fn take_run(&mut self, block: usize, class: usize, from: usize, zero: bool) -> Option<VMRun> {
        debug_assert_eq!(usize::from(self.kinds[block]), class);
        let step = cell_size(class) / GRANULE;
        let end = BLOCK / GRANULE / step * step;
        assert!(block < self.kinds.len(), "runs are taken from blocks that there are");
        // SAFETY: there are bits of every block that has a kind.
        let words = unsafe { std::slice::from_raw_parts_mut(self.allocated.block(block), WORDS) };
        let mut start = from / GRANULE;
        while start < end && words[start / 64] >> (start % 64) & 1 != 0 {
            start += step;
        }
        if start >= end {
            return None;
        }
        let most = (RUN_BYTES / GRANULE).max(step) / step * step;
        let after = first_bit(words, start).min(end).min(start + most);
        set_every(words, start..after, step);
        let base = self.base() + block * BLOCK;
        let run = VMRun { next: base + start * GRANULE, end: base + after * GRANULE };
        if !zero {
            // SAFETY: the cells are free, and lie in a block that is accessible.
            unsafe { (run.next as *mut u8).write_bytes(0, run.end - run.next) };
        }
        Some(run)
    }

    /// Takes back what of a run was not used.
    pub(super) fn return_run(&mut self, run: VMRun) {
        if run.next >= run.end {
            return;
        }
        let (start, end) = (run.next - self.base(), run.end - self.base());
        let block = start / BLOCK;
        let first = start % BLOCK / GRANULE;
        assert!(block < self.kinds.len(), "runs lie in blocks that there are");
        // SAFETY: as in `take_run`.
        let words = unsafe { std::slice::from_raw_parts_mut(self.allocated.block(block), WORDS) };
        clear(words, first..first + (end - start) / GRANULE);
    }

    /// Address of the object in use that an address lies in, if there is one.
    pub(super) fn object_at(&self, address: usize) -> Option<usize> {
        let offset = address.wrapping_sub(self.base());
        let mut block = offset / BLOCK;
        let mut kind = *self.kinds.get(block)?;
        if kind == TAIL {
            block = self.spans[block] as usize;
            kind = LARGE;
        }
        let start = if kind == LARGE {
            0
        } else {
            let class = usize::from(kind);
            let reciprocal = RECIPROCALS.get(class)?;
            let cell = (((offset % BLOCK) as u64 * reciprocal) >> 32) as usize;
            cell * cell_size(class)
        };
        let start = block * BLOCK + start;
        let granule = start / GRANULE;
        // SAFETY: there are bits of every block that has a kind. (Behind the last cell of a block they are never set.)
        let word = unsafe { *self.allocated.words().add(granule / 64) };
        (word >> (granule % 64) & 1 != 0).then(|| self.base() + start)
    }

    /// Clears all marks. Call before marking.
    pub(super) fn clear_marks(&mut self) {
        // SAFETY: there are bits of every block that has a kind.
        unsafe { self.marks.words().write_bytes(0, self.kinds.len() * WORDS) };
    }

    /// Words of the marks.
    pub(super) fn marks(&self) -> *mut u64 {
        self.marks.words()
    }

    /// Whether an object is marked.
    pub(super) fn is_marked(&self, object: usize) -> bool {
        let offset = object.wrapping_sub(self.base());
        assert!(offset < self.extent(), "objects lie in blocks that there are");
        let granule = offset / GRANULE;
        // SAFETY: there are bits of every block that has a kind.
        unsafe { *self.marks.words().add(granule / 64) >> (granule % 64) & 1 != 0 }
    }

    /// Calls `each` with all objects that are marked.
    pub(super) fn for_each_marked(&self, mut each: impl FnMut(usize)) {
        for block in 0..self.kinds.len() {
            for word in 0..WORDS {
                // SAFETY: there are bits of every block that has a kind. They are read anew for each object, as `each` may
                // set more of them.
                let mut bits = unsafe { *self.marks.block(block).add(word) };
                while bits != 0 {
                    let granule = word * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    each(self.base() + block * BLOCK + granule * GRANULE);
                }
            }
        }
    }

    /// Ends marking: what is marked is what is in use from now on. Calls `partly` with each block that has free cells, and
    /// its class. Gives objects and bytes in use.
    pub(super) fn keep_marked(&mut self, mut partly: impl FnMut(usize, usize)) -> (usize, usize) {
        std::mem::swap(&mut self.allocated, &mut self.marks);
        let (mut objects, mut bytes) = (0, 0);
        let mut block = 0;
        while block < self.kinds.len() {
            let (kind, span) = (self.kinds[block], self.spans[block] as usize);
            let mut next = block + 1;
            if kind == LARGE {
                next = block + span;
                // SAFETY: there are bits of every block that has a kind.
                if unsafe { *self.allocated.block(block) } & 1 == 0 {
                    self.free(block);
                } else {
                    objects += 1;
                    bytes += span * BLOCK;
                }
            } else if usize::from(kind) < CLASSES {
                let size = cell_size(kind.into());
                // SAFETY: as above.
                let words = unsafe { std::slice::from_raw_parts(self.allocated.block(block), WORDS) };
                let count: usize = words.iter().map(|word| word.count_ones() as usize).sum();
                objects += count;
                bytes += count * size;
                if count == 0 {
                    self.free(block);
                } else if count < BLOCK / size {
                    partly(block, kind.into());
                }
            }
            block = next;
        }
        (objects, bytes)
    }

    /// Overwrites all that was in use before marking and is not marked, to make mistakes visible. Call before
    /// [`Blocks::keep_marked`].
    pub(super) fn poison_unmarked(&mut self) {
        /// As a header, a type that there is none of.
        const POISON: u8 = 0x7b;
        for block in 0..self.kinds.len() {
            let class = usize::from(self.kinds[block]);
            if class >= CLASSES {
                continue;
            }
            let size = cell_size(class);
            for cell in 0..BLOCK / size {
                let granule = cell * size / GRANULE;
                // SAFETY: there are bits of every block that has a kind, and nothing refers to what is not marked.
                unsafe {
                    let bit = |bits: &Bits| *bits.block(block).add(granule / 64) >> (granule % 64) & 1 != 0;
                    if bit(&self.allocated) && !bit(&self.marks) {
                        self.cells.base().add(block * BLOCK + cell * size).write_bytes(POISON, size);
                    }
                }
            }
        }
    }

    /// Gives the memory of free blocks back to the host, except for about `keep` bytes of them.
    pub(super) fn release_memory(&mut self, keep: usize) {
        let dirty = self.kinds.iter().filter(|&&kind| kind == DIRTY).count();
        let mut excess = dirty.saturating_sub(keep / BLOCK);
        let mut end = self.kinds.len();
        while excess > 0 && end > 0 {
            let mut start = end;
            while start > 0 && self.kinds[start - 1] == DIRTY && end - start < excess {
                start -= 1;
            }
            if start == end {
                end -= 1;
                continue;
            }
            // SAFETY: the blocks are ours and hold nothing that is in use.
            let done = unsafe {
                let at = self.cells.base().as_ptr().add(start * BLOCK);
                madvise(at.cast(), (end - start) * BLOCK, Advice::LinuxDontNeed)
            };
            if done.is_ok() {
                self.kinds[start..end].fill(ZERO);
            }
            excess -= end - start;
            end = start;
        }
    }
}

/// The first bit set at or after `from`, or the number of bits.
fn first_bit(words: &[u64], from: usize) -> usize {
    let mut word = from / 64;
    let Some(&first) = words.get(word) else { return words.len() * 64 };
    let mut bits = first & u64::MAX << (from % 64);
    while bits == 0 {
        word += 1;
        match words.get(word) {
            Some(&next) => bits = next,
            None => return words.len() * 64,
        }
    }
    word * 64 + bits.trailing_zeros() as usize
}

/// Sets every `step`-th bit of a range, from its first.
fn set_every(words: &mut [u64], range: std::ops::Range<usize>, step: usize) {
    if step >= 64 || range.len() < 64 {
        for bit in range.step_by(step) {
            words[bit / 64] |= 1 << (bit % 64);
        }
        return;
    }
    let pattern = (0..64).step_by(step).fold(0, |bits: u64, bit| bits | 1 << bit);
    let (first, last) = (range.start / 64, range.end / 64);
    // The first bit of the word at hand that is to be set.
    let mut phase = range.start % 64;
    for (word, at) in words[first..].iter_mut().zip(first..=last) {
        let keep = if at == last { !(u64::MAX << (range.end % 64)) } else { u64::MAX };
        *word |= pattern << phase & keep;
        phase = (step - (64 - phase) % step) % step;
    }
}

/// Clears a range of bits.
fn clear(words: &mut [u64], range: std::ops::Range<usize>) {
    for (word, at) in words.iter_mut().zip(0..) {
        let (start, end) = (range.start.clamp(at * 64, at * 64 + 64), range.end.clamp(at * 64, at * 64 + 64));
        if start < end {
            *word &= !(u64::MAX >> (64 - (end - start)) << (start % 64));
        }
    }
}

#[cfg(test)]
mod tests;
