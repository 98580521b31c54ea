//! Tables. Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#table-instances>

use crate::abi::{TABLE_ELEMENT, VMTable};
use crate::error::{Error, Result};
use crate::runtime::storage::quota::Quota;
use crate::system::reservation::Reservation;
use crate::types::TableType;
use std::ops::Range;

/// Elements that no table outgrows here, as in the JavaScript API (<https://webassembly.github.io/spec/js-api/#limits>).
const MAX_ELEMENTS: u64 = 10_000_000;
/// Bytes made accessible at once, so that growing by single elements is not one call of the kernel each. A table that will
/// never have more is accessible as a whole, which takes one mapping instead of two, or none if its neighbours are alike.
const COMMIT_STEP: usize = 0x1_0000;

/// A table. Never moves, so `vm.base` is final.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct TableInstance {
    /// What compiled code sees. First, so that a pointer to it is one to the whole.
    pub(crate) vm: VMTable,
    pub(crate) ty: TableType,
    reservation: Reservation,
    committed: usize,
    max: u64,
    /// Elements that it and others may have.
    quota: Quota,
}

/// Elements that a table has from the start.
///
/// # Errors
/// [`Error::Resources`] for more than any table has here.
pub(crate) fn initial_elements(ty: &TableType) -> Result<u64> {
    if ty.limits.min > MAX_ELEMENTS { Err(too_large(ty)) } else { Ok(ty.limits.min) }
}

fn too_large(ty: &TableType) -> Error {
    Error::Resources(format!("a table of {} elements", ty.limits.min))
}

impl TableInstance {
    /// A table all of whose elements are `init`, a reference as compiled code sees it. What it has of elements, and grows
    /// by, is taken from `quota`.
    pub(crate) fn new(ty: TableType, init: u64, quota: Quota) -> Result<Self> {
        quota.check("a table", initial_elements(&ty)?, "elements")?;
        let too_large = || too_large(&ty);
        let max = ty.limits.max.map_or(MAX_ELEMENTS, |max| max.min(MAX_ELEMENTS));
        let reservation = Reservation::new(bytes(max).ok_or_else(too_large)?)?;
        let vm = VMTable { base: reservation.base().as_ptr(), length: 0 };
        let mut table = Self { vm, ty, reservation, committed: 0, max, quota };
        table.grow(ty.limits.min, init).ok_or_else(too_large)?;
        Ok(table)
    }

    /// Adds elements and returns how many there were. None, and nothing changes, when they are too many.
    pub(crate) fn grow(&mut self, delta: u64, init: u64) -> Option<u64> {
        let before = self.vm.length;
        let after = before.checked_add(delta).filter(|&length| length <= self.max)?;
        let end = bytes(after)?;
        if !self.quota.take(delta) {
            return None;
        }
        if end > self.committed {
            let upto = end.next_multiple_of(COMMIT_STEP).min(self.reservation.addresses().len());
            if self.reservation.commit(self.committed..upto).is_err() {
                self.quota.give_back(delta);
                return None;
            }
            self.committed = upto;
        }
        self.vm.length = after;
        // Fresh pages are zero, and zero is null.
        if init != 0 {
            self.range(before, delta)?.fill(init);
        }
        Some(before)
    }

    /// The element at `at`, if there is one.
    pub(crate) fn element(&self, at: u64) -> Option<u64> {
        let at = self.bounds(at, 1)?.start;
        // SAFETY: all elements below the length are committed; nobody writes them while the table is borrowed.
        Some(unsafe { self.vm.base.cast::<u64>().add(at).read() })
    }

    /// All elements.
    pub(crate) fn elements(&self) -> &[u64] {
        let length = usize::try_from(self.vm.length).unwrap_or(0);
        // SAFETY: all elements below the length are committed; nobody writes them while the table is borrowed.
        unsafe { std::slice::from_raw_parts(self.vm.base.cast::<u64>(), length) }
    }

    /// The elements `at..at + length`, if all of them are inside.
    pub(crate) fn range(&mut self, at: u64, length: u64) -> Option<&mut [u64]> {
        let Range { start, end } = self.bounds(at, length)?;
        // SAFETY: all elements below the length are committed, and the borrow is that of the table.
        let elements = unsafe { std::slice::from_raw_parts_mut(self.vm.base.cast::<u64>(), end) };
        elements.get_mut(start..end)
    }

    /// Copies elements, from this table or another, as if all were read before any is written. None when out of bounds.
    ///
    /// # Safety
    /// Both must be tables of a store that this thread runs; they may be the same.
    pub(crate) unsafe fn copy(to: *mut Self, at: u64, from: *const Self, start: u64, length: u64) -> Option<()> {
        // SAFETY: the caller's promise; the references end before anything is written.
        let (target, source) = unsafe { ((*to).bounds(at, length)?.start, (*from).bounds(start, length)?.start) };
        // SAFETY: both ranges were checked.
        unsafe {
            let (target, source) = ((*to).vm.base.cast::<u64>().add(target), (*from).vm.base.cast::<u64>().add(source));
            std::ptr::copy(source, target, usize::try_from(length).ok()?);
        }
        Some(())
    }

    fn bounds(&self, at: u64, length: u64) -> Option<Range<usize>> {
        let end = at.checked_add(length).filter(|&end| end <= self.vm.length)?;
        Some(usize::try_from(at).ok()?..usize::try_from(end).ok()?)
    }
}

fn bytes(elements: u64) -> Option<usize> {
    usize::try_from(elements.checked_mul(u64::from(TABLE_ELEMENT))?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Limits, RefType};

    fn table(min: u64, max: Option<u64>) -> Result<TableInstance> {
        let ty = TableType { limits: Limits { min, max }, element: RefType::FUNCREF, table64: false };
        TableInstance::new(ty, 0, Quota::new(u64::MAX))
    }

    #[test]
    fn grows_in_place() {
        let mut table = table(2, None).unwrap();
        let base = table.vm.base;
        assert_eq!(table.grow(100_000, 8), Some(2));
        assert_eq!((table.vm.base, table.vm.length), (base, 100_002));
        assert_eq!(table.range(1, 2).unwrap(), [0, 8]);
        assert_eq!(table.range(100_001, 1).unwrap(), [8]);
        assert!(table.range(100_002, 1).is_none());
        assert!(table.range(100_002, 0).is_some());
        assert_eq!(table.grow(MAX_ELEMENTS, 0), None);
    }

    #[test]
    fn limits_hold() {
        assert!(matches!(table(MAX_ELEMENTS + 1, None), Err(Error::Resources(_))));
        assert_eq!(table(0, Some(0)).unwrap().grow(1, 0), None);
        assert_eq!(table(0, Some(0)).unwrap().grow(0, 0), Some(0));
    }

    #[test]
    fn copies_may_overlap() {
        let mut table = table(4, None).unwrap();
        table.range(0, 4).unwrap().copy_from_slice(&[1, 2, 3, 4]);
        let this = &raw mut table;
        // SAFETY: the table is this test's own.
        assert!(unsafe { TableInstance::copy(this, 1, this, 0, 3) }.is_some());
        assert_eq!(table.range(0, 4).unwrap(), [1, 1, 2, 3]);
        let this = &raw mut table;
        // SAFETY: as above.
        assert!(unsafe { TableInstance::copy(this, 2, this, 0, 3) }.is_none());
    }
}
