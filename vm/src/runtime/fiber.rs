//! Stacks that continuations run on, and how they hang together.
//! <https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md>
//!
//! A fiber is a function on a stack of its own. Those that run, one for each `resume` that waits, are a chain: from the
//! innermost, which the [`Activation`] names, by `parent` to the one that was resumed on the stack that wasm was entered
//! on. To suspend is to cut the chain behind the fiber whose `resume` handles the tag; the part cut off is a continuation,
//! known by its innermost fiber, where it goes on.

mod stacks;
pub(crate) mod switch;

use super::activation::Activation;
use super::arch::Suspended;
use super::store::StoreOpaque;
use crate::abi::VMFuncRef;
use crate::abi::stack::{VMContinuation, VMHandler};
use crate::runtime::fixed::Fixed;
use std::ptr::{NonNull, null_mut};

pub(crate) use stacks::Stack;
use stacks::Stacks;

/// Most fibers of a store, with a stack or without.
const LIMIT: usize = 1 << 22;

/// A function on a stack of its own, or one that will be.
pub(crate) struct Fiber {
    store: *mut StoreOpaque,
    /// Its function.
    function: *const VMFuncRef,
    /// None before it is resumed the first time.
    stack: Option<Stack>,
    /// Where it goes on, when it is the innermost of a continuation.
    frame: *mut Suspended,
    /// Of the innermost fiber of a continuation: the other end of the chain.
    outermost: *mut Self,
    /// Values that come before those that it is resumed with.
    bound: Vec<u128>,
    /// Who resumed it; null for the stack that wasm was entered on.
    parent: *mut Self,
    /// Where that one goes on.
    resumer: *mut Suspended,
    /// Clauses of the `resume`, in a frame of the resumer.
    handlers: *const VMHandler,
    clauses: usize,
}

impl Fiber {
    /// Who resumed it; null for the stack that wasm was entered on.
    pub(crate) fn parent(&self) -> *mut Self {
        self.parent
    }

    /// Where who resumed it goes on, on the parent's stack.
    pub(crate) fn resumer(&self) -> *mut Suspended {
        self.resumer
    }

    /// Its stack; none before it is resumed the first time.
    pub(crate) fn stack(&self) -> Option<Stack> {
        self.stack
    }
}

/// The fibers of a store.
#[derive(Default)]
pub(crate) struct Fibers {
    all: Vec<Fixed<Fiber>>,
    free: Vec<NonNull<Fiber>>,
    stacks: Stacks,
    objects: Vec<Fixed<VMContinuation>>,
}

impl Fibers {
    /// A fiber that has not begun. None when there are too many.
    fn add(&mut self, store: *mut StoreOpaque, function: *const VMFuncRef) -> Option<NonNull<Fiber>> {
        let fiber = match self.free.pop() {
            Some(fiber) => fiber,
            None if self.all.len() == LIMIT => return None,
            None => {
                let fiber = Fixed::new(Fiber {
                    store,
                    function,
                    stack: None,
                    frame: null_mut(),
                    outermost: null_mut(),
                    bound: Vec::new(),
                    parent: null_mut(),
                    resumer: null_mut(),
                    handlers: null_mut(),
                    clauses: 0,
                });
                let pointer = fiber.pointer();
                self.all.push(fiber);
                pointer
            }
        };
        // SAFETY: nobody else uses it.
        let record = unsafe { &mut *fiber.as_ptr() };
        (record.function, record.outermost) = (function, fiber.as_ptr());
        Some(fiber)
    }

    /// Takes back a fiber that will never go on, and its stack.
    ///
    /// # Safety
    /// It must be one of these, in no chain and no continuation.
    unsafe fn remove(&mut self, fiber: NonNull<Fiber>) {
        // SAFETY: the caller's promise.
        let record = unsafe { &mut *fiber.as_ptr() };
        if let Some(stack) = record.stack.take() {
            self.stacks.give_back(stack);
        }
        record.bound.clear();
        self.free.push(fiber);
    }

    /// Takes back a chain.
    ///
    /// # Safety
    /// As for [`Fibers::remove`]; `outermost` must be null or the last one of the chain that begins with `fiber`.
    unsafe fn remove_chain(&mut self, mut fiber: *mut Fiber, outermost: *mut Fiber) {
        while let Some(this) = NonNull::new(fiber) {
            // SAFETY: the caller's promise.
            unsafe {
                fiber = if this.as_ptr() == outermost { null_mut() } else { this.as_ref().parent };
                self.remove(this);
            }
        }
    }

    /// A reference to a continuation. None when there is no room.
    fn object(&mut self, type_id: u32, fiber: *mut Fiber) -> Option<NonNull<VMContinuation>> {
        let object = Fixed::new(VMContinuation { type_id, extra: 0, fiber: fiber.cast() });
        let pointer = object.pointer();
        self.objects.push(object);
        Some(pointer)
    }
}

/// Gives up what ran on stacks of its own when an activation is left from its middle.
///
/// # Safety
/// The activation must have been left, and its store be used by nobody else.
pub(crate) unsafe fn abandon(activation: &mut Activation) {
    let fiber = std::mem::replace(&mut activation.fiber, null_mut());
    if !fiber.is_null() {
        // SAFETY: the caller's promise; those that ran are in no continuation.
        unsafe { (*activation.store).fibers.remove_chain(fiber, null_mut()) };
    }
}
