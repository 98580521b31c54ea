//! Address space: reserved whole, made accessible piece by piece, given back on drop.

use crate::error::{Error, Result};
use crate::system::mappings::Counted;
use rustix::io::Errno;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap, mmap_anonymous, mprotect, munmap};
use std::ffi::c_void;
use std::fs::File;
use std::ops::Range;
use std::ptr::{NonNull, null_mut};

/// Mappings that the bytes of an artifact are split up into: headers, text, constants, words of the runtime, and the rest.
const OF_FILE: usize = 5;

/// Pages of address space that nothing else uses. Inaccessible, and free of cost, until committed.
#[derive(Debug)]
pub(crate) struct Reservation {
    base: NonNull<u8>,
    length: usize,
    counted: Counted,
}

// SAFETY: it owns its pages; what is done with their contents is the business of who asks for the base.
unsafe impl Send for Reservation {}
// SAFETY: as above.
unsafe impl Sync for Reservation {}

impl Reservation {
    /// Reserves at least `length` bytes (and at least a page).
    pub(crate) fn new(length: usize) -> Result<Self> {
        let length = length.max(1).checked_next_multiple_of(rustix::param::page_size());
        let length = length.ok_or_else(|| Error::Resources("a reservation larger than the address space".into()))?;
        // Of pages with access, and of pages without.
        let counted = Counted::take(2)?;
        // Not counted against the host's memory: only what is committed is.
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: the kernel picks the address, so no mapping of anybody else is replaced.
        let base = unsafe { mmap_anonymous(null_mut(), length, ProtFlags::empty(), flags) }
            .map_err(|e| Error::Resources(format!("can't reserve {length} bytes of address space: {e}")))?;
        let base = NonNull::new(base.cast()).ok_or_else(|| Error::Resources("mapped at address 0".into()))?;
        Ok(Self { base, length, counted })
    }

    /// A copy of bytes, for reading, to be used as that of a file is.
    pub(crate) fn of_bytes(bytes: &[u8]) -> Result<Self> {
        let space = Self::new(bytes.len())?;
        space.split(OF_FILE - 2)?;
        let failed = |e| Error::Resources(format!("can't hold {} bytes: {e}", bytes.len()));
        // SAFETY: the pages are ours, and nobody else knows of them; they are writable as long as they are written.
        unsafe {
            space.protect(0..bytes.len(), MprotectFlags::READ | MprotectFlags::WRITE).map_err(failed)?;
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), space.base.as_ptr(), bytes.len());
            space.protect(0..bytes.len(), MprotectFlags::READ).map_err(failed)?;
        }
        Ok(space)
    }

    /// The first `length` bytes of a file, which must have them, for reading: pages of its own as far as they are written to.
    pub(crate) fn of_file(file: &File, length: usize) -> Result<Self> {
        let counted = Counted::take(OF_FILE)?;
        // SAFETY: the kernel picks the address, so no mapping of anybody else is replaced.
        let base = unsafe { mmap(null_mut(), length.max(1), ProtFlags::READ, MapFlags::PRIVATE, file, 0) }
            .map_err(|e| Error::Resources(format!("can't map {length} bytes of a file: {e}")))?;
        let base = NonNull::new(base.cast()).ok_or_else(|| Error::Resources("mapped at address 0".into()))?;
        Ok(Self { base, length: length.next_multiple_of(rustix::param::page_size()), counted })
    }

    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    /// The reserved addresses.
    pub(crate) fn addresses(&self) -> Range<usize> {
        let start = self.base.as_ptr() as usize;
        start..start + self.length
    }

    /// Makes the pages that `bytes` touches readable and writable. They read as zero the first time.
    pub(crate) fn commit(&self, bytes: Range<usize>) -> Result<(), Errno> {
        let all =
            bytes.start == 0 && bytes.end.checked_next_multiple_of(rustix::param::page_size()) == Some(self.length);
        // SAFETY: whatever could be done with these pages by Rust, still can.
        unsafe { self.protect(bytes, MprotectFlags::READ | MprotectFlags::WRITE)? };
        if all {
            self.counted.shrink_to(1);
        }
        Ok(())
    }

    /// To be told before pages in the middle of others get other access than these: there is one mapping more where access
    /// changes.
    ///
    /// # Errors
    /// [`Error::Limit`] when the process is about to have too many.
    pub(crate) fn split(&self, mappings: usize) -> Result<()> {
        self.counted.grow(mappings)
    }

    /// Changes what may be done with the pages that `bytes` touches.
    ///
    /// # Safety
    /// Nobody may have references into the pages that do not allow for it, nor make any later; and no code in there be
    /// running, unless it still may.
    pub(crate) unsafe fn protect(&self, bytes: Range<usize>, access: MprotectFlags) -> Result<(), Errno> {
        let page = rustix::param::page_size();
        let start = bytes.start - bytes.start % page;
        let end = bytes.end.checked_next_multiple_of(page).filter(|&end| end <= self.length).ok_or(Errno::NOMEM)?;
        if bytes.is_empty() {
            return Ok(());
        }
        // SAFETY: the pages are ours; the caller's promise.
        unsafe { mprotect(self.base.as_ptr().add(start).cast::<c_void>(), end - start, access) }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the pages are ours and nobody refers to them after their owner is gone. It can't fail for a mapping
        // that exists.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.length) };
    }
}
