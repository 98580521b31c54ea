//! Collecting the heap of a store: when it happens on which stack, and what is dropped afterwards.

use super::StoreOpaque;
use super::activation::Activation;
use crate::abi::heap::VMType;
use crate::runtime::arch;
use std::panic::{AssertUnwindSafe, catch_unwind};

impl StoreOpaque {
    /// The engine's array of types, by their numbers.
    pub(super) fn object_types(&self) -> *const VMType {
        self.engine.type_table()
    }

    /// Takes back what nothing refers to.
    pub(crate) fn collect(&mut self) {
        /// # Safety
        /// For [`arch::with_registers`] with a store.
        unsafe extern "C" fn at(store: *mut u8, stack_pointer: usize) {
            // SAFETY: `with_registers` hands on what it got, below.
            unsafe { (*store.cast::<StoreOpaque>()).collect_below(stack_pointer) };
        }
        let store: *mut Self = self;
        // SAFETY: the store is borrowed exclusively until this returns.
        unsafe { arch::with_registers(store.cast(), at) };
    }

    /// # Safety
    /// Registers that calls keep must lie at `stack_pointer`, above all that this collection itself has there.
    unsafe fn collect_below(&mut self, stack_pointer: usize) {
        let mut collection = self.heap.begin_collection(&mut self.vm.runs);
        let (types, continuation) = (self.object_types(), self.heap.trace_continuation());
        // SAFETY: compiled code makes no call before an object that it allocated is complete, and neither does the runtime. The
        // store is borrowed exclusively.
        unsafe { collection.mark(types, continuation, |marker| self.mark_roots(marker, stack_pointer)) };
        self.fibers.sweep(|continuation| collection.is_marked(continuation));
        self.heap.end_collection(collection, |heap| self.fibers.measure_if_scarce(heap));
        let activation = self.vm.activation.cast::<Activation>();
        // SAFETY: activations lie in frames that wait for us, and what runs in them is alive.
        let fiber = unsafe { activation.as_ref().and_then(|activation| activation.fiber().as_ref()) };
        // A continuation's stack is too short for the embedder's code: that waits for the next chance.
        if !fiber.is_some_and(|fiber| fiber.is_on_stack(stack_pointer)) {
            self.drop_values();
        }
    }

    /// Drops what collections have found to be in use no more. To be called on a stack of the host.
    pub(crate) fn drop_values(&mut self) {
        while let Some(value) = self.heap.take_dropped() {
            // The embedder's code, which may do as it likes, but not unwind into wasm.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
                std::mem::forget(payload);
            }
        }
    }
}
