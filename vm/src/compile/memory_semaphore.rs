//! Semaphore of bytes, which bounds the memory of codegen units that are compiled at the same time.

use std::sync::{Condvar, Mutex, PoisonError};

/// The memory that codegen units may take together. A unit for which there is not enough waits.
#[derive(Debug)]
pub(super) struct MemorySemaphore {
    free: Mutex<u64>,
    freed: Condvar,
    all: u64,
}

impl MemorySemaphore {
    pub(super) fn new(bytes: u64) -> Self {
        Self { free: Mutex::new(bytes), freed: Condvar::new(), all: bytes }
    }

    /// Runs `work`, which takes so many bytes, once they are free. A unit that needs more than there is gets all of
    /// it.
    pub(super) fn with<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> T {
        let bytes = bytes.min(self.all);
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free < bytes).unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        drop(free);
        let _permit = Permit { semaphore: self, bytes };
        work()
    }
}

/// A share of the memory, which is returned even if the work panics.
struct Permit<'r> {
    semaphore: &'r MemorySemaphore,
    bytes: u64,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        *self.semaphore.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.semaphore.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
    use std::time::Duration;

    #[test]
    fn no_more_is_in_flight_than_there_is_room() {
        let (room, now, peak) = (MemorySemaphore::new(10), AtomicU64::new(0), AtomicU64::new(0));
        std::thread::scope(|scope| {
            for bytes in [4, 7, 3, 10, 1, 6, 12, 5] {
                let (room, now, peak) = (&room, &now, &peak);
                scope.spawn(move || {
                    room.with(bytes, || {
                        let bytes = bytes.min(10);
                        peak.fetch_max(now.fetch_add(bytes, SeqCst) + bytes, SeqCst);
                        std::thread::sleep(Duration::from_millis(5));
                        now.fetch_sub(bytes, SeqCst);
                    });
                });
            }
        });
        assert!(peak.load(SeqCst) <= 10);
        assert_eq!(*room.free.lock().unwrap(), 10);
    }
}
