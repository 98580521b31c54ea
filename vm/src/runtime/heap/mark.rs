//! Marking: finds all objects that are reachable from the roots.
//!
//! The type of an object says where its references are. Words of stacks may be anything. They are scanned
//! conservatively: a word counts as a reference if it is an address in an object in use. Objects that are marked and
//! not yet scanned are on a mark stack of bounded length. When that overflows, the mark bits still record the objects:
//! all marked objects are scanned again afterwards, until nothing new is marked.

use super::blocks::{Blocks, GRANULE};
use super::externs::Externs;
use crate::abi::heap::{ARRAY_LENGTH, HEADER_ARRAY, HEADER_EXCEPTION, OBJECT_ALIGN, OBJECT_HEADER, VMKind, VMType};
use crate::abi::{EXCEPTION_VALUES, SLOT, TAG_HOST, TAG_I31};
use crate::runtime::arch;
use std::ops::Range;
use std::ptr::NonNull;

/// Maximum objects on the mark stack: 8 MiB.
const MARK_STACK_LIMIT: usize = 1 << 20;
/// Elements of an array that are scanned before the objects that they refer to.
const ARRAY_CHUNK: usize = 256;
/// Number of objects that are prefetched before they are scanned.
const PREFETCH_DISTANCE: usize = 8;

/// Marks the references of a suspended continuation, with [`Marker::mark_words`] of its stack.
pub(crate) type TraceContinuation = unsafe fn(NonNull<u8>, &mut Marker<'_>);

/// The mark stack: objects that are marked and not yet scanned. Kept between collections to reuse its memory.
pub(super) struct MarkStack {
    objects: Vec<usize>,
    /// Unscanned chunks of arrays of references.
    chunks: Vec<Range<usize>>,
    limit: usize,
}

impl Default for MarkStack {
    fn default() -> Self {
        Self { objects: Vec::new(), chunks: Vec::new(), limit: MARK_STACK_LIMIT }
    }
}

#[cfg(test)]
impl MarkStack {
    pub(super) fn bounded(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }
}

/// The marking of one collection.
pub(crate) struct Marker<'a> {
    /// None if the store never had an object.
    blocks: Option<&'a Blocks>,
    base: usize,
    extent: usize,
    marks: *mut u64,
    types: *const VMType,
    mark_stack: MarkStack,
    /// Whether an object was marked that did not fit the mark stack.
    overflowed: bool,
    externs: &'a mut Externs,
    continuation: TraceContinuation,
}

impl<'a> Marker<'a> {
    /// # Safety
    /// `types` must be the array of the types of all objects, the mark bits must be clear, and all objects in use must
    /// be complete.
    pub(super) unsafe fn new(
        blocks: Option<&'a Blocks>,
        types: *const VMType,
        externs: &'a mut Externs,
        mark_stack: MarkStack,
        continuation: TraceContinuation,
    ) -> Self {
        let (base, extent, marks) =
            blocks.map_or((0, 0, std::ptr::null_mut()), |blocks| (blocks.base(), blocks.extent(), blocks.marks()));
        Self { blocks, base, extent, marks, types, mark_stack, overflowed: false, externs, continuation }
    }

    /// Marks the object or value that a reference refers to.
    ///
    /// # Safety
    /// The bits must be a reference of this store, or null. For other bits there is [`Marker::mark_word`].
    #[inline]
    pub(crate) unsafe fn mark_reference(&mut self, reference: u64) {
        #[expect(clippy::cast_possible_truncation, reason = "addresses have 64 bits")]
        let offset = (reference as usize).wrapping_sub(self.base);
        if offset < self.extent && reference & (TAG_I31 | TAG_HOST) == 0 {
            self.mark(offset);
        } else if reference & (TAG_I31 | TAG_HOST) == TAG_HOST {
            self.externs.mark(reference);
        }
    }

    /// Marks the object or value that a word refers to, if the word is a reference or an address in an object.
    #[inline]
    pub(crate) fn mark_word(&mut self, word: u64) {
        #[expect(clippy::cast_possible_truncation, reason = "addresses have 64 bits")]
        let address = word as usize;
        if address.wrapping_sub(self.base) < self.extent {
            if let Some(object) = self.blocks.and_then(|blocks| blocks.object_at(address)) {
                self.mark(object - self.base);
            }
        } else if word & (TAG_I31 | TAG_HOST) == TAG_HOST {
            self.externs.mark(word);
        }
    }

    /// Marks all objects and values that the words of a range of memory refer to.
    ///
    /// # Safety
    /// The range must be readable, and both ends aligned to words.
    pub(crate) unsafe fn mark_words(&mut self, range: Range<usize>) {
        for at in range.step_by(size_of::<u64>()) {
            // SAFETY: the caller's promise.
            self.mark_word(unsafe { arch::word_at(at) });
        }
    }

    /// Marks the object at an offset from the base.
    #[inline(always)]
    fn mark(&mut self, offset: usize) {
        let granule = offset / GRANULE;
        // SAFETY: there are mark bits for all objects. Nothing else accesses them.
        let word = unsafe { &mut *self.marks.add(granule / 64) };
        let bit = 1 << (granule % 64);
        if *word & bit == 0 {
            *word |= bit;
            self.push(self.base + offset);
        }
    }

    #[inline(always)]
    fn push(&mut self, object: usize) {
        let objects = &mut self.mark_stack.objects;
        if objects.len() == objects.capacity()
            && (objects.len() >= self.mark_stack.limit || objects.try_reserve(1).is_err())
        {
            self.overflowed = true;
            return;
        }
        objects.push(object);
    }

    /// Scans all objects on the mark stack, and all objects that those refer to.
    fn drain(&mut self) {
        // A ring of prefetched objects; 0 is none.
        let mut prefetched = [0_usize; PREFETCH_DISTANCE];
        let mut position = 0;
        let mut waiting = 0;
        loop {
            let next = self.mark_stack.objects.pop().unwrap_or(0);
            if next != 0 {
                prefetch(next);
                waiting += 1;
            } else if waiting == 0 {
                let Some(chunk) = self.mark_stack.chunks.pop() else { return };
                // SAFETY: it is a chunk of an array in use, whose elements are references.
                unsafe { self.scan_chunk(chunk) };
                continue;
            }
            let object = std::mem::replace(&mut prefetched[position], next);
            position = (position + 1) % PREFETCH_DISTANCE;
            if object != 0 {
                waiting -= 1;
                // SAFETY: a marked object is in use.
                unsafe { self.scan(object) };
            }
        }
    }

    /// Marks what an object refers to.
    ///
    /// # Safety
    /// `object` must be the address of an object in use.
    unsafe fn scan(&mut self, object: usize) {
        // SAFETY: guaranteed by the caller: the object begins with a header, which has the number of a type, and has
        // all the fields of that type.
        unsafe {
            let header = (object as *const u32).read();
            let extra = ((object + ARRAY_LENGTH as usize) as *const u32).read();
            if header == HEADER_EXCEPTION {
                // The values are scanned as words: only the type of the tag would say which of them are references.
                let first = object + EXCEPTION_VALUES as usize;
                for slot in 0..extra as usize {
                    self.mark_word(((first + slot * SLOT as usize) as *const u64).read());
                }
                return;
            }
            let ty = &*self.types.add((header & !HEADER_ARRAY) as usize);
            if header & HEADER_ARRAY != 0 {
                if ty.reference_count != 0 {
                    let first = object + OBJECT_HEADER as usize;
                    self.scan_chunk(first..first + extra as usize * size_of::<u64>());
                }
                return;
            }
            if ty.kind == VMKind::Func {
                // Not an object. Wasm trapped before it had written the header, which is still 0, and 0 is the number
                // of a function type.
                return;
            }
            if ty.kind == VMKind::Cont {
                if let Some(object) = NonNull::new(object as *mut u8) {
                    (self.continuation)(object, self);
                }
                return;
            }
            if extra != 0 {
                self.mark(descriptor_offset(extra));
            }
            for at in 0..ty.reference_count as usize {
                let offset = *ty.references.add(at) as usize;
                self.mark_reference(((object + offset) as *const u64).read());
            }
        }
    }

    /// Scans the first chunk of a range of array elements, and leaves the rest for later.
    ///
    /// # Safety
    /// The range must consist of references in an object in use.
    unsafe fn scan_chunk(&mut self, range: Range<usize>) {
        let end = range.end.min(range.start + ARRAY_CHUNK * size_of::<u64>());
        if end < range.end {
            if self.mark_stack.chunks.try_reserve(1).is_ok() {
                self.mark_stack.chunks.push(end..range.end);
            } else {
                // Without memory to store the rest, all of it is scanned now.
                // SAFETY: the caller's promise.
                return unsafe { self.scan_references(range) };
            }
        }
        // SAFETY: the caller's promise.
        unsafe { self.scan_references(range.start..end) };
    }

    /// # Safety
    /// As for [`Marker::scan_chunk`].
    unsafe fn scan_references(&mut self, range: Range<usize>) {
        for at in range.step_by(size_of::<u64>()) {
            // SAFETY: the caller's promise.
            unsafe { self.mark_reference((at as *const u64).read()) };
        }
    }

    /// Marks all objects that are reachable from those marked so far.
    pub(super) fn finish(&mut self) {
        self.drain();
        while std::mem::take(&mut self.overflowed) {
            let Some(blocks) = self.blocks else { return };
            blocks.for_each_marked(|object| {
                // SAFETY: a marked object is in use.
                unsafe { self.scan(object) };
                self.drain();
            });
        }
    }

    /// Ends marking and returns the mark stack, with most of its memory freed.
    pub(super) fn into_mark_stack(mut self) -> MarkStack {
        /// Entries whose memory is kept.
        const KEEP: usize = 1 << 14;
        self.mark_stack.objects.shrink_to(KEEP);
        self.mark_stack.chunks.shrink_to(KEEP);
        self.mark_stack
    }
}

/// Returns the offset of a descriptor from the first cell, by the descriptor's number (see
/// [`Heap::descriptor_base`](super::Heap::descriptor_base)).
fn descriptor_offset(number: u32) -> usize {
    (number as usize - 1) * OBJECT_ALIGN as usize
}

/// Prefetches an object that is scanned soon.
#[inline]
fn prefetch(object: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: prefetching is a hint and accesses nothing.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(object as *const i8);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = object;
}
