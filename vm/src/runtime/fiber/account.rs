//! What fibers take of the memory that the heap of a store may take: records, bound values, and stacks.
//!
//! How much of its stack a fiber has touched only the kernel knows, and to ask it at each suspension would cost more than
//! that does. So a stack counts as [`INITIAL_STACK_BYTES`] until it is measured. As long as all stacks together can't reach the limit,
//! none is. Else all are by each collection, and in between some, chosen at random, when they are suspended; what those
//! have touched is taken for what the others have: what goes unseen is about a sixteenth of the limit.

use super::stacks::STACK_SIZE;
use super::{Fiber, Fibers};
use crate::runtime::heap::Heap;
use std::ptr::NonNull;

/// Bytes that a stack counts as from the beginning: pages that any function touches, and what the kernel keeps of them.
pub(crate) const INITIAL_STACK_BYTES: usize = 16 << 10;
/// Bytes of a fiber's record.
pub(super) const RECORD_BYTES: usize = size_of::<Fiber>() + 2 * size_of::<NonNull<Fiber>>();
/// Of so many suspensions one is measured, at least.
const MAX_SAMPLE_PERIOD: usize = 256;

/// Bytes that are counted.
#[derive(Debug, Default)]
pub(crate) struct Account {
    /// Of bound values and of stacks in use.
    counted: usize,
    /// What stacks that were not measured have touched besides, if they are as those that were.
    guessed: usize,
    random: u64,
}

impl Account {
    pub(super) fn add(&mut self, bytes: usize) {
        self.counted += bytes;
    }

    pub(super) fn remove(&mut self, bytes: usize) {
        self.counted -= bytes;
    }

    /// Whether this is one in `period` times.
    fn is_sampled(&mut self, period: usize) -> bool {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33).is_multiple_of(period as u64)
    }
}

impl Fiber {
    /// Counts what of its stack has memory. Gives by how much that is more than was known.
    fn measure(&mut self, account: &mut Account) -> usize {
        let Some(stack) = self.stack else { return 0 };
        let now = stack.resident().max(INITIAL_STACK_BYTES);
        let before = std::mem::replace(&mut self.counted, now);
        account.add(now);
        account.remove(before);
        now.saturating_sub(before)
    }

    /// Takes the values that were bound.
    pub(crate) fn take_bound(&mut self, account: &mut Account) -> Vec<u128> {
        let bound = std::mem::take(&mut self.bound);
        account.remove(bound.capacity() * size_of::<u128>());
        bound
    }

    /// Binds more values.
    pub(crate) fn bind(&mut self, values: &[u128], account: &mut Account) {
        let before = self.bound.capacity();
        self.bound.reserve_exact(values.len());
        self.bound.extend_from_slice(values);
        account.add((self.bound.capacity() - before) * size_of::<u128>());
    }
}

impl Fibers {
    /// Bytes that all of them take, as far as is known.
    pub(crate) fn bytes(&self) -> usize {
        self.all.len() * RECORD_BYTES + self.account.counted + self.account.guessed
    }

    /// As much as they can take.
    fn max_bytes(&self) -> usize {
        self.bytes() + self.stacks.in_use() * STACK_SIZE
    }

    /// Measures all stacks.
    fn measure(&mut self) {
        self.account.guessed = 0;
        for fiber in &self.all {
            // SAFETY: fibers live as long as this, and nobody else uses them now.
            unsafe { (*fiber.pointer().as_ptr()).measure(&mut self.account) };
        }
    }
}

impl Fibers {
    /// Whether fibers may take so many bytes more.
    pub(crate) fn has_room(&self, heap: &mut Heap, bytes: usize) -> bool {
        heap.fiber_bytes = self.bytes();
        heap.has_room(bytes)
    }

    /// After a collection: measures all stacks if they could reach the limit.
    pub(crate) fn measure_if_scarce(&mut self, heap: &mut Heap) {
        heap.fiber_bytes = self.max_bytes();
        if !heap.has_room(0) {
            self.measure();
        }
        heap.fiber_bytes = self.bytes();
    }

    /// To be called when a fiber is about to be suspended. Gives whether all stacks together are within the limit for
    /// certain; if not, some calls, chosen at random, measure the fiber's stack.
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
            // SAFETY: the caller's promise; nobody else uses it meanwhile.
            account.guessed += unsafe { (*fiber).measure(account) } * (period - 1);
        }
        false
    }
}
