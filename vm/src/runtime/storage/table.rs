//! Tables. Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#table-instances>

use crate::abi::{TABLE_ELEMENT, VMTable};
use crate::error::{Error, Result};
use crate::runtime::storage::quota::Quota;
use crate::system::reservation::Reservation;
use crate::types::TableType;
use std::ops::Range;

/// Maximum elements of a table: the limit of the JavaScript API (<https://webassembly.github.io/spec/js-api/#limits>).
const MAX_ELEMENTS: u64 = 10_000_000;
/// Bytes made accessible at once, so that growing by single elements does not cost a system call each time. A table
/// that can't exceed this size is made accessible as a whole. That takes one mapping instead of two, or none if its
/// neighbours have the same access rights.
const COMMIT_STEP: usize = 0x1_0000;

/// A table. It never moves, so `vm.base` is constant.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct TableInstance {
    /// The record that compiled code reads. First, so that a pointer to it is also a pointer to the whole.
    pub(crate) vm: VMTable,
    pub(crate) ty: TableType,
    reservation: Reservation,
    committed: usize,
    max: u64,
    /// Elements that this table may take. The store's other tables share the quota.
    quota: Quota,
}

/// Returns the initial number of elements of a table.
///
/// # Errors
/// [`Error::Resources`] if it exceeds the limit of this implementation.
pub(crate) fn initial_elements(ty: &TableType) -> Result<u64> {
    if ty.limits.min > MAX_ELEMENTS { Err(too_large(ty)) } else { Ok(ty.limits.min) }
}

fn too_large(ty: &TableType) -> Error {
    Error::Resources(format!("a table of {} elements", ty.limits.min))
}

impl TableInstance {
    /// Creates a table with all elements set to `init`, a reference as compiled code sees it. Its elements, now and
    /// when it grows, are taken from `quota`.
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

    /// Adds elements and returns the previous number. Returns none and changes nothing if there would be too many.
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
        // Fresh pages are zero, and the null reference is zero.
        if init != 0 {
            self.range(before, delta)?.fill(init);
        }
        Some(before)
    }

    /// Returns the element at `at`, if it is in bounds.
    pub(crate) fn element(&self, at: u64) -> Option<u64> {
        let at = self.bounds(at, 1)?.start;
        // SAFETY: all elements below the length are committed, and none is written while the table is borrowed.
        Some(unsafe { self.vm.base.cast::<u64>().add(at).read() })
    }

    /// Returns all elements.
    pub(crate) fn elements(&self) -> &[u64] {
        let length = usize::try_from(self.vm.length).unwrap_or(0);
        // SAFETY: all elements below the length are committed, and none is written while the table is borrowed.
        unsafe { std::slice::from_raw_parts(self.vm.base.cast::<u64>(), length) }
    }

    /// Returns the elements `at..at + length`, if all of them are in bounds.
    pub(crate) fn range(&mut self, at: u64, length: u64) -> Option<&mut [u64]> {
        let Range { start, end } = self.bounds(at, length)?;
        // SAFETY: all elements below the length are committed, and the table is borrowed exclusively.
        let elements = unsafe { std::slice::from_raw_parts_mut(self.vm.base.cast::<u64>(), end) };
        elements.get_mut(start..end)
    }

    /// Copies elements within a table or between two, as if all were read before any is written. Returns none if a
    /// range is out of bounds.
    ///
    /// # Safety
    /// Both must be tables of a store that this thread runs. They may be the same table.
    pub(crate) unsafe fn copy(to: *mut Self, at: u64, from: *const Self, start: u64, length: u64) -> Option<()> {
        // SAFETY: guaranteed by the caller. The references end before anything is written.
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
