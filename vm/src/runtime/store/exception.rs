//! Exceptions: objects of the heap that the system unwinder propagates.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances>

use super::StoreOpaque;
use crate::abi::heap::HEADER_EXCEPTION;
use crate::abi::{EXCEPTION_VALUES, SLOT, VMException, VMTag};
use crate::runtime::arch::unwind;
use crate::runtime::code::image::CodeImage;
use std::ptr::NonNull;

impl StoreOpaque {
    /// Allocates an exception with room for `values` values, which are zeros. May collect: see
    /// [`StoreOpaque::allocate`]. Returns none when there is no memory.
    ///
    /// # Safety
    /// `tag` must be a tag of this store, with so many parameters.
    pub(crate) unsafe fn new_exception(&mut self, tag: NonNull<VMTag>, values: usize) -> Option<NonNull<VMException>> {
        let count = u32::try_from(values).ok()?;
        self.make_unwindable();
        let bytes = u64::from(EXCEPTION_VALUES) + u64::from(count) * u64::from(SLOT);
        // SAFETY: these are the bytes of an exception with so many values.
        let exception = unsafe { self.allocate(HEADER_EXCEPTION, bytes, count) }?.cast::<VMException>();
        // SAFETY: allocated just now, with room for both.
        unsafe {
            (*exception.as_ptr()).tag = tag.as_ptr();
            (*exception.as_ptr()).unwind = [unwind::CLASS, 0, 0, 0];
        }
        Some(exception)
    }

    /// Registers the code of all instances with the unwinder. Any of it may be on the stack when an exception is
    /// thrown, and no other code. This waits for the first exception: the more code is registered, the longer throws of
    /// other stores take.
    fn make_unwindable(&mut self) {
        if !self.has_thrown {
            self.has_thrown = true;
            for instance in &self.instances {
                // SAFETY: instances live as long as their store.
                unsafe { instance.pointer().as_ref() }.module.code().make_unwindable();
            }
        }
    }

    /// Registers the code of a new instance with the unwinder, if the store had an exception before.
    pub(crate) fn register_code_if_throwing(&self, code: &CodeImage) {
        if self.has_thrown {
            code.make_unwindable();
        }
    }
}

/// Returns a pointer to the values of an exception.
///
/// # Safety
/// `exception` must be an exception.
pub(crate) unsafe fn values(exception: NonNull<VMException>) -> NonNull<u128> {
    // SAFETY: guaranteed by the caller. The values follow the head, in the same allocation.
    unsafe { exception.add(1).cast() }
}
