//! Reservations of address space: reserved as a whole, committed piece by piece, released on drop.

use crate::error::{Error, Result};
use crate::system::mappings::MappingPermit;
use rustix::io::Errno;
use rustix::mm::{MapFlags, MprotectFlags, ProtFlags, mmap, mmap_anonymous, mprotect, munmap};
use std::ffi::c_void;
use std::fs::File;
use std::ops::Range;
use std::ptr::{NonNull, null_mut};

/// Mappings that a mapped artifact is split into: headers, text, constants, words that the runtime fills in, and the
/// rest.
const OF_FILE: usize = 5;

/// A range of address space that nothing else uses. Its pages are inaccessible and take no memory until they are
/// committed.
#[derive(Debug)]
pub(crate) struct Reservation {
    base: NonNull<u8>,
    length: usize,
    mappings: MappingPermit,
}

// SAFETY: the reservation owns its pages. Accesses to their contents are the responsibility of the code that asks for
// the base address.
unsafe impl Send for Reservation {}
// SAFETY: as above.
unsafe impl Sync for Reservation {}

impl Reservation {
    /// Reserves at least `length` bytes, and at least one page.
    ///
    /// # Errors
    /// [`Error::Limit`] when the process has too many mappings; [`Error::Resources`] when there is no address space.
    pub(crate) fn new(length: usize) -> Result<Self> {
        let length = length.max(1).checked_next_multiple_of(rustix::param::page_size());
        let length = length.ok_or_else(|| Error::Resources("a reservation larger than the address space".into()))?;
        // One for committed pages, one for inaccessible pages.
        let mappings = MappingPermit::take(2)?;
        // `NORESERVE`: only committed pages count against the host's memory.
        let flags = MapFlags::PRIVATE | MapFlags::NORESERVE;
        // SAFETY: the kernel picks the address, so the mapping replaces no other.
        let base = unsafe { mmap_anonymous(null_mut(), length, ProtFlags::empty(), flags) }
            .map_err(|e| Error::Resources(format!("can't reserve {length} bytes of address space: {e}")))?;
        let base = NonNull::new(base.cast()).ok_or_else(|| Error::Resources("mapped at address 0".into()))?;
        Ok(Self { base, length, mappings })
    }

    /// Reserves address space and copies `bytes` there, read-only. The result is used like that of
    /// [`Reservation::of_file`].
    ///
    /// # Errors
    /// As for [`Reservation::new`].
    pub(crate) fn of_bytes(bytes: &[u8]) -> Result<Self> {
        let space = Self::new(bytes.len())?;
        space.split(OF_FILE - 2)?;
        let failed = |e| Error::Resources(format!("can't hold {} bytes: {e}", bytes.len()));
        // SAFETY: the pages belong to this reservation and nothing refers to them yet. They are writable while they are
        // written.
        unsafe {
            space.protect(0..bytes.len(), MprotectFlags::READ | MprotectFlags::WRITE).map_err(failed)?;
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), space.base.as_ptr(), bytes.len());
            space.protect(0..bytes.len(), MprotectFlags::READ).map_err(failed)?;
        }
        Ok(space)
    }

    /// Maps the first `length` bytes of a file, read-only and private: pages that are written to later are copied. The
    /// file must have that many bytes.
    ///
    /// # Errors
    /// As for [`Reservation::new`].
    pub(crate) fn of_file(file: &File, length: usize) -> Result<Self> {
        let mappings = MappingPermit::take(OF_FILE)?;
        // SAFETY: the kernel picks the address, so the mapping replaces no other.
        let base = unsafe { mmap(null_mut(), length.max(1), ProtFlags::READ, MapFlags::PRIVATE, file, 0) }
            .map_err(|e| Error::Resources(format!("can't map {length} bytes of a file: {e}")))?;
        let base = NonNull::new(base.cast()).ok_or_else(|| Error::Resources("mapped at address 0".into()))?;
        Ok(Self { base, length: length.next_multiple_of(rustix::param::page_size()), mappings })
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
        // SAFETY: more access is allowed than before, so whatever Rust code could do with these pages, it still can.
        unsafe { self.protect(bytes, MprotectFlags::READ | MprotectFlags::WRITE)? };
        if all {
            self.mappings.shrink_to(1);
        }
        Ok(())
    }

    /// Counts the additional mappings that appear when pages in the middle of others get different access. To be called
    /// before [`Reservation::protect`] changes such pages.
    ///
    /// # Errors
    /// [`Error::Limit`] when the process has too many mappings.
    pub(crate) fn split(&self, mappings: usize) -> Result<()> {
        self.mappings.grow(mappings)
    }

    /// Changes the access of the pages that `bytes` touches.
    ///
    /// # Safety
    /// No reference into these pages may exist, now or later, that the new access does not allow. No code in them may
    /// be running, unless the new access still allows execution.
    pub(crate) unsafe fn protect(&self, bytes: Range<usize>, access: MprotectFlags) -> Result<(), Errno> {
        let page = rustix::param::page_size();
        let start = bytes.start - bytes.start % page;
        let end = bytes.end.checked_next_multiple_of(page).filter(|&end| end <= self.length).ok_or(Errno::NOMEM)?;
        if bytes.is_empty() {
            return Ok(());
        }
        // SAFETY: the pages belong to this reservation, and the caller promises the rest.
        unsafe { mprotect(self.base.as_ptr().add(start).cast::<c_void>(), end - start, access) }
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        // SAFETY: the pages belong to this reservation, and nothing refers to them after their owner is dropped.
        // `munmap` can't fail for a mapping that exists.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.length) };
    }
}
