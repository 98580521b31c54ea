//! Stacks that continuations run on, and how they hang together.
//! <https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md>
//!
//! A fiber is a function on a stack of its own. Those that run, one for each `resume` that waits, are a chain: from the
//! innermost, which the [`Activation`] names, by `parent` to the one that was resumed on the stack that wasm was entered
//! on. To suspend is to cut the chain behind the fiber whose `resume` handles the tag; the part cut off is a continuation,
//! known by its innermost fiber, where it goes on.

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

/// Most fibers of a store, with a stack or without.
const MAX_FIBERS: usize = 1 << 22;
/// So many fibers in use are no reason to collect.
const MIN_THRESHOLD: usize = 4096;

/// A function on a stack of its own, or one that will be.
pub(crate) struct Fiber {
    pub(crate) store: *mut VMStore,
    /// Its function.
    pub(crate) function: *const VMFuncRef,
    /// Of the innermost fiber of a continuation: that.
    pub(crate) object: *mut VMContinuation,
    /// None before it is resumed the first time.
    pub(crate) stack: Option<Stack>,
    /// Where the function's values travel; from the first time on.
    pub(crate) places: Option<Arc<Places>>,
    /// Where it goes on, when it is the innermost of a continuation.
    pub(crate) frame: *mut Suspended,
    /// Of the innermost fiber of a continuation: the other end of the chain.
    pub(crate) outermost: *mut Self,
    /// Bytes that its stack counts as.
    counted: usize,
    /// Values that come before those that it is resumed with.
    pub(crate) bound: Vec<u128>,
    /// Who resumed it; null for the stack that wasm was entered on.
    pub(crate) parent: *mut Self,
    /// Where that one goes on.
    pub(crate) resumer: *mut Suspended,
    /// Clauses of the `resume`, in a frame of the resumer.
    pub(crate) handlers: *const VMHandler,
    pub(crate) clauses: usize,
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

    /// Whether an address lies on its stack.
    pub(crate) fn is_on_stack(&self, address: usize) -> bool {
        self.stack.is_some_and(|stack| stack.contains(address))
    }

    /// Its stack; none before it is resumed the first time.
    pub(crate) fn stack(&self) -> Option<Stack> {
        self.stack
    }
}

/// Places of parameters and of results.
pub(crate) type Places = (Vec<Place>, Vec<Place>);

/// The fibers of a store.
pub(crate) struct Fibers {
    all: Vec<StableBox<Fiber>>,
    free: Vec<NonNull<Fiber>>,
    stacks: Stacks,
    pub(crate) account: Account,
    /// By the numbers of function types.
    pub(crate) places: HashMap<u32, Arc<Places>>,
    /// When so many fibers are in use, it is time to find out whether they are.
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
    /// A fiber that has not begun. None when there are too many.
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
        // SAFETY: nobody else uses it.
        let record = unsafe { &mut *fiber.as_ptr() };
        (record.function, record.outermost) = (function, fiber.as_ptr());
        Some(fiber)
    }

    /// Sets how many stacks there may be. Those that there are stay.
    pub(crate) fn set_limit(&mut self, stacks: usize) {
        self.stacks.limit = stacks;
    }

    /// Gives a fiber that has none a stack, unless there are too many or the host has no room.
    ///
    /// # Safety
    /// It must be one of these, and nobody else use it.
    pub(crate) unsafe fn give_stack(&mut self, fiber: NonNull<Fiber>) {
        if let Some(stack) = self.stacks.take() {
            self.account.add(INITIAL_STACK_BYTES);
            // SAFETY: the caller's promise.
            unsafe { ((*fiber.as_ptr()).stack, (*fiber.as_ptr()).counted) = (Some(stack), INITIAL_STACK_BYTES) };
        }
    }

    /// Bytes that the next fiber takes before it begins.
    pub(crate) fn next_bytes(&self) -> usize {
        if self.free.is_empty() { account::RECORD_BYTES } else { 0 }
    }

    /// Whether so many are in use that it is time to find out whether they are.
    pub(crate) fn is_collection_due(&self) -> bool {
        self.all.len() - self.free.len() >= self.collection_threshold
    }

    /// Takes back a fiber that will never go on, and its stack.
    ///
    /// # Safety
    /// It must be one of these, in no chain and no continuation.
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

    /// Takes back a chain.
    ///
    /// # Safety
    /// As for [`Fibers::remove`]; `outermost` must be null or the last one of the chain that begins with `fiber`.
    pub(crate) unsafe fn remove_chain(&mut self, mut fiber: *mut Fiber, outermost: *mut Fiber) {
        while let Some(this) = NonNull::new(fiber) {
            // SAFETY: the caller's promise.
            unsafe {
                fiber = if this.as_ptr() == outermost { null_mut() } else { this.as_ref().parent };
                self.remove(this);
            }
        }
    }

    /// Takes back the fibers of continuations that are not in use.
    pub(crate) fn sweep(&mut self, is_used: impl Fn(usize) -> bool) {
        for at in 0..self.all.len() {
            let fiber = self.all[at].pointer();
            // SAFETY: what has an object is the innermost fiber of a continuation.
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

/// Makes an object the continuation that goes on with `fiber`.
///
/// # Safety
/// Both must be of one store, the fiber be the innermost of a chain, and neither in use.
pub(crate) unsafe fn attach(object: NonNull<VMContinuation>, fiber: *mut Fiber) {
    // SAFETY: the caller's promise.
    unsafe {
        (*object.as_ptr()).fiber = fiber.cast();
        (*fiber).object = object.as_ptr();
    }
}

/// Empties a continuation.
///
/// # Safety
/// It must be one that was not emptied before.
pub(crate) unsafe fn detach(object: *mut VMContinuation) -> *mut Fiber {
    // SAFETY: the caller's promise.
    unsafe {
        let fiber = std::mem::replace(&mut (*object).fiber, null_mut()).cast::<Fiber>();
        (*fiber).object = null_mut();
        fiber
    }
}

/// Marks what a continuation refers to: what lies on the stacks that it goes on with.
///
/// # Safety
/// The object must be a continuation.
pub(crate) unsafe fn trace(object: NonNull<u8>, marker: &mut Marker<'_>) {
    // SAFETY: the caller's promise. The stacks wait, so that all of them lies above their frames.
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

/// Marks what lies on the stacks of a chain, the innermost of which is in use from an address on. Gives the address from
/// which on the stack is in use on which the outermost was resumed.
///
/// # Safety
/// The chain must wait.
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
