//! Exceptions of a store.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#exception-instances>

use super::fixed::Fixed;
use super::image::CodeImage;
use super::instance::InstanceData;
use super::unwind;
use crate::abi::{EXCEPTION_VALUES, SLOT, VMException, VMTag};
use std::alloc::{Layout, alloc, dealloc};
use std::collections::HashMap;
use std::ptr::NonNull;

/// Most bytes that the exceptions of a store may take: as long as there is no collector, those that a reference was taken
/// of stay until the store is dropped.
const LIMIT: usize = 1 << 30;

/// All exceptions of a store. One that is caught by value is used again; one that a reference was taken of lives as long
/// as the store.
#[derive(Default)]
pub(crate) struct Exceptions {
    /// Whether there was one ever, and so the code of every instance is known to the unwinder.
    expected: bool,
    all: Vec<(NonNull<VMException>, Layout)>,
    bytes: usize,
    /// Those that nothing refers to, by their number of values.
    free: HashMap<usize, Vec<NonNull<VMException>>>,
}

impl Exceptions {
    /// An exception with room for `values` values. None when there is no memory. `instances` are those of the store: code
    /// of all of them may be on the stack when it is thrown, now or later, and no other.
    pub(crate) fn add(
        &mut self,
        instances: &[Fixed<InstanceData>],
        tag: NonNull<VMTag>,
        values: usize,
    ) -> Option<NonNull<VMException>> {
        if !self.expected {
            self.expected = true;
            for instance in instances {
                // SAFETY: instances live as long as their store.
                unsafe { instance.pointer().as_ref() }.module.code().make_unwindable();
            }
        }
        let head = VMException {
            unwind: [unwind::CLASS, 0, 0, 0],
            tag: tag.as_ptr(),
            escaped: 0,
            values: u32::try_from(values).ok()?,
        };
        let pointer = match self.free.get_mut(&values).and_then(Vec::pop) {
            Some(pointer) => pointer,
            None => self.allocate(values)?,
        };
        // SAFETY: allocated with this layout; nothing refers to it.
        unsafe { pointer.write(head) };
        Some(pointer)
    }

    /// To be told of each instance of the store that is new.
    pub(crate) fn expect_from(&self, code: &CodeImage) {
        if self.expected {
            code.make_unwindable();
        }
    }

    fn allocate(&mut self, values: usize) -> Option<NonNull<VMException>> {
        let size = EXCEPTION_VALUES as usize + values * SLOT as usize;
        if self.bytes + size > LIMIT {
            return None;
        }
        let layout = Layout::from_size_align(size, align_of::<VMException>()).ok()?;
        // SAFETY: the size is not zero.
        let pointer = NonNull::new(unsafe { alloc(layout) })?.cast();
        self.all.push((pointer, layout));
        self.bytes += size;
        Some(pointer)
    }

    /// Takes back what nothing refers to, unless a reference was taken.
    ///
    /// # Safety
    /// `exception` must be one of these, and not be used any more if it did not escape.
    pub(crate) unsafe fn recycle(&mut self, exception: *mut VMException) {
        // SAFETY: the caller's promise.
        let &VMException { escaped, values, .. } = unsafe { &*exception };
        if let Some(exception) = NonNull::new(exception)
            && escaped == 0
        {
            self.free.entry(values as usize).or_default().push(exception);
        }
    }
}

impl Drop for Exceptions {
    fn drop(&mut self) {
        for (pointer, layout) in &self.all {
            // SAFETY: allocated with this layout, freed once.
            unsafe { dealloc(pointer.as_ptr().cast(), *layout) };
        }
    }
}

/// Where the values of an exception lie.
pub(crate) fn values(exception: NonNull<VMException>) -> NonNull<u128> {
    // SAFETY: they follow the head, in the same allocation.
    unsafe { exception.add(1).cast() }
}
