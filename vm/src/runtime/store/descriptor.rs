//! Custom descriptors: how a structure says which object describes it.
//! Spec: <https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md>

use super::StoreOpaque;
use crate::abi::heap::{DESCRIPTOR, OBJECT_ALIGN};
use crate::error::{Error, Result};
use std::ptr::NonNull;

impl StoreOpaque {
    /// Fixes where descriptors are counted from. Must come before code that has to do with descriptors runs, which takes
    /// the place for unchanging.
    ///
    /// # Errors
    /// [`Error::Resources`] when there is no address space for a heap.
    pub(crate) fn fix_descriptor_base(&mut self) -> Result<()> {
        let base = self.heap.descriptor_base();
        self.vm.descriptor_base = base.ok_or_else(|| Error::Resources("no address space for objects".into()))?;
        Ok(())
    }

    /// The descriptor of a structure, if it has one.
    ///
    /// # Safety
    /// `object` must be a structure of this store.
    pub(crate) unsafe fn descriptor(&self, object: NonNull<u8>) -> Option<NonNull<u8>> {
        // SAFETY: the caller's promise: there is a header.
        let number = unsafe { object.add(DESCRIPTOR as usize).cast::<u32>().read() };
        let at = self.vm.descriptor_base + number as usize * OBJECT_ALIGN as usize;
        if number == 0 { None } else { NonNull::new(at as *mut u8) }
    }

    /// Makes `descriptor` the descriptor of `object`.
    ///
    /// # Safety
    /// Both must be structures of this store, and the type of `object` one whose descriptors are of the type of the other.
    pub(crate) unsafe fn set_descriptor(&mut self, object: NonNull<u8>, descriptor: NonNull<u8>) {
        let number = (descriptor.as_ptr() as usize - self.vm.descriptor_base) / OBJECT_ALIGN as usize;
        #[expect(clippy::cast_possible_truncation, reason = "a heap has no more cells than that")]
        // SAFETY: the caller's promise: there is a header.
        unsafe {
            object.add(DESCRIPTOR as usize).cast::<u32>().write(number as u32);
        }
    }
}
