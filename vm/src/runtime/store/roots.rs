//! Roots: where marking starts.
//!
//! Compiled code keeps references wherever LLVM puts them: in registers and anywhere in its frames. So registers and
//! frames are scanned conservatively, word by word. Everything else has a type that says what it holds.

use super::StoreOpaque;
use super::activation::{self, Activation};
use crate::abi::heap::VMKind;
use crate::runtime::heap::mark::Marker;
use crate::runtime::{arch, fiber};
use crate::types::{HeapType, RefType, ValType};
use std::ptr::null_mut;
use std::sync::PoisonError;

impl StoreOpaque {
    /// Marks all objects that roots refer to. At `stack_pointer` and above are the callee-saved registers and the
    /// frames of this thread.
    ///
    /// # Safety
    /// This thread must have exclusive access to the store.
    pub(super) unsafe fn mark_roots(&self, marker: &mut Marker<'_>, stack_pointer: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.mark_stacks(marker, stack_pointer) };
        // SAFETY: the overflow area is not written meanwhile.
        for &slot in unsafe { &*self.vm.overflow.get() } {
            marker.mark_word(low(slot));
        }
        let handles = self.handles.lock().unwrap_or_else(PoisonError::into_inner);
        let held = handles.references().chain(self.heap.owned.references());
        for reference in held.chain(self.heap.temporaries.iter().copied()) {
            // SAFETY: the host, and the runtime while it allocates, hold references of this store.
            unsafe { marker.mark_reference(reference) };
        }
        for cell in &self.globals {
            // The type of a global of the host is not known here, so its value is scanned as a word.
            // SAFETY: the cell lives as long as the store, and is not written meanwhile.
            marker.mark_word(low(unsafe { cell.pointer().as_ref() }.0));
        }
        for instance in &self.instances {
            // SAFETY: as above; instances are only read.
            let instance = unsafe { instance.pointer().as_ref() };
            let description = instance.description();
            for (ty, index) in description.globals.iter().zip(0..).skip(description.global_imports as usize) {
                if let ValType::Ref(ty) = ty.content
                    && !is_func(ty)
                {
                    // SAFETY: the cell is part of the instance's context, and holds a reference.
                    unsafe { marker.mark_reference(low(instance.global(index).cast::<u128>().read())) };
                }
            }
            for (segment, values) in description.elements.iter().zip(&instance.element_values) {
                if !is_func(segment.ty) {
                    for &reference in &*values.borrow() {
                        // SAFETY: the values of the segment's expressions are references, by the segment's type.
                        unsafe { marker.mark_reference(reference) };
                    }
                }
            }
        }
        for table in &self.tables {
            // SAFETY: as above.
            let table = unsafe { table.pointer().as_ref() };
            if !is_func(table.ty.element) && !self.is_func_type(table.ty.element.heap) {
                for &reference in table.elements() {
                    // SAFETY: elements of a table of this store.
                    unsafe { marker.mark_reference(reference) };
                }
            }
        }
    }

    /// Marks all objects that the stacks of threads and fibers refer to.
    ///
    /// # Safety
    /// As for [`StoreOpaque::mark_roots`].
    unsafe fn mark_stacks(&self, marker: &mut Marker<'_>, stack_pointer: usize) {
        let mut at = self.vm.activation.cast::<Activation>();
        // Either code of the innermost activation called the collector, or a host function that this code called did.
        // The host function may even have sent the store to another thread.
        let mut from = activation::is_active(at).then_some(stack_pointer);
        while !at.is_null() {
            // SAFETY: activations are in frames that wait for this call. Wasm calls a host function through the host
            // stub, which spills the callee-saved registers and records its frame.
            unsafe {
                let activation = &*at;
                // That frame exists only while a host function runs.
                let host = || activation.stub.host_frame - arch::HOST_FRAME;
                let mut start = from.take().unwrap_or_else(host);
                if let Some(innermost) = activation.fiber().as_ref() {
                    // A host function that collects runs on the stack that wasm was entered on, or on another, but not
                    // on a fiber.
                    if !innermost.is_on_stack(start) {
                        start = host();
                    }
                    start = fiber::mark_chain(marker, activation.fiber(), start, null_mut());
                } else if !activation.bounds.contains(start) {
                    // The host function switched to a stack of its own and collects from there.
                    start = host();
                }
                marker.mark_words(start..activation.stub.frame);
                marker.mark_word(activation.stub.exception as u64);
                at = activation.outer;
            }
        }
    }

    /// Returns whether a heap type is a function type that a module defines.
    fn is_func_type(&self, heap: HeapType) -> bool {
        let (HeapType::Concrete(id) | HeapType::Exact(id)) = heap else { return false };
        let types = self.object_types();
        // SAFETY: the numbers are those of types that the engine has.
        !types.is_null() && unsafe { (*types.add(id as usize)).kind } == VMKind::Func
    }
}

fn is_func(ty: RefType) -> bool {
    matches!(ty.heap, HeapType::Func | HeapType::NoFunc)
}

#[expect(clippy::cast_possible_truncation, reason = "references have 64 bits")]
fn low(slot: u128) -> u64 {
    slot as u64
}
