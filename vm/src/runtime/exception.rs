//! Exceptions: objects of the heap that the system unwinder carries.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances>

use super::store::StoreOpaque;
use super::unwind;
use crate::abi::heap::HEADER_EXCEPTION;
use crate::abi::{EXCEPTION_VALUES, SLOT, VMException, VMTag};
use std::ptr::NonNull;

impl StoreOpaque {
    /// An exception with room for `values` values, which are zeros. May collect, as [`StoreOpaque::allocate`] says. None when
    /// there is no memory.
    pub(crate) fn new_exception(&mut self, tag: NonNull<VMTag>, values: usize) -> Option<NonNull<VMException>> {
        let count = u32::try_from(values).ok()?;
        let bytes = u64::from(EXCEPTION_VALUES) + u64::from(count) * u64::from(SLOT);
        let exception = self.allocate(HEADER_EXCEPTION, bytes, count)?.cast::<VMException>();
        // SAFETY: made just now, with room for this.
        unsafe {
            (*exception.as_ptr()).tag = tag.as_ptr();
            (*exception.as_ptr()).unwind = [unwind::CLASS, 0, 0, 0];
        }
        Some(exception)
    }
}

/// Where the values of an exception lie.
pub(crate) fn values(exception: NonNull<VMException>) -> NonNull<u128> {
    // SAFETY: they follow the head, in the same allocation.
    unsafe { exception.add(1).cast() }
}
