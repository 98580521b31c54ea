//! Accounting of the memory of fibers (records, bound arguments and stacks) against the limit of the store's heap.
//!
//! Only the kernel knows how much of its stack a fiber has touched. Asking it costs more than a suspension does, so a
//! stack counts as [`INITIAL_STACK_BYTES`] until it is measured. As long as all stacks together can't reach the limit,
//! none is measured. Otherwise each collection measures all of them. In between, randomly chosen suspensions measure
//! the stack that is being suspended, and the result serves as an estimate for those not measured. What escapes the
//! estimate is about a sixteenth of the limit.

use super::stacks::STACK_SIZE;
use super::{Fiber, Fibers};
use crate::runtime::heap::Heap;
use std::ptr::NonNull;

/// Bytes that a new stack counts as: pages that any function touches, and the kernel's data about them.
pub(crate) const INITIAL_STACK_BYTES: usize = 16 << 10;
/// Bytes of a fiber's record.
pub(super) const RECORD_BYTES: usize = size_of::<Fiber>() + 2 * size_of::<NonNull<Fiber>>();
/// At least one of so many suspensions is measured.
const MAX_SAMPLE_PERIOD: usize = 256;

/// The bytes of fibers that are counted.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Bytes of bound arguments and of stacks in use.
    counted: usize,
    /// Estimate of the further bytes that unmeasured stacks have touched, if they are like the measured ones.
    estimated: usize,
    random: u64,
}

impl Account {
    pub(super) fn add(&mut self, bytes: usize) {
        self.counted += bytes;
    }

    pub(super) fn remove(&mut self, bytes: usize) {
        self.counted -= bytes;
    }

    /// Returns true at random, once in `period` times on average.
    fn is_sampled(&mut self, period: usize) -> bool {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33).is_multiple_of(period as u64)
    }
}

impl Fiber {
    /// Measures the resident bytes of the stack and counts them. Returns by how much they exceed what was counted
    /// before.
    fn measure(&mut self, account: &mut Account) -> usize {
        let Some(stack) = self.stack else { return 0 };
        let now = stack.resident().max(INITIAL_STACK_BYTES);
        let before = std::mem::replace(&mut self.counted, now);
        account.add(now);
        account.remove(before);
        now.saturating_sub(before)
    }

    /// Takes the bound arguments.
    pub(crate) fn take_bound(&mut self, account: &mut Account) -> Vec<u128> {
        let bound = std::mem::take(&mut self.bound);
        account.remove(bound.capacity() * size_of::<u128>());
        bound
    }

    /// Binds more arguments.
    pub(crate) fn bind(&mut self, values: &[u128], account: &mut Account) {
        let before = self.bound.capacity();
        self.bound.reserve_exact(values.len());
        self.bound.extend_from_slice(values);
        account.add((self.bound.capacity() - before) * size_of::<u128>());
    }
}

impl Fibers {
    /// Returns the bytes that all fibers take, as far as they are known.
    pub(crate) fn bytes(&self) -> usize {
        self.all.len() * RECORD_BYTES + self.account.counted + self.account.estimated
    }

    /// Returns an upper bound of the bytes that all fibers take.
    fn max_bytes(&self) -> usize {
        self.bytes() + self.stacks.in_use() * STACK_SIZE
    }

    /// Measures all stacks.
    fn measure(&mut self) {
        self.account.estimated = 0;
        for fiber in &self.all {
            // SAFETY: fibers live as long as `self`, and nothing else uses them now.
            unsafe { (*fiber.pointer().as_ptr()).measure(&mut self.account) };
        }
    }
}

impl Fibers {
    /// Returns whether fibers may take so many more bytes.
    pub(crate) fn has_room(&self, heap: &mut Heap, bytes: usize) -> bool {
        heap.fiber_bytes = self.bytes();
        heap.has_room(bytes)
    }

    /// Measures all stacks if they could reach the limit. To be called after a collection.
    pub(crate) fn measure_if_scarce(&mut self, heap: &mut Heap) {
        heap.fiber_bytes = self.max_bytes();
        if !heap.has_room(0) {
            self.measure();
        }
        heap.fiber_bytes = self.bytes();
    }

    /// Accounts for the stack of a fiber that is about to be suspended. Returns whether all stacks together are
    /// certainly within the limit. If not, some calls, chosen at random, measure the stack.
    ///
    /// # Safety
    /// `fiber` must be the one that runs.
    pub(crate) unsafe fn sample(&mut self, heap: &mut Heap, fiber: *mut Fiber) -> bool {
        heap.fiber_bytes = self.max_bytes();
        if heap.has_room(0) {
            return true;
        }
        let period = (heap.limit_bytes() / STACK_SIZE / 16).clamp(1, MAX_SAMPLE_PERIOD);
        let account = &mut self.account;
        if account.is_sampled(period) {
            // SAFETY: guaranteed by the caller; nothing else uses the fiber meanwhile.
            account.estimated += unsafe { (*fiber).measure(account) } * (period - 1);
        }
        false
    }
}
