//! From where objects are reachable.
//!
//! Compiled code keeps references where LLVM likes to: in registers and anywhere in its frames. So these are searched for
//! what may be a reference. Everything else says by its type what it holds.

use super::StoreOpaque;
use super::activation::{self, Activation};
use crate::abi::heap::VMKind;
use crate::runtime::heap::mark::Marker;
use crate::runtime::{arch, fiber};
use crate::types::{HeapType, RefType, ValType};
use std::ptr::null_mut;
use std::sync::PoisonError;

impl StoreOpaque {
    /// Marks all that is reachable at once. `stack_pointer`: registers that calls keep lie there, and whatever this thread
    /// is doing above.
    ///
    /// # Safety
    /// This thread must have the store for itself.
    pub(super) unsafe fn mark_roots(&self, marker: &mut Marker<'_>, stack_pointer: usize) {
        // SAFETY: the caller's promise.
        unsafe { self.mark_stacks(marker, stack_pointer) };
        // SAFETY: nobody writes it meanwhile.
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
            // The type of a global of the host is not known here.
            // SAFETY: it is there as long as the store, and nobody writes it meanwhile.
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
                        // SAFETY: what the segment's expressions gave, by its type references.
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

    /// # Safety
    /// As for [`StoreOpaque::mark_roots`].
    unsafe fn mark_stacks(&self, marker: &mut Marker<'_>, stack_pointer: usize) {
        let mut at = self.vm.activation.cast::<Activation>();
        // Code of the innermost activation called us, or a host function that it called did; then that may even have sent
        // the store to another thread.
        let mut from = activation::is_active(at).then_some(stack_pointer);
        while !at.is_null() {
            // SAFETY: activations lie in frames that wait for us. A host function that wasm called is called by the host
            // stub, which spills the registers that calls keep, and leaves its frame.
            unsafe {
                let activation = &*at;
                // There is such a frame only where a host function runs.
                let host = || activation.stub.host_frame - arch::HOST_FRAME;
                let mut start = from.take().unwrap_or_else(host);
                if let Some(innermost) = activation.fiber().as_ref() {
                    // If it is the host that called us, it does so on the stack that wasm was entered on, or on another.
                    if !innermost.is_on_stack(start) {
                        start = host();
                    }
                    start = fiber::mark_chain(marker, activation.fiber(), start, null_mut());
                } else if !activation.bounds.contains(start) {
                    // A host function went to a stack of its own, and calls us there.
                    start = host();
                }
                marker.mark_words(start..activation.stub.frame);
                marker.mark_word(activation.stub.exception as u64);
                at = activation.outer;
            }
        }
    }

    /// Whether a type that a module defines is one of functions.
    fn is_func_type(&self, heap: HeapType) -> bool {
        let (HeapType::Concrete(id) | HeapType::Exact(id)) = heap else { return false };
        let types = self.object_types();
        // SAFETY: numbers are those of types that the engine has.
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
