//! Arenas: reservations that hold many small code images side by side, to save mappings.
//!
//! Tens of thousands of modules then take no more mappings of memory than one module does.
//!
//! An arena is one reservation: text in its first half, read-only data in the second. All small images have the same
//! distance between their two parts ([`Image::SMALL_READ_ONLY`]), which is half an arena. So an image is at the same
//! offset in both halves. Pages are writable while an image is written, and never afterwards. Then they have the access
//! rights of their neighbours, and the kernel joins them to one mapping.
//!
//! A freed range keeps its access rights, since different rights would split the mapping; its memory goes back to the
//! kernel. Arenas are never unmapped: they only take address space.

use super::registry;
use crate::artifact::Image;
use crate::error::Result;
use crate::system::mappings::MappingPermit;
use crate::system::reservation::Reservation;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of each half of an arena.
const HALF: usize = Image::SMALL_READ_ONLY as usize;

struct Arena {
    reservation: Arc<Reservation>,
    free: FreeList,
    /// Mappings beyond those of the reservation: each half has accessible and inaccessible pages, and two images may be
    /// in the middle of being written.
    _mappings: MappingPermit,
}

/// The free list of an arena: offset and length in bytes of each free range of a half. Adjacent ranges are merged.
struct FreeList(BTreeMap<usize, usize>);

static ARENAS: Mutex<Vec<Arena>> = Mutex::new(Vec::new());

/// A range of an arena that holds one small image: the same pages of both halves.
#[derive(Debug)]
pub(crate) struct ArenaRange {
    reservation: Arc<Reservation>,
    arena: usize,
    offset: usize,
    bytes: usize,
}

impl ArenaRange {
    /// Allocates a range with room for `bytes` bytes in each of its two parts.
    pub(crate) fn new(bytes: usize) -> Result<Self> {
        let bytes = bytes.max(1).next_multiple_of(rustix::param::page_size());
        let mut arenas = ARENAS.lock().unwrap_or_else(PoisonError::into_inner);
        for (arena, Arena { reservation, free, .. }) in arenas.iter_mut().enumerate() {
            if let Some(offset) = free.take(bytes) {
                return Ok(Self { reservation: Arc::clone(reservation), arena, offset, bytes });
            }
        }
        let mappings = MappingPermit::take(4)?;
        let reservation = Arc::new(Reservation::new(2 * HALF)?);
        let start = reservation.addresses().start;
        registry::add_range(start..start + HALF);
        let mut free = FreeList(BTreeMap::from([(0, HALF)]));
        let offset = free.take(bytes).expect("an arena has room for a small image");
        let arena = arenas.len();
        arenas.push(Arena { reservation: Arc::clone(&reservation), free, _mappings: mappings });
        Ok(Self { reservation, arena, offset, bytes })
    }

    pub(crate) fn reservation(&self) -> &Reservation {
        &self.reservation
    }

    /// Returns the offset of the text in the arena.
    pub(crate) fn text(&self) -> usize {
        self.offset
    }

    /// Returns the length of each part in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for ArenaRange {
    fn drop(&mut self) {
        for half in [0, HALF] {
            let start = self.reservation.addresses().start + half + self.offset;
            // A failure is harmless: the range then keeps its memory.
            // SAFETY: the pages belong to this range alone, and nothing refers to them any more.
            let _ = unsafe { libc::madvise(start as *mut libc::c_void, self.bytes, libc::MADV_DONTNEED) };
        }
        let mut arenas = ARENAS.lock().unwrap_or_else(PoisonError::into_inner);
        arenas[self.arena].free.give_back(self.offset, self.bytes);
    }
}

impl FreeList {
    /// Takes the first range that is large enough, so that used ranges stay close together.
    fn take(&mut self, bytes: usize) -> Option<usize> {
        let (&offset, &length) = self.0.iter().find(|&(_, &length)| length >= bytes)?;
        self.0.remove(&offset);
        if length > bytes {
            self.0.insert(offset + bytes, length - bytes);
        }
        Some(offset)
    }

    fn give_back(&mut self, mut offset: usize, mut bytes: usize) {
        if let Some((&before, &length)) = self.0.range(..offset).next_back()
            && before + length == offset
        {
            self.0.remove(&before);
            (offset, bytes) = (before, length + bytes);
        }
        if let Some(length) = self.0.remove(&(offset + bytes)) {
            bytes += length;
        }
        self.0.insert(offset, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adjacent_free_ranges_are_merged() {
        let mut free = FreeList(BTreeMap::from([(0, 100)]));
        assert_eq!((free.take(10), free.take(20), free.take(30)), (Some(0), Some(10), Some(30)));
        assert_eq!(free.take(41), None);
        free.give_back(10, 20);
        assert_eq!(free.take(15), Some(10));
        free.give_back(0, 10);
        free.give_back(30, 30);
        free.give_back(10, 15);
        assert_eq!(free.0, BTreeMap::from([(0, 100)]));
    }

    #[test]
    fn ranges_do_not_overlap() {
        let ranges: Vec<ArenaRange> = (0..100).map(|n| ArenaRange::new(n * 1000).unwrap()).collect();
        let mut bounds: Vec<_> = ranges.iter().map(|p| (p.arena, p.offset, p.offset + p.bytes)).collect();
        bounds.sort_unstable();
        assert!(bounds.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1));
        for range in &ranges {
            assert!(registry::contains(range.reservation().addresses().start + range.text()));
        }
    }
}
