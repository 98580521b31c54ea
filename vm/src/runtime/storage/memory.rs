//! Linear memories. Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances>

use crate::abi::{self, VMMemory};
use crate::error::{Error, Result};
use crate::runtime::storage::quota::Quota;
use crate::runtime::storage::wait::{WaitResult, Waiters};
use crate::system::reservation::Reservation;
use crate::trap::Trap;
use crate::types::MemoryType;
use std::ops::Range;
use std::ptr::NonNull;
use std::sync::atomic::Ordering::{Relaxed, SeqCst};
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Maximum bytes of a memory with 32-bit addresses: all that such an address can name.
const MAX_BYTES_32: u64 = 1 << 32;
/// Maximum bytes of a memory with 64-bit addresses: the limit of the JavaScript API
/// (<https://webassembly.github.io/spec/js-api/#limits>).
const MAX_BYTES_64: u64 = 1 << 34;
/// Bytes reserved for a guarded memory: the largest index plus the largest offset, and guard pages for the widest
/// access beyond.
const GUARDED_RESERVATION: u64 = (1 << 33) + 0x1_0000;

/// A linear memory. It never moves, so `vm.base` is constant. Stores of several threads may use the same shared memory.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct MemoryInstance {
    /// The record that compiled code reads. First, so that a pointer to it is also a pointer to the whole.
    pub(crate) vm: VMMemory,
    pub(crate) ty: MemoryType,
    reservation: Reservation,
    /// Maximum size in pages, by its type and by this implementation.
    max_pages: u64,
    /// Held while the memory grows.
    growing: Mutex<()>,
    waiters: Waiters,
    /// Bytes that this memory may take. The store's other memories share the quota.
    quota: Quota,
}

// SAFETY: the base never changes. The length is atomic, and is only changed under the lock. The bytes of a memory that
// is not shared belong to its store; those of a shared one are only accessed in ways that allow for races.
unsafe impl Send for MemoryInstance {}
// SAFETY: as above.
unsafe impl Sync for MemoryInstance {}

impl MemoryInstance {
    /// Creates a memory of zeros. Its bytes, now and when it grows, are taken from `quota`.
    pub(crate) fn new(ty: MemoryType, quota: Quota) -> Result<Self> {
        if !matches!(ty.page_size_log2, 0 | 16) {
            return Err(Error::InvalidType(format!("a page size of 2^{} bytes", ty.page_size_log2)));
        }
        if ty.shared && ty.limits.max.is_none() {
            return Err(Error::InvalidType("a shared memory must have a maximum size".into()));
        }
        let limit = page_limit(&ty);
        quota.check("a memory", initial_bytes(&ty)?, "bytes")?;
        let mut max_pages = ty.limits.max.map_or(limit, |max| max.min(limit));
        let reservation = if abi::is_guarded(&ty) {
            reserve(GUARDED_RESERVATION)?
        } else {
            // Accesses are checked, so no guard pages are needed. If there is no address space for the maximum, the
            // memory can't grow: a maximum is no promise, and a memory that takes the last of the address space would
            // harm others.
            reserve(max_pages << ty.page_size_log2).or_else(|_| {
                max_pages = ty.limits.min;
                reserve(max_pages << ty.page_size_log2)
            })?
        };
        let vm = VMMemory { base: reservation.base().as_ptr(), length: AtomicU64::new(0) };
        let memory =
            Self { vm, ty, reservation, max_pages, growing: Mutex::default(), waiters: Waiters::default(), quota };
        let grown = memory.grow(ty.limits.min);
        grown.ok_or_else(|| Error::Resources(format!("a memory of {}: the host has no room for it", pages(&ty))))?;
        Ok(memory)
    }

    /// Returns the length in bytes.
    pub(crate) fn length(&self) -> u64 {
        self.vm.length.load(SeqCst)
    }

    /// Returns the length in pages.
    pub(crate) fn pages(&self) -> u64 {
        self.length() >> self.ty.page_size_log2
    }

    /// Adds pages and returns the previous number of pages. Returns none and changes nothing if the type, this
    /// implementation, the quota or the host does not allow so many.
    pub(crate) fn grow(&self, delta: u64) -> Option<u64> {
        let _guard = self.growing.lock().unwrap_or_else(PoisonError::into_inner);
        let before = self.pages();
        let after = before.checked_add(delta).filter(|&pages| pages <= self.max_pages)?;
        let (start, end) = (self.length(), after << self.ty.page_size_log2);
        let added = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        if !self.quota.take(end - start) {
            return None;
        }
        if self.reservation.commit(added).is_err() {
            self.quota.give_back(end - start);
            return None;
        }
        // Stored last: from here on other threads may access the new pages.
        self.vm.length.store(end, SeqCst);
        Some(before)
    }

    /// Returns the addresses at which an access of this memory can fault.
    pub(crate) fn addresses(&self) -> Range<usize> {
        self.reservation.addresses()
    }

    /// Returns a pointer to `length` bytes at `at`, if all of them are in bounds.
    pub(crate) fn range(&self, at: u64, length: u64) -> Option<NonNull<u8>> {
        at.checked_add(length).filter(|&end| end <= self.length())?;
        // SAFETY: `at` is at most the length, and the length is in the reservation.
        Some(unsafe { self.reservation.base().add(usize::try_from(at).ok()?) })
    }

    /// Returns a pointer for `memory.atomic.wait`, after its checks in the order of the spec.
    /// Spec: <https://webassembly.github.io/threads/core/exec/instructions.html>
    fn check_wait(&self, at: u64, size: u64) -> Result<NonNull<u8>, Trap> {
        if !at.is_multiple_of(size) {
            return Err(Trap::UnalignedAtomic);
        }
        if !self.ty.shared {
            return Err(Trap::ExpectedSharedMemory);
        }
        self.range(at, size).ok_or(Trap::MemoryOutOfBounds)
    }

    /// Waits at `at` for a notification, if the `i32` there is `expected`. Without a timeout the wait may last forever.
    pub(crate) fn wait32(&self, at: u64, expected: u32, timeout: Option<Duration>) -> Result<WaitResult, Trap> {
        let value = self.check_wait(at, 4)?.cast::<AtomicU32>();
        // SAFETY: in bounds, aligned, and accessed atomically. A race with plain accesses of wasm is not a data race of
        // Rust's.
        Ok(self.waiters.wait(at, || unsafe { value.as_ref() }.load(SeqCst) == expected, timeout))
    }

    /// Like [`wait32`](Self::wait32), for an `i64`.
    pub(crate) fn wait64(&self, at: u64, expected: u64, timeout: Option<Duration>) -> Result<WaitResult, Trap> {
        let value = self.check_wait(at, 8)?.cast::<AtomicU64>();
        // SAFETY: as in `wait32`.
        Ok(self.waiters.wait(at, || unsafe { value.as_ref() }.load(SeqCst) == expected, timeout))
    }

    /// Wakes up to `count` of the threads that wait at `at`, and returns how many were woken.
    pub(crate) fn notify(&self, at: u64, count: u32) -> Result<u32, Trap> {
        if !at.is_multiple_of(4) {
            return Err(Trap::UnalignedAtomic);
        }
        self.range(at, 4).ok_or(Trap::MemoryOutOfBounds)?;
        Ok(self.waiters.notify(at, count))
    }

    /// Copies bytes from the memory, beginning at `at`.
    ///
    /// # Safety
    /// Unless the memory is shared, it must not be changed meanwhile, and `bytes` must not be part of it.
    pub(crate) unsafe fn read(&self, at: u64, bytes: &mut [u8]) -> Result<(), Trap> {
        let source = self.range(at, bytes.len() as u64).ok_or(Trap::MemoryOutOfBounds)?;
        // SAFETY: the range is checked. Guaranteed by the caller, or, in a shared memory, accesses that may race.
        unsafe {
            if self.ty.shared {
                for (i, byte) in bytes.iter_mut().enumerate() {
                    *byte = AtomicU8::from_ptr(source.add(i).as_ptr()).load(Relaxed);
                }
            } else {
                std::ptr::copy_nonoverlapping(source.as_ptr(), bytes.as_mut_ptr(), bytes.len());
            }
        }
        Ok(())
    }

    /// Copies bytes into the memory, beginning at `at`.
    ///
    /// # Safety
    /// Unless the memory is shared, it must not be used meanwhile, and `bytes` must not be part of it.
    pub(crate) unsafe fn write(&self, at: u64, bytes: &[u8]) -> Result<(), Trap> {
        let target = self.range(at, bytes.len() as u64).ok_or(Trap::MemoryOutOfBounds)?;
        // SAFETY: as in `read`.
        unsafe {
            if self.ty.shared {
                for (i, &byte) in bytes.iter().enumerate() {
                    AtomicU8::from_ptr(target.add(i).as_ptr()).store(byte, Relaxed);
                }
            } else {
                std::ptr::copy_nonoverlapping(bytes.as_ptr(), target.as_ptr(), bytes.len());
            }
        }
        Ok(())
    }
}

/// Returns the initial size of a memory in bytes.
///
/// # Errors
/// [`Error::Resources`] if it exceeds the limit of this implementation for memories of this type.
pub(crate) fn initial_bytes(ty: &MemoryType) -> Result<u64> {
    let limit = page_limit(ty);
    if ty.limits.min > limit {
        return Err(Error::Resources(format!("a memory of {}: the limit of this VM is {limit} pages", pages(ty))));
    }
    Ok(ty.limits.min << ty.page_size_log2)
}

fn pages(ty: &MemoryType) -> String {
    format!("{} pages of {} bytes", ty.limits.min, 1_u64 << ty.page_size_log2)
}

/// Returns the maximum pages of a memory of this type in this implementation, whatever its declared maximum.
///
/// With pages of one byte and 32-bit addresses, the last byte that could be addressed is left out: otherwise
/// `memory.size` could not distinguish the full memory from the empty one
/// (<https://github.com/WebAssembly/custom-page-sizes/blob/main/proposals/custom-page-sizes/Overview.md>).
fn page_limit(ty: &MemoryType) -> u64 {
    if ty.memory64 {
        MAX_BYTES_64 >> ty.page_size_log2
    } else {
        (MAX_BYTES_32 >> ty.page_size_log2).min(u32::MAX.into())
    }
}

fn reserve(bytes: u64) -> Result<Reservation> {
    let bytes = usize::try_from(bytes);
    Reservation::new(bytes.map_err(|_| Error::Resources("a memory larger than the host's address space".into()))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn memory(ty: MemoryType) -> Result<MemoryInstance> {
        MemoryInstance::new(ty, Quota::new(u64::MAX))
    }

    #[test]
    fn grows_up_to_its_limits_and_stays_in_place() {
        let memory = memory(MemoryType::new(1, Some(3))).unwrap();
        let base = memory.vm.base;
        assert_eq!(memory.grow(2), Some(1));
        assert_eq!(memory.grow(1), None);
        assert_eq!(memory.grow(u64::MAX), None);
        assert_eq!((memory.pages(), memory.vm.base), (3, base));
        let last = memory.range(3 * 65536 - 1, 1).unwrap();
        // SAFETY: the byte is inside the memory.
        assert_eq!(unsafe { last.read() }, 0);
        assert!(memory.range(3 * 65536, 1).is_none());
        assert!(memory.range(u64::MAX, 2).is_none());
    }

    #[test]
    fn sizes_beyond_the_limit_are_errors() {
        assert!(memory(MemoryType::new(65536, None)).is_ok());
        assert!(memory(MemoryType::new(65537, None)).is_err());
        let wide = MemoryType { memory64: true, ..MemoryType::new(0, Some(u64::MAX)) };
        assert_eq!(memory(wide).unwrap().grow(1 << 40), None);
    }

    #[test]
    fn pages_may_be_single_bytes() {
        let bytes = MemoryType { page_size_log2: 0, ..MemoryType::new(0, Some(5000)) };
        let memory = memory(bytes).unwrap();
        assert_eq!(memory.grow(4999), Some(0));
        assert_eq!(memory.grow(1), Some(4999));
        assert_eq!(memory.grow(1), None);
        assert_eq!(memory.length(), 5000);
    }

    #[test]
    fn sizes_of_32_bit_memories_fit_32_bits() {
        let bytes = MemoryType { page_size_log2: 0, ..MemoryType::new(0, None) };
        let memory = memory(bytes).unwrap();
        assert_eq!(memory.grow(1 << 32), None);
        assert_eq!(memory.grow((1 << 32) - 1), Some(0));
        assert_eq!(memory.grow(1), None);
    }

    #[test]
    fn pages_have_one_of_two_sizes() {
        for log2 in [1, 12, 15, 17, 64, u32::MAX] {
            let odd = MemoryType { page_size_log2: log2, ..MemoryType::new(0, None) };
            assert!(matches!(memory(odd), Err(Error::InvalidType(_))), "{log2}");
        }
    }
}
