//! Threads that wait for each other at addresses of a shared memory.
//!
//! The waiting threads are kept with their memory, by offset, not in one table of the process by address as a parking
//! lot would have them: nothing outlives the memory, and address space that is used again can't wake anybody.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How a wait ended; the numbers are what `memory.atomic.wait` gives.
/// Spec: <https://github.com/WebAssembly/threads/blob/main/proposals/threads/Overview.md#wait>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum WaitResult {
    /// Another thread notified this one.
    Ok = 0,
    /// The value was not the expected one, so there was no wait.
    Mismatch = 1,
    /// Time was up before anybody notified.
    TimedOut = 2,
}

/// One thread that waits.
#[derive(Debug, Default)]
struct Waiter {
    wake: Condvar,
    /// Set, under the lock of the queues, by who took this out of its queue.
    woken: AtomicBool,
}

/// By offset, first come first: a queue without waiters is not kept.
type Queues = BTreeMap<u64, VecDeque<Arc<Waiter>>>;

/// The threads that wait at a memory.
#[derive(Debug, Default)]
pub(crate) struct Waiters(Mutex<Queues>);

impl Waiters {
    /// Waits to be notified at `address`, if `is_expected` holds. No notification is lost in between: who changes the value
    /// and then notifies either changed it before the check, or finds this thread waiting.
    pub(crate) fn wait(
        &self,
        address: u64,
        is_expected: impl FnOnce() -> bool,
        timeout: Option<Duration>,
    ) -> WaitResult {
        // A time that can't be told is forever.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_expected() {
            return WaitResult::Mismatch;
        }
        let this = Arc::new(Waiter::default());
        queues.entry(address).or_default().push_back(Arc::clone(&this));
        // A condition variable may wake by itself.
        while !this.woken.load(Relaxed) {
            queues = match deadline {
                None => this.wake.wait(queues).unwrap_or_else(PoisonError::into_inner),
                Some(deadline) => {
                    let left = deadline.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        leave(&mut queues, address, &this);
                        return WaitResult::TimedOut;
                    }
                    this.wake.wait_timeout(queues, left).unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        WaitResult::Ok
    }

    /// Wakes up to `count` threads that wait at `address`, those first that have waited longest. Gives their number.
    pub(crate) fn notify(&self, address: u64, count: u32) -> u32 {
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(queue) = queues.get_mut(&address) else { return 0 };
        let mut woken = 0;
        while woken < count
            && let Some(waiter) = queue.pop_front()
        {
            waiter.woken.store(true, Relaxed);
            waiter.wake.notify_one();
            woken += 1;
        }
        if queue.is_empty() {
            queues.remove(&address);
        }
        woken
    }
}

fn leave(queues: &mut Queues, address: u64, waiter: &Arc<Waiter>) {
    if let Some(queue) = queues.get_mut(&address) {
        queue.retain(|other| !Arc::ptr_eq(other, waiter));
        if queue.is_empty() {
            queues.remove(&address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_that_do_not_wait_are_not_counted() {
        let waiters = Waiters::default();
        assert_eq!(waiters.wait(8, || false, None), WaitResult::Mismatch);
        assert_eq!(waiters.wait(8, || true, Some(Duration::from_millis(1))), WaitResult::TimedOut);
        assert_eq!(waiters.notify(8, u32::MAX), 0);
        assert!(waiters.0.lock().unwrap().is_empty());
    }

    #[test]
    fn notify_wakes_the_requested_count_at_its_address_only() {
        let waiters = Waiters::default();
        let long = Some(Duration::from_secs(60));
        std::thread::scope(|threads| {
            let handles: Vec<_> = (0..3).map(|_| threads.spawn(|| waiters.wait(8, || true, long))).collect();
            while waiters.0.lock().unwrap().get(&8).map_or(0, VecDeque::len) < 3 {
                std::thread::yield_now();
            }
            assert_eq!(waiters.notify(8, 0), 0);
            assert_eq!(waiters.notify(16, u32::MAX), 0);
            assert_eq!(waiters.notify(8, 2), 2);
            assert_eq!(waiters.notify(8, u32::MAX), 1);
            assert!(handles.into_iter().all(|handle| handle.join().unwrap() == WaitResult::Ok));
        });
        assert!(waiters.0.lock().unwrap().is_empty());
    }
}
