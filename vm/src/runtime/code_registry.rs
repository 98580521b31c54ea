//! Which code image a program counter lies in: for the whole process, and readable from a signal handler.
//!
//! The images are one immutable, sorted snapshot behind an atomic pointer. A writer, under a lock that no reader takes,
//! publishes a new snapshot and keeps the old one until no reader is inside: readers count themselves before they load
//! the pointer and after they are done, so a count of zero, seen after the new snapshot was published, means that whoever
//! comes next sees the new one. A reader therefore neither blocks nor allocates, wherever it interrupted its thread.

use super::image::CodeImage;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicPtr, AtomicUsize, Ordering::SeqCst};
use std::sync::{Mutex, PoisonError};

#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    end: usize,
    image: *const CodeImage,
}

/// Sorted by address; code images never overlap.
type Snapshot = Vec<Entry>;

static CURRENT: AtomicPtr<Snapshot> = AtomicPtr::new(null_mut());
static READERS: AtomicUsize = AtomicUsize::new(0);
/// The lock that writers take, and the snapshots (as addresses) that a reader may still be looking at.
static RETIRED: Mutex<Vec<usize>> = Mutex::new(Vec::new());

/// The image whose text contains `pc`: it was there just now. Async-signal-safe.
fn look_up(pc: usize) -> Option<*const CodeImage> {
    READERS.fetch_add(1, SeqCst);
    let snapshot = CURRENT.load(SeqCst);
    let image = if snapshot.is_null() {
        None
    } else {
        // SAFETY: a snapshot is freed only once no reader that could have loaded it is counted, and it never changes.
        let snapshot = unsafe { &*snapshot };
        let after = snapshot.partition_point(|entry| entry.start <= pc);
        after.checked_sub(1).map(|at| snapshot[at]).filter(|entry| pc < entry.end).map(|entry| entry.image)
    };
    READERS.fetch_sub(1, SeqCst);
    image
}

/// What `look` makes of the image whose text contains `pc`. Async-signal-safe if `look` is.
///
/// # Safety
/// Something must keep the image, if there is one, until this returns: typically `pc` is a frame of its code on the stack of
/// this thread, whose store keeps the module.
pub(crate) unsafe fn find<R>(pc: usize, look: impl FnOnce(&CodeImage) -> R) -> Option<R> {
    // SAFETY: an image takes itself out of the registry before it is gone, and the caller promises that this one stays.
    look_up(pc).map(|image| look(unsafe { &*image }))
}

/// Whether code that we compiled lies at `pc`. Async-signal-safe.
pub(crate) fn contains(pc: usize) -> bool {
    look_up(pc).is_some()
}

/// Makes an image known. It must stay at its address until [`remove`].
pub(crate) fn insert(image: &CodeImage) {
    let text = image.text();
    update(|entries| {
        let at = entries.partition_point(|entry| entry.start < text.start);
        entries.insert(at, Entry { start: text.start, end: text.end, image });
    });
}

/// Forgets an image.
pub(crate) fn remove(image: &CodeImage) {
    update(|entries| entries.retain(|entry| !std::ptr::eq(entry.image, image)));
}

fn update(change: impl FnOnce(&mut Snapshot)) {
    let mut retired = RETIRED.lock().unwrap_or_else(PoisonError::into_inner);
    let old = CURRENT.load(SeqCst);
    // SAFETY: only a writer frees snapshots, and this is the writer.
    let mut entries = if old.is_null() { Vec::new() } else { unsafe { (*old).clone() } };
    change(&mut entries);
    CURRENT.store(Box::into_raw(Box::new(entries)), SeqCst);
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
