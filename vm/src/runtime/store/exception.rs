//! Exceptions: objects of the heap that the system unwinder carries.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances>

use super::StoreOpaque;
use crate::abi::heap::HEADER_EXCEPTION;
use crate::abi::{EXCEPTION_VALUES, SLOT, VMException, VMTag};
use crate::runtime::arch::unwind;
use crate::runtime::code::image::CodeImage;
use std::ptr::NonNull;

impl StoreOpaque {
    /// An exception with room for `values` values, which are zeros. May collect, as [`StoreOpaque::allocate`] says. None when
    /// there is no memory.
    ///
    /// # Safety
    /// The tag must be one of this store, with so many parameters.
    pub(crate) unsafe fn new_exception(&mut self, tag: NonNull<VMTag>, values: usize) -> Option<NonNull<VMException>> {
        let count = u32::try_from(values).ok()?;
        self.make_unwindable();
        let bytes = u64::from(EXCEPTION_VALUES) + u64::from(count) * u64::from(SLOT);
        // SAFETY: the bytes are those of an exception with so many values.
        let exception = unsafe { self.allocate(HEADER_EXCEPTION, bytes, count) }?.cast::<VMException>();
        // SAFETY: made just now, with room for this.
        unsafe {
            (*exception.as_ptr()).tag = tag.as_ptr();
            (*exception.as_ptr()).unwind = [unwind::CLASS, 0, 0, 0];
        }
        Some(exception)
    }

    /// Registers the code of all instances with the unwinder: any of it may be on the stack when an exception is thrown, and
    /// no other. Not before there is an exception: the more code is registered, the longer throws of other stores take.
    fn make_unwindable(&mut self) {
        if !self.has_thrown {
            self.has_thrown = true;
            for instance in &self.instances {
                // SAFETY: instances live as long as their store.
                unsafe { instance.pointer().as_ref() }.module.code().make_unwindable();
            }
        }
    }

    /// To be told of each instance that is new.
    pub(crate) fn register_code_if_throwing(&self, code: &CodeImage) {
        if self.has_thrown {
            code.make_unwindable();
        }
    }
}

/// Where the values of an exception lie.
///
/// # Safety
/// It must be one.
pub(crate) unsafe fn values(exception: NonNull<VMException>) -> NonNull<u128> {
    // SAFETY: the caller's promise; they follow the head, in the same allocation.
    unsafe { exception.add(1).cast() }
}
