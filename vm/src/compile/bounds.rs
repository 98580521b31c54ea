//! What one compilation may take: time, and memory by what is compiled at once.

use crate::error::{Error, Result};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// When compiling has to be done. Looked at between functions and passes: what LLVM does in one go is not interrupted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadline {
    end: Option<Instant>,
    allowed: Duration,
}

impl Deadline {
    /// From now on.
    pub(crate) fn after(allowed: Option<Duration>) -> Self {
        // What is too far away for the clock is never.
        let end = allowed.and_then(|allowed| Instant::now().checked_add(allowed));
        Self { end, allowed: allowed.unwrap_or_default() }
    }

    /// # Errors
    /// [`Error::Limit`] when it is over.
    pub(crate) fn check(&self) -> Result<()> {
        match self.end {
            Some(end) if Instant::now() >= end => {
                Err(Error::Limit(format!("compiling takes longer than the {:?} that it may", self.allowed)))
            }
            _ => Ok(()),
        }
    }
}

/// Memory that units take while they are compiled. Those for which there is none wait.
#[derive(Debug)]
pub(crate) struct Room {
    free: Mutex<u64>,
    freed: Condvar,
    all: u64,
}

impl Room {
    pub(crate) fn new(bytes: u64) -> Self {
        Self { free: Mutex::new(bytes), freed: Condvar::new(), all: bytes }
    }

    /// Does `work`, which takes so many bytes meanwhile, once there is room. More than there is at all is as much as that.
    pub(crate) fn with<T>(&self, bytes: u64, work: impl FnOnce() -> T) -> T {
        let bytes = bytes.min(self.all);
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let mut free = self.freed.wait_while(free, |free| *free < bytes).unwrap_or_else(PoisonError::into_inner);
        *free -= bytes;
        drop(free);
        let _taken = Taken { room: self, bytes };
        work()
    }
}

/// Gives its bytes back, whether or not the work ended with a panic.
struct Taken<'r> {
    room: &'r Room,
    bytes: u64,
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        *self.room.free.lock().unwrap_or_else(PoisonError::into_inner) += self.bytes;
        self.room.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

    #[test]
    fn no_more_is_in_flight_than_there_is_room() {
        let (room, now, peak) = (Room::new(10), AtomicU64::new(0), AtomicU64::new(0));
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

    #[test]
    fn a_deadline_passes() {
        assert!(Deadline::after(None).check().is_ok());
        assert!(Deadline::after(Some(Duration::MAX)).check().is_ok());
        assert!(matches!(Deadline::after(Some(Duration::ZERO)).check(), Err(Error::Limit(_))));
    }
}
