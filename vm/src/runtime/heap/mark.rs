//! Marking: from what is known to be in use to all that it refers to.
//!
//! Objects tell by their types where their references are; words of stacks may be anything, and are taken for references
//! if an object in use lies where they point. What is found and not yet looked into is on a list of bounded length. When
//! that is full, marks say what was found: afterwards all marked objects are looked into again, until nothing new is found.

use super::blocks::{Blocks, GRANULE};
use super::externs::Externs;
use crate::abi::heap::{ARRAY_LENGTH, HEADER_ARRAY, HEADER_EXCEPTION, OBJECT_ALIGN, OBJECT_HEADER, VMKind, VMType};
use crate::abi::{EXCEPTION_VALUES, SLOT, TAG_HOST, TAG_I31};
use crate::runtime::arch;
use std::ops::Range;
use std::ptr::NonNull;

/// Objects found and not looked into, at most: 8 MiB.
const MARK_STACK_LIMIT: usize = 1 << 20;
/// Elements of an array that are looked at before what they refer to is.
const ARRAY_CHUNK: usize = 256;
/// Objects whose memory is asked for before they are looked into.
const PREFETCH_DISTANCE: usize = 8;

/// How a suspended continuation is traced: by [`Marker::mark_words`] of its stack.
pub(crate) type TraceContinuation = unsafe fn(NonNull<u8>, &mut Marker<'_>);

/// What marking has found and not looked into. Kept between collections for its memory.
pub(super) struct MarkStack {
    objects: Vec<usize>,
    /// Parts of arrays of references.
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

/// A collection's marking.
pub(crate) struct Marker<'a> {
    /// None if the store never had an object.
    blocks: Option<&'a Blocks>,
    base: usize,
    extent: usize,
    marks: *mut u64,
    types: *const VMType,
    mark_stack: MarkStack,
    /// Whether something was marked that found no place on the list.
    overflowed: bool,
    externs: &'a mut Externs,
    continuation: TraceContinuation,
}

impl<'a> Marker<'a> {
    /// # Safety
    /// `types` must be the array of the types that objects have, marks must be clear, and all objects in use be complete.
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

    /// Marks what a reference is to.
    ///
    /// # Safety
    /// It must be one of this store, or null: other bits are for [`Marker::mark_word`].
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

    /// Marks what a word refers to, if it is a reference, or an address in an object.
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

    /// Marks what the words of a range of memory refer to.
    ///
    /// # Safety
    /// The range must be readable, and both ends aligned to words.
    pub(crate) unsafe fn mark_words(&mut self, range: Range<usize>) {
        for at in range.step_by(size_of::<u64>()) {
            // SAFETY: the caller's promise.
            self.mark_word(unsafe { arch::word_at(at) });
        }
    }

    /// Marks the object at an offset from the first.
    #[inline(always)]
    fn mark(&mut self, offset: usize) {
        let granule = offset / GRANULE;
        // SAFETY: there are marks for all objects. Nobody else uses them.
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

    /// Looks into all that was found, and what that refers to.
    fn drain(&mut self) {
        // Objects on their way into the cache, in a ring; 0 is none.
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
                // SAFETY: it is a part of an array in use, whose elements are references.
                unsafe { self.scan_chunk(chunk) };
                continue;
            }
            let object = std::mem::replace(&mut prefetched[position], next);
            position = (position + 1) % PREFETCH_DISTANCE;
            if object != 0 {
                waiting -= 1;
                // SAFETY: what is marked is an object in use.
                unsafe { self.scan(object) };
            }
        }
    }

    /// # Safety
    /// There must be an object in use.
    unsafe fn scan(&mut self, object: usize) {
        // SAFETY: the caller's promise: it begins with a header, whose number is that of a type, and has all the fields
        // that the type says.
        unsafe {
            let header = (object as *const u32).read();
            let extra = ((object + ARRAY_LENGTH as usize) as *const u32).read();
            if header == HEADER_EXCEPTION {
                // Only its tag's type would say which values are references.
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
                // There are no such objects: wasm trapped before it had written the header, which is still 0, and that is
                // the number of a function type.
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

    /// Looks at some elements of an array, and leaves the others for later.
    ///
    /// # Safety
    /// The range must be one of references in an object in use.
    unsafe fn scan_chunk(&mut self, range: Range<usize>) {
        let end = range.end.min(range.start + ARRAY_CHUNK * size_of::<u64>());
        if end < range.end {
            if self.mark_stack.chunks.try_reserve(1).is_ok() {
                self.mark_stack.chunks.push(end..range.end);
            } else {
                // Nothing else is left than to look at all of them now.
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

    /// Marks all that follows from what was marked so far.
    pub(super) fn finish(&mut self) {
        self.drain();
        while std::mem::take(&mut self.overflowed) {
            let Some(blocks) = self.blocks else { return };
            blocks.for_each_marked(|object| {
                // SAFETY: what is marked is an object in use.
                unsafe { self.scan(object) };
                self.drain();
            });
        }
    }

    /// Ends marking; gives the memory of the list back.
    pub(super) fn into_mark_stack(mut self) -> MarkStack {
        /// Objects whose room on the list is worth keeping.
        const KEEP: usize = 1 << 14;
        self.mark_stack.objects.shrink_to(KEEP);
        self.mark_stack.chunks.shrink_to(KEEP);
        self.mark_stack
    }
}

/// Offset from the first cell at which a descriptor lies, by its number (see [`Heap::descriptor_base`](super::Heap::descriptor_base)).
fn descriptor_offset(number: u32) -> usize {
    (number as usize - 1) * OBJECT_ALIGN as usize
}

/// Asks for the memory of an object that is looked into soon.
#[inline]
fn prefetch(object: usize) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a hint: it accesses nothing.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(object as *const i8);
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = object;
}
