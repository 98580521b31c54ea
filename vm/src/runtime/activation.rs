//! One entry from the host into wasm: how it begins, and how it ends when wasm does not return.

use super::backtrace;
use super::fiber::{self, Fiber};
use super::heap::handles::Rooted;
use super::store::{Pending, StoreOpaque};
use super::thread::Bounds;
use super::{arch, aside, thread};
use crate::abi::{Registers, VMException, VMFuncRef};
use crate::api::Exception;
use crate::error::{Error, Result};
use crate::trap::Trap;
use std::ptr::null_mut;

/// What is known of an entry into wasm while it lasts. Lies in the frame of [`invoke`]; the stubs write to it.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Activation {
    /// Stack pointer at the landing of the entry stub.
    pub(crate) stack_pointer: usize,
    /// Where the entry stub goes on when wasm is left.
    pub(crate) landing: usize,
    /// Frame pointer of the entry stub: the end of the chain of wasm frames.
    pub(crate) frame: usize,
    /// Frame pointer of the host stub, while a host function that wasm called is running: the start of that chain.
    pub(crate) host_frame: usize,
    /// The entry that this thread made before, and has not left.
    pub(crate) previous: *mut Self,
    /// The entry into wasm of the same store that waits for this one.
    pub(crate) outer: *mut Self,
    /// What runs on a stack of its own, and waits for a host function while one runs; null while wasm runs on the stack that
    /// it was entered on.
    pub(crate) fiber: *mut Fiber,
    /// Lowest address in use of that stack, while wasm runs on others.
    pub(crate) idle: usize,
    /// Where that stack is.
    pub(crate) bounds: Bounds,
    pub(crate) store: *mut StoreOpaque,
    /// Why wasm was left.
    pub(crate) trap: Option<Trap>,
    /// The exception that nobody caught, if that is why wasm was left.
    pub(crate) exception: *mut VMException,
}

/// Calls a function with the arguments that are in `registers` and the store's overflow area; results come back there.
///
/// # Safety
/// `store` must be [`StoreOpaque::this`] of a store that is borrowed exclusively, by a borrow that is not used meanwhile: wasm
/// and host functions change it by that pointer too. `function` must belong to it, and the arguments must be of the function's type.
pub(crate) unsafe fn invoke(
    store: *mut StoreOpaque,
    function: *const VMFuncRef,
    registers: *mut Registers,
) -> Result<()> {
    let here = (&raw const function) as usize;
    let own = thread::prepare()?;
    if own.contains(here) {
        // SAFETY: the caller's promise.
        unsafe { invoke_on(own, store, function, registers) }
    } else {
        // SAFETY: as above.
        aside::on_stack(here, |bounds| unsafe { invoke_on(bounds, store, function, registers) })
    }
}

/// Does that on the stack at hand.
///
/// # Safety
/// As for [`invoke`]; the stack must have these bounds.
unsafe fn invoke_on(
    bounds: Bounds,
    store: *mut StoreOpaque,
    function: *const VMFuncRef,
    registers: *mut Registers,
) -> Result<()> {
    let mut activation = Activation {
        stack_pointer: 0,
        landing: 0,
        frame: 0,
        host_frame: 0,
        previous: thread::innermost(),
        outer: null_mut(),
        fiber: null_mut(),
        idle: 0,
        bounds,
        store,
        trap: None,
        exception: null_mut(),
    };
    let here = &raw mut activation;
    if (here as usize) < bounds.limit {
        return Err(Trap::CallStackExhausted.into());
    }
    // SAFETY: by this function's contract. No panic unwinds from `enter`: it is carried across as a value.
    let left = unsafe {
        let vm = &raw mut (*store).vm;
        let outer = ((*vm).stack_limit, (*vm).activation);
        (*here).outer = outer.1.cast();
        (*vm).stack_limit = bounds.limit;
        (*vm).activation = here.cast();
        thread::set_innermost(here);
        let left = arch::enter((*function).code, (*function).context, registers, here);
        thread::forget(here);
        ((*vm).stack_limit, (*vm).activation) = outer;
        (*store).drop_values();
        left
    };
    if left == 0 {
        return Ok(());
    }
    arch::after_leaving();
    // SAFETY: wasm is left, so that nobody else uses the store.
    unsafe {
        fiber::abandon(&mut *here);
        if !(*here).exception.is_null() {
            return Err(Error::Exception(Exception(Rooted::new(&*store, (*here).exception as u64))));
        }
        Err(why(&mut *store, (*here).trap))
    }
}

/// Why wasm was left, as an error; a panic of a host function goes on from here.
#[cold]
fn why(store: &mut StoreOpaque, trap: Option<Trap>) -> Error {
    let (trap, trace) = match store.pending.take() {
        Some(Pending::Panic(payload)) => std::panic::resume_unwind(payload),
        Some(Pending::Error(Error::Trap { trap, backtrace })) if backtrace.frames.is_empty() => (trap, &store.trace),
        Some(Pending::Error(Error::Host { source, backtrace })) if backtrace.frames.is_empty() => {
            return Error::Host { source, backtrace: backtrace::resolve(&store.trace) };
        }
        Some(Pending::Error(error)) => return error,
        None => (trap.expect("whoever leaves wasm says why"), &store.trace),
    };
    Error::Trap { trap, backtrace: backtrace::resolve(trace) }
}

/// Ends the innermost activation of `store` from a host function that failed. Gives the activation, for the host stub to
/// leave to.
///
/// # Safety
/// `store` must be running a host function that this thread called through the host stub.
pub(crate) unsafe fn fail(store: *mut StoreOpaque, pending: Pending) -> *mut Activation {
    // SAFETY: the activation lies in a frame of `invoke` further up this stack; the host function has returned, so that
    // nobody else uses the store.
    unsafe {
        let activation = (*store).vm.activation.cast::<Activation>();
        (*activation).trap = Some(Trap::Host);
        (*store).pending = Some(pending);
        backtrace::capture(&mut (*store).trace, &*activation, None, (*activation).host_frame);
        activation
    }
}

/// The end of a thread's chain of activations.
pub(crate) const NONE: *mut Activation = null_mut();
