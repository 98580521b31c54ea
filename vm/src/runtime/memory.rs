//! Linear memories. Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#memory-instances>

use super::space::Reservation;
use crate::abi::{self, VMMemory};
use crate::error::{Error, Result};
use crate::types::MemoryType;
use std::ops::Range;
use std::ptr::NonNull;

/// Bytes that no memory of 32-bit addresses outgrows: all such an address can name.
const MAX_BYTES_32: u64 = 1 << 32;
/// Bytes that no memory of 64-bit addresses outgrows here, as in the JavaScript API
/// (<https://webassembly.github.io/spec/js-api/#limits>).
const MAX_BYTES_64: u64 = 1 << 34;
/// Bytes reserved for a memory whose accesses are not checked: the largest index plus the largest offset, and the guard
/// for the widest access beyond.
const UNCHECKED: u64 = (1 << 33) + 0x1_0000;

/// A linear memory. Never moves, so `vm.base` is final.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct MemoryInstance {
    /// What compiled code sees. First, so that a pointer to it is one to the whole.
    pub(crate) vm: VMMemory,
    pub(crate) ty: MemoryType,
    space: Reservation,
    /// Pages it may have at most: by its type and by this implementation.
    max_pages: u64,
}

impl MemoryInstance {
    /// A memory of zeros.
    pub(crate) fn new(ty: MemoryType) -> Result<Self> {
        if !matches!(ty.page_size_log2, 0 | 16) {
            return Err(Error::Usage(format!("a page of 2^{} bytes", ty.page_size_log2)));
        }
        let most = most_pages(&ty);
        let page = 1_u64 << ty.page_size_log2;
        if ty.limits.min > most {
            let wanted = ty.limits.min;
            return Err(Error::Resources(format!(
                "a memory of {wanted} pages of {page} bytes: this VM gives {most} pages at most"
            )));
        }
        let mut max_pages = ty.limits.max.map_or(most, |max| max.min(most));
        let space = if abi::is_guarded(&ty) {
            reserve(UNCHECKED)?
        } else {
            // Accesses are checked, so the memory itself suffices. Where its maximum finds no room it can't grow: a maximum
            // is no promise, and a memory that takes the last of the address space would harm others.
            reserve(max_pages << ty.page_size_log2).or_else(|_| {
                max_pages = ty.limits.min;
                reserve(max_pages << ty.page_size_log2)
            })?
        };
        let vm = VMMemory { base: space.base().as_ptr(), length: 0 };
        let mut memory = Self { vm, ty, space, max_pages };
        let grown = memory.grow(ty.limits.min);
        grown.ok_or_else(|| {
            Error::Resources(format!("a memory of {} pages of {page} bytes: the host has no room", ty.limits.min))
        })?;
        Ok(memory)
    }

    /// Pages that it has.
    pub(crate) fn pages(&self) -> u64 {
        self.vm.length >> self.ty.page_size_log2
    }

    /// Adds pages and returns how many there were. None, and nothing changes, when they are too many for the type, this
    /// implementation or the host.
    pub(crate) fn grow(&mut self, delta: u64) -> Option<u64> {
        let before = self.pages();
        let after = before.checked_add(delta).filter(|&pages| pages <= self.max_pages)?;
        let (start, end) = (self.vm.length, after << self.ty.page_size_log2);
        self.space.commit(usize::try_from(start).ok()?..usize::try_from(end).ok()?).ok()?;
        self.vm.length = end;
        Some(before)
    }

    /// The addresses that a faulting access of this memory can have.
    pub(crate) fn addresses(&self) -> Range<usize> {
        self.space.addresses()
    }

    /// Pointer to `length` bytes at `at`, if all of them are inside.
    pub(crate) fn range(&self, at: u64, length: u64) -> Option<NonNull<u8>> {
        at.checked_add(length).filter(|&end| end <= self.vm.length)?;
        // SAFETY: `at` is at most the length, which lies in the reservation.
        Some(unsafe { self.space.base().add(usize::try_from(at).ok()?) })
    }
}

/// Pages that no memory of this type outgrows here, whatever its maximum. With pages of one byte and 32-bit addresses the
/// last byte that could be named is left out, or `memory.size` could not tell the full memory from the empty one
/// (<https://github.com/WebAssembly/custom-page-sizes/blob/main/proposals/custom-page-sizes/Overview.md>).
fn most_pages(ty: &MemoryType) -> u64 {
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

    #[test]
    fn grows_up_to_its_limits_and_stays_in_place() {
        let mut memory = MemoryInstance::new(MemoryType::new(1, Some(3))).unwrap();
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
    fn too_much_is_an_error() {
        assert!(MemoryInstance::new(MemoryType::new(65536, None)).is_ok());
        assert!(MemoryInstance::new(MemoryType::new(65537, None)).is_err());
        let wide = MemoryType { memory64: true, ..MemoryType::new(0, Some(u64::MAX)) };
        assert_eq!(MemoryInstance::new(wide).unwrap().grow(1 << 40), None);
    }

    #[test]
    fn pages_may_be_single_bytes() {
        let bytes = MemoryType { page_size_log2: 0, ..MemoryType::new(0, Some(5000)) };
        let mut memory = MemoryInstance::new(bytes).unwrap();
        assert_eq!(memory.grow(4999), Some(0));
        assert_eq!(memory.grow(1), Some(4999));
        assert_eq!(memory.grow(1), None);
        assert_eq!(memory.vm.length, 5000);
    }

    #[test]
    fn sizes_of_narrow_memories_fit_32_bits() {
        let bytes = MemoryType { page_size_log2: 0, ..MemoryType::new(0, None) };
        let mut memory = MemoryInstance::new(bytes).unwrap();
        assert_eq!(memory.grow(1 << 32), None);
        assert_eq!(memory.grow((1 << 32) - 1), Some(0));
        assert_eq!(memory.grow(1), None);
    }

    #[test]
    fn pages_have_one_of_two_sizes() {
        for log2 in [1, 12, 15, 17, 64, u32::MAX] {
            let odd = MemoryType { page_size_log2: log2, ..MemoryType::new(0, None) };
            assert!(matches!(MemoryInstance::new(odd), Err(Error::Usage(_))), "{log2}");
        }
    }
}
