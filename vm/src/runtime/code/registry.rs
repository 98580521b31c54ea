//! Which code a program counter lies in, for the whole process.
//!
//! There are two questions. Whether code of ours lies there at all is asked by the signal handler, and answered from a few
//! ranges of addresses: an arena of small images is one. Which image it is, is asked for backtraces, outside of any
//! handler, and answered under a lock.
//!
//! The ranges are one immutable, sorted snapshot behind an atomic pointer. A writer, under a lock that no reader takes,
//! publishes a new snapshot and keeps the old one until no reader is inside: readers count themselves before they load
//! the pointer and after they are done, so a count of zero, seen after the new snapshot was published, means that whoever
//! comes next sees the new one. A reader therefore neither blocks nor allocates, wherever it interrupted its thread.

use super::symbols::Symbols;
use std::collections::BTreeMap;
use std::ops::Range;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Sorted by address; ranges never overlap.
type Snapshot = Vec<Range<usize>>;

static CURRENT: AtomicPtr<Snapshot> = AtomicPtr::new(null_mut());
static READERS: AtomicUsize = AtomicUsize::new(0);
/// The lock that writers take, and the snapshots (as addresses) that a reader may still be looking at.
static RETIRED: Mutex<Vec<usize>> = Mutex::new(Vec::new());
/// Images by the address of their text.
static IMAGES: Mutex<BTreeMap<usize, Weak<Symbols>>> = Mutex::new(BTreeMap::new());

/// Whether code that we compiled lies at `pc`. Async-signal-safe.
pub(crate) fn contains(pc: usize) -> bool {
    READERS.fetch_add(1, SeqCst);
    let snapshot = CURRENT.load(SeqCst);
    // SAFETY: a snapshot is freed only once no reader that could have loaded it is counted, and it never changes.
    let found = unsafe { snapshot.as_ref() }.is_some_and(|snapshot| {
        let after = snapshot.partition_point(|range| range.start <= pc);
        after.checked_sub(1).is_some_and(|at| snapshot[at].contains(&pc))
    });
    READERS.fetch_sub(1, SeqCst);
    found
}

/// The image whose text contains `pc`, unless it is about to be dropped. Not for signal handlers.
pub(crate) fn find(pc: usize) -> Option<Arc<Symbols>> {
    let images = IMAGES.lock().unwrap_or_else(PoisonError::into_inner);
    let (_, image) = images.range(..=pc).next_back()?;
    let image = image.upgrade();
    // Its last owner may have gone meanwhile: dropping it takes the lock.
    drop(images);
    image.filter(|image| image.text.contains(&pc))
}

/// Makes addresses known as those of code of ours, until [`remove_range`].
pub(crate) fn add_range(range: Range<usize>) {
    update(|ranges| {
        let at = ranges.partition_point(|other| other.start < range.start);
        ranges.insert(at, range);
    });
}

/// Forgets a range that was added.
pub(crate) fn remove_range(range: &Range<usize>) {
    update(|ranges| ranges.retain(|other| other != range));
}

/// Makes an image known until [`remove`].
pub(crate) fn insert(image: &Arc<Symbols>) {
    IMAGES.lock().unwrap_or_else(PoisonError::into_inner).insert(image.text.start, Arc::downgrade(image));
}

/// Forgets an image.
pub(crate) fn remove(image: &Symbols) {
    IMAGES.lock().unwrap_or_else(PoisonError::into_inner).remove(&image.text.start);
}

fn update(change: impl FnOnce(&mut Snapshot)) {
    let mut retired = RETIRED.lock().unwrap_or_else(PoisonError::into_inner);
    let old = CURRENT.load(SeqCst);
    // SAFETY: only a writer frees snapshots, and this is the writer.
    let mut ranges = unsafe { old.as_ref() }.cloned().unwrap_or_default();
    change(&mut ranges);
    CURRENT.store(Box::into_raw(Box::new(ranges)), SeqCst);
    if !old.is_null() {
        retired.push(old as usize);
    }
    if READERS.load(SeqCst) == 0 {
        for snapshot in retired.drain(..) {
            // SAFETY: it came from a box, was retired once, and by the argument above nobody looks at it any more.
            drop(unsafe { Box::from_raw(snapshot as *mut Snapshot) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicBool;

    /// Ranges come and go while other threads ask, as signal handlers do: whoever is there all the time is found all the
    /// time, and what is freed is looked at by nobody.
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
