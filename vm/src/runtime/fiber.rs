//! Fibers: the stacks that continuations run on, and the chains that they form.
//! <https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md>
//!
//! A fiber is a function with a stack of its own. The running fibers, one for each active `resume`, form a chain. It
//! leads from the innermost fiber, which the `Activation` names, by `parent` to the fiber that was resumed on the stack
//! that wasm was entered on. Suspending cuts the chain behind the fiber whose `resume` handles the tag. The part cut
//! off becomes a continuation. Its innermost fiber, where execution continues, represents it.

mod account;
mod stacks;

use crate::abi::continuation::{VMContinuation, VMHandler};
use crate::abi::{Place, VMFuncRef, VMStore};
use crate::runtime::arch::Suspended;
use crate::runtime::heap::mark::Marker;
use crate::system::stable_box::StableBox;
use std::collections::HashMap;
use std::ptr::{NonNull, null_mut};
use std::sync::Arc;

use account::Account;
pub(crate) use account::INITIAL_STACK_BYTES;
pub(crate) use stacks::Stack;
use stacks::Stacks;

/// Maximum number of fibers of a store, with or without a stack.
const MAX_FIBERS: usize = 1 << 22;
/// Minimum of the fiber count that triggers a collection.
const MIN_THRESHOLD: usize = 4096;

/// The record of a fiber. Its stack is allocated when it is first resumed.
pub(crate) struct Fiber {
    pub(crate) store: *mut VMStore,
    /// The function that the fiber runs.
    pub(crate) function: *const VMFuncRef,
    /// For the innermost fiber of a continuation: the continuation object.
    pub(crate) object: *mut VMContinuation,
    /// None before the first resume.
    pub(crate) stack: Option<Stack>,
    /// Places of the function's parameters and results; set at the first resume.
    pub(crate) places: Option<Arc<Places>>,
    /// For the innermost fiber of a continuation: the saved frame at which execution continues.
    pub(crate) frame: *mut Suspended,
    /// For the innermost fiber of a continuation: the outermost fiber, at the other end of the chain.
    pub(crate) outermost: *mut Self,
    /// Bytes that the stack counts as.
    counted: usize,
    /// Bound arguments. They precede the arguments of the `resume`.
    pub(crate) bound: Vec<u128>,
    /// The fiber that resumed this one; null for the stack that wasm was entered on.
    pub(crate) parent: *mut Self,
    /// The saved frame at which the parent continues.
    pub(crate) resumer: *mut Suspended,
    /// Handler clauses of the `resume`, in a frame of the parent.
    pub(crate) handlers: *const VMHandler,
    pub(crate) clauses: usize,
}

impl Fiber {
    /// Returns the fiber that resumed this one; null for the stack that wasm was entered on.
    pub(crate) fn parent(&self) -> *mut Self {
        self.parent
    }

    /// Returns the saved frame at which the parent continues, on the parent's stack.
    pub(crate) fn resumer(&self) -> *mut Suspended {
        self.resumer
    }

    /// Returns whether an address is on this fiber's stack.
    pub(crate) fn is_on_stack(&self, address: usize) -> bool {
        self.stack.is_some_and(|stack| stack.contains(address))
    }

    /// Returns the stack; none before the first resume.
    pub(crate) fn stack(&self) -> Option<Stack> {
        self.stack
    }
}

/// Places of parameters, and places of results.
pub(crate) type Places = (Vec<Place>, Vec<Place>);

/// The fibers of a store.
pub(crate) struct Fibers {
    all: Vec<StableBox<Fiber>>,
    free: Vec<NonNull<Fiber>>,
    stacks: Stacks,
    pub(crate) account: Account,
    /// Places of parameters and results, by the number of the function type.
    pub(crate) places: HashMap<u32, Arc<Places>>,
    /// Fiber count that triggers a collection.
    collection_threshold: usize,
}

impl Default for Fibers {
    fn default() -> Self {
        let (all, free, stacks, places) = (Vec::new(), Vec::new(), Stacks::default(), HashMap::new());
        let account = Account::default();
        Self { all, free, stacks, account, places, collection_threshold: MIN_THRESHOLD }
    }
}

impl Fibers {
    /// Adds a fiber that has not been resumed yet. Returns none when there are too many.
    pub(crate) fn add(&mut self, store: *mut VMStore, function: *const VMFuncRef) -> Option<NonNull<Fiber>> {
        let fiber = match self.free.pop() {
            Some(fiber) => fiber,
            None if self.all.len() == MAX_FIBERS => return None,
            None => {
                let fiber = StableBox::new(Fiber {
                    store,
                    function,
                    object: null_mut(),
                    stack: None,
                    places: None,
                    frame: null_mut(),
                    outermost: null_mut(),
                    counted: 0,
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
        // SAFETY: no other reference to it is in use.
        let record = unsafe { &mut *fiber.as_ptr() };
        (record.function, record.outermost) = (function, fiber.as_ptr());
        Some(fiber)
    }

    /// Sets the maximum number of stacks. Existing stacks are kept.
    pub(crate) fn set_limit(&mut self, stacks: usize) {
        self.stacks.limit = stacks;
    }

    /// Allocates the stack of a fiber that has none, unless there are too many or the host has no room.
    ///
    /// # Safety
    /// The fiber must belong to this store, and nothing else may use it meanwhile.
    pub(crate) unsafe fn give_stack(&mut self, fiber: NonNull<Fiber>) {
        if let Some(stack) = self.stacks.take() {
            self.account.add(INITIAL_STACK_BYTES);
            // SAFETY: the caller's promise.
            unsafe { ((*fiber.as_ptr()).stack, (*fiber.as_ptr()).counted) = (Some(stack), INITIAL_STACK_BYTES) };
        }
    }

    /// Returns the bytes that the next fiber takes before it is first resumed.
    pub(crate) fn next_bytes(&self) -> usize {
        if self.free.is_empty() { account::RECORD_BYTES } else { 0 }
    }

    /// Returns whether the number of fibers in use triggers a collection, which may find some to be unreachable.
    pub(crate) fn is_collection_due(&self) -> bool {
        self.all.len() - self.free.len() >= self.collection_threshold
    }

    /// Frees a fiber that will never continue, and its stack.
    ///
    /// # Safety
    /// The fiber must belong to this store, and be in no chain and no continuation.
    pub(crate) unsafe fn remove(&mut self, fiber: NonNull<Fiber>) {
        // SAFETY: the caller's promise.
        let record = unsafe { &mut *fiber.as_ptr() };
        if let Some(stack) = record.stack.take() {
            self.stacks.give_back(stack);
            self.account.remove(std::mem::take(&mut record.counted));
        }
        drop(record.take_bound(&mut self.account));
        record.object = null_mut();
        self.free.push(fiber);
    }

    /// Frees the fibers of a chain.
    ///
    /// # Safety
    /// As for [`Fibers::remove`]; `outermost` must be null or the last fiber of the chain that begins with `fiber`.
    pub(crate) unsafe fn remove_chain(&mut self, mut fiber: *mut Fiber, outermost: *mut Fiber) {
        while let Some(this) = NonNull::new(fiber) {
            // SAFETY: the caller's promise.
            unsafe {
                fiber = if this.as_ptr() == outermost { null_mut() } else { this.as_ref().parent };
                self.remove(this);
            }
        }
    }

    /// Frees the fibers of unreachable continuations, and sets the next threshold.
    pub(crate) fn sweep(&mut self, is_used: impl Fn(usize) -> bool) {
        for at in 0..self.all.len() {
            let fiber = self.all[at].pointer();
            // SAFETY: a fiber with an object is the innermost fiber of a continuation.
            unsafe {
                let &Fiber { object, outermost, .. } = fiber.as_ref();
                if !object.is_null() && !is_used(object as usize) {
                    self.remove_chain(fiber.as_ptr(), outermost);
                }
            }
        }
        self.collection_threshold = (2 * (self.all.len() - self.free.len())).clamp(MIN_THRESHOLD, MAX_FIBERS);
    }
}

/// Makes `object` the continuation whose innermost fiber is `fiber`.
///
/// # Safety
/// Both must belong to one store, `fiber` must be the innermost of a chain, and neither may be in use.
pub(crate) unsafe fn attach(object: NonNull<VMContinuation>, fiber: *mut Fiber) {
    // SAFETY: the caller's promise.
    unsafe {
        (*object.as_ptr()).fiber = fiber.cast();
        (*fiber).object = object.as_ptr();
    }
}

/// Empties a continuation, and returns its innermost fiber.
///
/// # Safety
/// The continuation must not have been emptied before.
pub(crate) unsafe fn detach(object: *mut VMContinuation) -> *mut Fiber {
    // SAFETY: the caller's promise.
    unsafe {
        let fiber = std::mem::replace(&mut (*object).fiber, null_mut()).cast::<Fiber>();
        (*fiber).object = null_mut();
        fiber
    }
}

/// Marks what a continuation refers to: bound arguments, and the stacks of its fibers.
///
/// # Safety
/// The object must be a continuation.
pub(crate) unsafe fn trace(object: NonNull<u8>, marker: &mut Marker<'_>) {
    // SAFETY: guaranteed by the caller. The fibers are suspended, so all they use of a stack is at and above its saved
    // frame.
    unsafe {
        let fiber = object.cast::<VMContinuation>().as_ref().fiber.cast::<Fiber>();
        let Some(record) = fiber.as_ref() else { return };
        for &value in &record.bound {
            marker.mark_word(value as u64);
        }
        if record.stack.is_some() {
            mark_chain(marker, fiber, record.frame as usize, record.outermost);
        }
    }
}

/// Marks what the stacks of a chain refer to. The innermost stack is in use from the address `from` up.
///
/// Returns the address from which up the stack is in use on which the outermost fiber was resumed.
///
/// # Safety
/// All fibers of the chain must be suspended.
pub(crate) unsafe fn mark_chain(
    marker: &mut Marker<'_>,
    mut fiber: *mut Fiber,
    mut from: usize,
    outermost: *mut Fiber,
) -> usize {
    // SAFETY: the caller's promise.
    unsafe {
        while let Some(record) = fiber.as_ref() {
            if let Some(stack) = record.stack {
                marker.mark_words(from..stack.top());
            }
            from = record.resumer as usize;
            fiber = if fiber == outermost { null_mut() } else { record.parent };
        }
    }
    from
}
