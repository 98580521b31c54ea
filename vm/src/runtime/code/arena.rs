//! Where small images lie: many of them side by side, so that modules by the ten thousand take no more mappings of memory
//! than one.
//!
//! An arena is one reservation: text in its first half, read-only data in the second. All small images have the same
//! distance between their two parts ([`Image::SMALL_READ_ONLY`]), which is half an arena, so that an image has the same
//! place in both halves. Pages are writable while an image is written and never afterwards; then they have the access of
//! their neighbours, and the kernel makes one mapping of them all.
//!
//! Places that were given back have no memory, and the access that they had, or each would split the mapping. Arenas stay:
//! they are address space.

use super::registry;
use crate::artifact::Image;
use crate::error::Result;
use crate::system::mappings::Counted;
use crate::system::reservation::Reservation;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of each half.
const HALF: usize = Image::SMALL_READ_ONLY as usize;

struct Arena {
    space: Arc<Reservation>,
    free: Free,
    /// Besides those of the reservation: each half has pages with access and pages without, and two images are written.
    _counted: Counted,
}

/// Offsets in a half that no image has, and how many bytes from there on. Neighbours are one.
struct Free(BTreeMap<usize, usize>);

static ARENAS: Mutex<Vec<Arena>> = Mutex::new(Vec::new());

/// A place for a small image: the same pages of both halves of an arena.
#[derive(Debug)]
pub(crate) struct Place {
    space: Arc<Reservation>,
    arena: usize,
    at: usize,
    bytes: usize,
}

impl Place {
    /// A place with room for `bytes` in each of its parts.
    pub(crate) fn new(bytes: usize) -> Result<Self> {
        let bytes = bytes.max(1).next_multiple_of(rustix::param::page_size());
        let mut arenas = ARENAS.lock().unwrap_or_else(PoisonError::into_inner);
        for (arena, Arena { space, free, .. }) in arenas.iter_mut().enumerate() {
            if let Some(at) = free.take(bytes) {
                return Ok(Self { space: Arc::clone(space), arena, at, bytes });
            }
        }
        let counted = Counted::take(4)?;
        let space = Arc::new(Reservation::new(2 * HALF)?);
        let start = space.addresses().start;
        registry::add_range(start..start + HALF);
        let mut free = Free(BTreeMap::from([(0, HALF)]));
        let at = free.take(bytes).expect("an arena has room for a small image");
        let arena = arenas.len();
        arenas.push(Arena { space: Arc::clone(&space), free, _counted: counted });
        Ok(Self { space, arena, at, bytes })
    }

    pub(crate) fn space(&self) -> &Reservation {
        &self.space
    }

    /// Offset of the text in the arena.
    pub(crate) fn text(&self) -> usize {
        self.at
    }

    /// Bytes of each part.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        for half in [0, HALF] {
            let start = self.space.addresses().start + half + self.at;
            // If it fails, the memory stays.
            // SAFETY: the pages are this place's, and nobody refers to them any more.
            let _ = unsafe { libc::madvise(start as *mut libc::c_void, self.bytes, libc::MADV_DONTNEED) };
        }
        let mut arenas = ARENAS.lock().unwrap_or_else(PoisonError::into_inner);
        arenas[self.arena].free.give_back(self.at, self.bytes);
    }
}

impl Free {
    /// The first place that is large enough, so that what is in use stays together.
    fn take(&mut self, bytes: usize) -> Option<usize> {
        let (&at, &length) = self.0.iter().find(|&(_, &length)| length >= bytes)?;
        self.0.remove(&at);
        if length > bytes {
            self.0.insert(at + bytes, length - bytes);
        }
        Some(at)
    }

    fn give_back(&mut self, mut at: usize, mut bytes: usize) {
        if let Some((&before, &length)) = self.0.range(..at).next_back()
            && before + length == at
        {
            self.0.remove(&before);
            (at, bytes) = (before, length + bytes);
        }
        if let Some(length) = self.0.remove(&(at + bytes)) {
            bytes += length;
        }
        self.0.insert(at, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_back_is_whole_again() {
        let mut free = Free(BTreeMap::from([(0, 100)]));
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
    fn places_do_not_overlap() {
        let places: Vec<Place> = (0..100).map(|n| Place::new(n * 1000).unwrap()).collect();
        let mut ranges: Vec<_> = places.iter().map(|p| (p.arena, p.at, p.at + p.bytes)).collect();
        ranges.sort_unstable();
        assert!(ranges.windows(2).all(|pair| pair[0].0 != pair[1].0 || pair[0].2 <= pair[1].1));
        for place in &places {
            assert!(registry::contains(place.space().addresses().start + place.text()));
        }
    }
}
