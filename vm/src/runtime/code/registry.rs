//! The code registry: finds the code image for a program counter, for the whole process.
//!
//! It answers two questions. The signal handler asks whether a program counter is in compiled code at all. The answer
//! comes from a few ranges of addresses; all small images of an arena share one. Backtraces ask which image a program
//! counter is in. That happens outside of any handler, and under a lock.
//!
//! The ranges are one immutable, sorted snapshot behind an atomic pointer. A writer holds a lock that no reader takes.
//! It publishes a new snapshot and keeps the old one until no reader is inside. Readers increment a counter before they
//! load the pointer, and decrement it when they are done. So a count of zero, seen after the new snapshot was
//! published, means that every later reader sees the new one. A reader therefore neither blocks nor allocates, wherever
//! it interrupted its thread.

use super::symbols::Symbols;
use std::collections::BTreeMap;
use std::ops::Range;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Ranges sorted by address, without overlaps.
type Snapshot = Vec<Range<usize>>;

static CURRENT: AtomicPtr<Snapshot> = AtomicPtr::new(null_mut());
static READERS: AtomicUsize = AtomicUsize::new(0);
/// The lock of writers, and the replaced snapshots (as addresses) that a reader may still use.
static RETIRED: Mutex<Vec<usize>> = Mutex::new(Vec::new());
/// Images by the start address of their text.
static IMAGES: Mutex<BTreeMap<usize, Weak<Symbols>>> = Mutex::new(BTreeMap::new());

/// Returns whether `pc` is in compiled code. Async-signal-safe.
pub(crate) fn contains(pc: usize) -> bool {
    READERS.fetch_add(1, SeqCst);
    let snapshot = CURRENT.load(SeqCst);
    // SAFETY: a snapshot never changes, and is freed only when no reader that could have loaded it is counted.
    let found = unsafe { snapshot.as_ref() }.is_some_and(|snapshot| {
        let after = snapshot.partition_point(|range| range.start <= pc);
        after.checked_sub(1).is_some_and(|at| snapshot[at].contains(&pc))
    });
    READERS.fetch_sub(1, SeqCst);
    found
}

/// Returns the symbols of the image whose text contains `pc`, unless the image is being dropped. Not for signal
/// handlers.
pub(crate) fn find(pc: usize) -> Option<Arc<Symbols>> {
    let images = IMAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, image) = images.range(..=pc).next_back()?;
    let image = image.upgrade();
    // Release the lock first: if this is the last owner by now, dropping it takes the lock.
    drop(images);
    image.filter(|image| image.text.contains(&pc))
}

/// Registers a range of addresses as compiled code, until [`remove_range`].
pub(crate) fn add_range(range: Range<usize>) {
    update(|ranges| {
        let at = ranges.partition_point(|other| other.start < range.start);
        ranges.insert(at, range);
    });
}

/// Removes a range of addresses.
pub(crate) fn remove_range(range: &Range<usize>) {
    update(|ranges| ranges.retain(|other| other != range));
}

/// Registers an image, until [`remove`].
pub(crate) fn insert(image: &Arc<Symbols>) {
    IMAGES.lock().unwrap_or_else(PoisonError::into_inner).insert(image.text.start, Arc::downgrade(image));
}

/// Removes an image.
pub(crate) fn remove(image: &Symbols) {
    IMAGES.lock().unwrap_or_else(PoisonError::into_inner).remove(&image.text.start);
}

fn update(change: impl FnOnce(&mut Snapshot)) {
    let mut retired = RETIRED.lock().unwrap_or_else(PoisonError::into_inner);
    let old = CURRENT.load(SeqCst);
    // SAFETY: only writers free snapshots, and this thread is the only writer.
    let mut ranges = unsafe { old.as_ref() }.cloned().unwrap_or_default();
    change(&mut ranges);
    CURRENT.store(Box::into_raw(Box::new(ranges)), SeqCst);
    if !old.is_null() {
        retired.push(old as usize);
    }
    if READERS.load(SeqCst) == 0 {
        for snapshot in retired.drain(..) {
            // SAFETY: it came from a box and was retired once; by the argument in the module's documentation no reader
            // uses it.
            drop(unsafe { Box::from_raw(snapshot as *mut Snapshot) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    /// Adds and removes ranges while other threads look up addresses, as signal handlers do. A range that is always
    /// registered is always found, and no freed snapshot is read.
    #[test]
    fn readers_see_a_whole_snapshot() {
        // Addresses that no program has.
        let range = |n: usize| (1 << 60) + n * 100..(1 << 60) + n * 100 + 50;
        add_range(range(500));
        let done = AtomicBool::new(false);
        std::thread::scope(|threads| {
            for _ in 0..2 {
                threads.spawn(|| {
                    while !done.load(SeqCst) {
                        assert!(contains(range(500).start) && contains(range(500).end - 1));
                        assert!(!contains(range(500).start - 1) && !contains(range(500).end));
                    }
                });
            }
            for turn in 0..20 {
                (0..50).for_each(|n| add_range(range(n * 20 + turn + 501)));
                (0..50).for_each(|n| remove_range(&range(n * 20 + turn + 501)));
            }
            done.store(true, SeqCst);
        });
        remove_range(&range(500));
        assert!(!contains(range(500).start));
    }
}
