//! Threads that wait and notify each other at addresses of a shared memory.
//!
//! Each memory has its own queues of waiting threads, by offset. A parking lot, which is one table by address for the
//! process, would be the alternative. But here nothing outlives the memory, and a notification can't reach a thread
//! that waited at the same address in an earlier memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The result of a wait. The numbers are the results of `memory.atomic.wait`.
/// Spec: <https://github.com/WebAssembly/threads/blob/main/proposals/threads/Overview.md#wait>
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum WaitResult {
    /// Another thread notified this thread.
    Ok = 0,
    /// The value was not the expected one, so the thread did not wait.
    Mismatch = 1,
    /// The timeout ended before another thread notified this thread.
    TimedOut = 2,
}

/// One waiting thread.
#[derive(Debug, Default)]
struct Waiter {
    wake: Condvar,
    /// Set by the thread that takes this waiter out of its queue, under the lock of the queues.
    woken: AtomicBool,
}

/// Queues by offset, first in, first out. Empty queues are removed.
type Queues = BTreeMap<u64, VecDeque<Arc<Waiter>>>;

/// The threads that wait at a memory.
#[derive(Debug, Default)]
pub(crate) struct Waiters(Mutex<Queues>);

impl Waiters {
    /// Waits for a notification at `address`, if `is_expected` returns true.
    ///
    /// No notification is lost between the check and the wait. A thread that changes the value and then notifies has
    /// either changed it before the check, or finds this thread in the queue.
    pub(crate) fn wait(
        &self,
        address: u64,
        is_expected: impl FnOnce() -> bool,
        timeout: Option<Duration>,
    ) -> WaitResult {
        // A deadline too far away to be represented means no timeout.
        let deadline = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let mut queues = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_expected() {
            return WaitResult::Mismatch;
        }
        let this = Arc::new(Waiter::default());
        queues.entry(address).or_default().push_back(Arc::clone(&this));
        // A condition variable may wake spuriously.
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

    /// Wakes up to `count` threads that wait at `address`, longest waiting first, and returns how many were woken.
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
