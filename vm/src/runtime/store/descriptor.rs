//! Custom descriptors: how a structure refers to the object that describes it.
//! Spec: <https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md>

use super::StoreOpaque;
use crate::abi::heap::{DESCRIPTOR, OBJECT_ALIGN};
use crate::error::{Error, Result};
use std::ptr::NonNull;

impl StoreOpaque {
    /// Sets the address from which descriptors are numbered. To be called before code that uses descriptors runs, since
    /// that code assumes that the address never changes.
    ///
    /// # Errors
    /// [`Error::Resources`] when there is no address space for a heap.
    pub(crate) fn fix_descriptor_base(&mut self) -> Result<()> {
        let base = self.heap.descriptor_base();
        self.vm.descriptor_base = base.ok_or_else(|| Error::Resources("no address space for objects".into()))?;
        Ok(())
    }

    /// Returns the descriptor of a structure, if it has one.
    ///
    /// # Safety
    /// `object` must be a structure of this store.
    pub(crate) unsafe fn descriptor(&self, object: NonNull<u8>) -> Option<NonNull<u8>> {
        // SAFETY: guaranteed by the caller: a structure has a header.
        let number = unsafe { object.add(DESCRIPTOR as usize).cast::<u32>().read() };
        let at = self.vm.descriptor_base + number as usize * OBJECT_ALIGN as usize;
        if number == 0 { None } else { NonNull::new(at as *mut u8) }
    }

    /// Sets the descriptor of a structure.
    ///
    /// # Safety
    /// Both must be structures of this store, and the type of `descriptor` must be the descriptor type of the type of
    /// `object`.
    pub(crate) unsafe fn set_descriptor(&mut self, object: NonNull<u8>, descriptor: NonNull<u8>) {
        let number = (descriptor.as_ptr() as usize - self.vm.descriptor_base) / OBJECT_ALIGN as usize;
        #[expect(clippy::cast_possible_truncation, reason = "a heap has fewer than 2^32 cells")]
        // SAFETY: guaranteed by the caller: a structure has a header.
        unsafe {
            object.add(DESCRIPTOR as usize).cast::<u32>().write(number as u32);
        }
    }
}
