//! The blocks of a heap, with an allocated bit and a mark bit for every 16 bytes.
//!
//! A block holds cells of one size class, or it is part of a large object, which has consecutive blocks of its own.
//!
//! *Allocated* bits are set at the start of each cell that is in use or was handed out in a run of free cells. A
//! collection sets *mark* bits; at its end the two sets of bits change places. So sweeping never touches dead cells: it
//! reads free cells from the bits.

use crate::abi::heap::{OBJECT_ALIGN, SIZE_CLASSES, VMRun, size_class};
use crate::system::reservation::Reservation;
use rustix::mm::{Advice, madvise};
use std::ptr::NonNull;

/// Bytes of a block.
pub(super) const BLOCK: usize = 64 << 10;
/// Bytes of a granule, the unit that has one bit of each kind.
pub(super) const GRANULE: usize = OBJECT_ALIGN as usize;
/// Words of bits of a block, for each kind of bit.
const WORDS: usize = BLOCK / GRANULE / 64;
/// Cell sizes in bytes that only the runtime allocates, chosen so that a block is filled with little waste.
const RUNTIME_CELLS: [u32; 11] = [2720, 3264, 4096, 5040, 6544, 8192, 10912, 13104, 16384, 21840, 32768];
/// Number of size classes. Those that compiled code allocates from come first.
pub(super) const CLASSES: usize = SIZE_CLASSES.len() + RUNTIME_CELLS.len();

/// Bytes of cells that are handed out at once, unless one cell is larger. So few that, after clearing, they are still
/// in the cache when they are used.
const RUN_BYTES: usize = 8 << 10;

/// Kinds of blocks. A number below [`CLASSES`] is the size class of the block's cells.
const LARGE: u8 = 0xfc;
const TAIL: u8 = 0xfd;
const DIRTY: u8 = 0xfe;
const ZERO: u8 = 0xff;

/// Returns the bytes of the cells of a size class.
pub(super) fn cell_size(class: usize) -> usize {
    let size = SIZE_CLASSES.get(class).or_else(|| RUNTIME_CELLS.get(class - SIZE_CLASSES.len()));
    size.map_or(BLOCK, |&size| size as usize)
}

/// Returns the size class for objects of so many bytes; none for large objects.
pub(super) fn class_of(bytes: usize) -> Option<usize> {
    let bytes = u32::try_from(bytes).ok()?;
    size_class(bytes).or_else(|| {
        let wide = RUNTIME_CELLS.partition_point(|&cell| cell < bytes);
        (wide < RUNTIME_CELLS.len()).then_some(SIZE_CLASSES.len() + wide)
    })
}

/// Reciprocals of cell sizes: the product with an offset in a block has the number of the cell in bits 32 and up.
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
    /// Bits must be committed for the block, and nothing else may access them meanwhile.
    unsafe fn block(&self, block: usize) -> *mut u64 {
        // SAFETY: the caller's promise.
        unsafe { self.words().add(block * WORDS) }
    }

    fn words(&self) -> *mut u64 {
        self.0.base().as_ptr().cast()
    }
}

/// The blocks of a heap and their bits.
pub(super) struct Blocks {
    cells: Reservation,
    allocated: Bits,
    marks: Bits,
    kinds: Vec<u8>,
    /// For the first block of a large object, its number of blocks; for its other blocks, the index of the first.
    spans: Vec<u32>,
    /// Number of blocks that are accessible, with their bits.
    committed: usize,
    /// No block below this index is free.
    lowest: usize,
    /// Number of blocks in use.
    used: usize,
}

impl Blocks {
    /// Reserves address space for so many bytes, or for as many as the host has room for.
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

    /// Returns the address of the first cell.
    pub(super) fn base(&self) -> usize {
        self.cells.base().as_ptr() as usize
    }

    /// Returns the bytes from the base on in which objects may be.
    pub(super) fn extent(&self) -> usize {
        self.kinds.len() * BLOCK
    }

    /// Returns the bytes of the blocks in use.
    pub(super) fn used(&self) -> usize {
        self.used * BLOCK
    }

    fn capacity(&self) -> usize {
        self.cells.addresses().len() / BLOCK
    }

    fn is_free(&self, block: usize) -> bool {
        self.kinds[block] >= DIRTY
    }

    /// Takes `count` consecutive free blocks. Also returns whether they are all zeros.
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

    /// Adds blocks up to `end`, and makes them accessible.
    fn grow(&mut self, end: usize) -> Option<()> {
        /// Minimum of the blocks made accessible at once.
        const MIN_GROWTH: usize = 64;
        /// Number of blocks from which on huge pages are requested, since marking accesses memory in no order.
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
                // SAFETY: the pages belong to this heap.
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

    /// Takes a free block for cells of `class`. Also returns whether it is all zeros.
    pub(super) fn take_block(&mut self, class: usize) -> Option<(usize, bool)> {
        #[expect(clippy::cast_possible_truncation, reason = "there are 35 size classes")]
        self.take(1, class as u8)
    }

    /// Takes blocks for one large object. Also returns whether they are all zeros.
    pub(super) fn take_large(&mut self, bytes: usize) -> Option<(NonNull<u8>, bool)> {
        let (block, zero) = self.take(bytes.div_ceil(BLOCK), LARGE)?;
        // SAFETY: the block was taken just now, so its bits are committed, and it is in the reservation.
        unsafe {
            *self.allocated.block(block) |= 1;
            Some((self.cells.base().add(block * BLOCK), zero))
        }
    }

    /// Takes the first consecutive free cells at or after an offset in a block, as a run. Their allocated bits are set,
    /// and the cells are zeroed, unless `zero` says that they are zeros already.
    ///
    /// A trap may happen after wasm has taken a cell and before it has written all of it. (In relaxed mode LLVM may
    /// even move a trapping instruction between the two.) The cell must not hold old data then, so that it refers to
    /// nothing.
    pub(super) fn take_run(&mut self, block: usize, class: usize, from: usize, zero: bool) -> Option<VMRun> {
        debug_assert_eq!(usize::from(self.kinds[block]), class);
        let step = cell_size(class) / GRANULE;
        let end = BLOCK / GRANULE / step * step;
        assert!(block < self.kinds.len(), "runs are taken from existing blocks");
        // SAFETY: bits are committed for every block that has a kind.
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
            // SAFETY: the cells are free, and are in a block that is accessible.
            unsafe { (run.next as *mut u8).write_bytes(0, run.end - run.next) };
        }
        Some(run)
    }

    /// Takes back the unused cells of a run.
    pub(super) fn return_run(&mut self, run: VMRun) {
        if run.next >= run.end {
            return;
        }
        let (start, end) = (run.next - self.base(), run.end - self.base());
        let block = start / BLOCK;
        let first = start % BLOCK / GRANULE;
        assert!(block < self.kinds.len(), "runs are in existing blocks");
        // SAFETY: as in `take_run`.
        let words = unsafe { std::slice::from_raw_parts_mut(self.allocated.block(block), WORDS) };
        clear(words, first..first + (end - start) / GRANULE);
    }

    /// Returns the address of the object in use that contains an address, if there is one.
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
        // SAFETY: bits are committed for every block that has a kind. (Bits after the last cell of a block are never
        // set.)
        let word = unsafe { *self.allocated.words().add(granule / 64) };
        (word >> (granule % 64) & 1 != 0).then(|| self.base() + start)
    }

    /// Clears all mark bits. To be called before marking.
    pub(super) fn clear_marks(&mut self) {
        // SAFETY: bits are committed for every block that has a kind.
        unsafe { self.marks.words().write_bytes(0, self.kinds.len() * WORDS) };
    }

    /// Returns the words of the mark bits.
    pub(super) fn marks(&self) -> *mut u64 {
        self.marks.words()
    }

    /// Returns whether an object is marked.
    pub(super) fn is_marked(&self, object: usize) -> bool {
        let offset = object.wrapping_sub(self.base());
        assert!(offset < self.extent(), "objects are in existing blocks");
        let granule = offset / GRANULE;
        // SAFETY: bits are committed for every block that has a kind.
        unsafe { *self.marks.words().add(granule / 64) >> (granule % 64) & 1 != 0 }
    }

    /// Calls `each` with the address of each marked object.
    pub(super) fn for_each_marked(&self, mut each: impl FnMut(usize)) {
        for block in 0..self.kinds.len() {
            for word in 0..WORDS {
                // SAFETY: bits are committed for every block that has a kind. They are read anew for each word, as
                // `each` may set more of them.
                let mut bits = unsafe { *self.marks.block(block).add(word) };
                while bits != 0 {
                    let granule = word * 64 + bits.trailing_zeros() as usize;
                    bits &= bits - 1;
                    each(self.base() + block * BLOCK + granule * GRANULE);
                }
            }
        }
    }

    /// Ends marking: marked objects are the objects in use from now on, and blocks without any become free. Calls
    /// `partly` with each block that has free cells, and its size class. Returns the number and the bytes of the
    /// objects in use.
    pub(super) fn keep_marked(&mut self, mut partly: impl FnMut(usize, usize)) -> (usize, usize) {
        std::mem::swap(&mut self.allocated, &mut self.marks);
        let (mut objects, mut bytes) = (0, 0);
        let mut block = 0;
        while block < self.kinds.len() {
            let (kind, span) = (self.kinds[block], self.spans[block] as usize);
            let mut next = block + 1;
            if kind == LARGE {
                next = block + span;
                // SAFETY: bits are committed for every block that has a kind.
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

    /// Overwrites all cells that were in use before marking and are not marked, to expose missing roots. To be called
    /// before [`Blocks::keep_marked`].
    pub(super) fn poison_unmarked(&mut self) {
        /// As a header, the number of a type that does not exist.
        const POISON: u8 = 0x7b;
        for block in 0..self.kinds.len() {
            let class = usize::from(self.kinds[block]);
            if class >= CLASSES {
                continue;
            }
            let size = cell_size(class);
            for cell in 0..BLOCK / size {
                let granule = cell * size / GRANULE;
                // SAFETY: bits are committed for every block that has a kind, and nothing refers to a cell that is not
                // marked.
                unsafe {
                    let bit = |bits: &Bits| *bits.block(block).add(granule / 64) >> (granule % 64) & 1 != 0;
                    if bit(&self.allocated) && !bit(&self.marks) {
                        self.cells.base().add(block * BLOCK + cell * size).write_bytes(POISON, size);
                    }
                }
            }
        }
    }

    /// Returns the memory of free blocks to the host, except for about `keep` bytes.
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
            // SAFETY: the blocks belong to this heap and hold no object in use.
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

/// Returns the first bit set at or after `from`, or the number of bits if there is none.
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
    // The first bit to set in the current word.
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
