//! Collection of a store's heap: its stack, its roots, and the values of the host that it drops.

use super::StoreOpaque;
use super::activation::Activation;
use crate::abi::heap::VMType;
use crate::runtime::arch;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl StoreOpaque {
    /// Returns the engine's array of types, by number.
    pub(super) fn object_types(&self) -> *const VMType {
        self.engine.type_table()
    }

    /// Collects the heap: frees everything that is unreachable.
    pub(crate) fn collect(&mut self) {
        /// # Safety
        /// To be called by [`arch::with_registers`], with a store.
        unsafe extern "C" fn at(store: *mut u8, stack_pointer: usize) {
            // SAFETY: `with_registers` passes on the store that it gets below.
            unsafe { (*store.cast::<StoreOpaque>()).collect_below(stack_pointer) };
        }
        let store: *mut Self = self;
        // SAFETY: the store is borrowed exclusively until this returns.
        unsafe { arch::with_registers(store.cast(), at) };
    }

    /// # Safety
    /// The callee-saved registers must be stored at `stack_pointer`, above all frames of this collection.
    unsafe fn collect_below(&mut self, stack_pointer: usize) {
        let mut collection = self.heap.begin_collection(&mut self.vm.runs);
        let (types, continuation) = (self.object_types(), self.heap.trace_continuation());
        // SAFETY: neither compiled code nor the runtime makes a call before an object that it allocated is complete.
        // The store is borrowed exclusively.
        unsafe { collection.mark(types, continuation, |marker| self.mark_roots(marker, stack_pointer)) };
        self.fibers.sweep(|continuation| collection.is_marked(continuation));
        self.heap.end_collection(collection, |heap| self.fibers.measure_if_scarce(heap));
        let activation = self.vm.activation.cast::<Activation>();
        // SAFETY: activations are in frames that wait for this call, and their fibers are alive.
        let fiber = unsafe { activation.as_ref().and_then(|activation| activation.fiber().as_ref()) };
        // The stack of a continuation is too short for code of the embedder. The values then wait for the next
        // opportunity.
        if !fiber.is_some_and(|fiber| fiber.is_on_stack(stack_pointer)) {
            self.drop_values();
        }
    }

    /// Drops the values of the host that collections found to be unreachable. To be called on a stack of the host.
    pub(crate) fn drop_values(&mut self) {
        while let Some(value) = self.heap.take_dropped() {
            // `drop` is code of the embedder: it may do anything but unwind into wasm.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
                std::mem::forget(payload);
            }
        }
    }
}
