//! The part of a store that compiled code reads and writes.

use super::convention::OVERFLOW_SLOTS;
use super::heap::{SIZE_CLASSES, VMRun};
use super::layout::offset;
use std::cell::UnsafeCell;

/// The part of a store that compiled code reads and writes. Each store has one, at an address that never changes.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMStore {
    /// Lowest stack pointer at which code of the host may still be called.
    pub stack_limit: usize,
    /// Record of the innermost entry from the host into wasm; null when the store runs no wasm.
    pub activation: *mut u8,
    /// Address from which descriptors are numbered: see [`heap::DESCRIPTOR`](super::heap::DESCRIPTOR). It is set before a
    /// module with descriptors is instantiated, and never changes after that.
    pub descriptor_base: usize,
    /// Allocation run of each of the [`SIZE_CLASSES`].
    pub runs: [VMRun; SIZE_CLASSES.len()],
    /// Overflow area: arguments and results beyond the registers. A callee reads its arguments before it calls anything, and
    /// a caller reads the results in the same way.
    pub overflow: UnsafeCell<[u128; OVERFLOW_SLOTS]>,
}
/// Offset of [`VMStore::stack_limit`].
pub const STORE_STACK_LIMIT: u32 = offset!(VMStore, stack_limit);
/// Offset of [`VMStore::descriptor_base`].
pub const STORE_DESCRIPTOR_BASE: u32 = offset!(VMStore, descriptor_base);
/// Offset of [`VMStore::runs`].
pub const STORE_RUNS: u32 = offset!(VMStore, runs);
/// Offset of [`VMStore::overflow`].
pub const STORE_OVERFLOW: u32 = offset!(VMStore, overflow);
