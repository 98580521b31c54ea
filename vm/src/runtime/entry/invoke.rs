//! Calls from the host to wasm: how an activation begins, and how it ends when wasm does not return.

use super::{aside, thread};
use crate::abi::{Registers, VMFuncRef};
use crate::error::{Error, Result};
use crate::rooted::{Exception, Rooted};
use crate::runtime::arch::{self, StubState};
use crate::runtime::store::activation::{self, Activation};
use crate::runtime::store::{Pending, StoreOpaque};
use crate::system::stack::Bounds;
use crate::trap::Trap;
use std::ptr::null_mut;

/// Calls a function. Arguments are in `registers` and the store's overflow area; results are put there too.
///
/// # Safety
/// `store` must be [`StoreOpaque::this`] of a store that is borrowed exclusively. That borrow must not be used during
/// the call, because wasm and host functions change the store through this pointer. `function` must belong to the
/// store, and the arguments must be of the function's type.
///
/// # Errors
/// [`Error::Trap`], [`Error::Exception`], or the error of a host function, when wasm does not return;
/// [`Error::Resources`] when the thread can't be prepared to run wasm.
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

/// Calls a function on the current stack.
///
/// # Safety
/// As for [`invoke`]. `bounds` must be those of the current stack.
unsafe fn invoke_on(
    bounds: Bounds,
    store: *mut StoreOpaque,
    function: *const VMFuncRef,
    registers: *mut Registers,
) -> Result<()> {
    let stub = StubState {
        stack_pointer: 0,
        landing: 0,
        frame: 0,
        host_frame: 0,
        fiber: null_mut(),
        idle: 0,
        registers: null_mut(),
        exception: null_mut(),
    };
    let previous = activation::innermost();
    let mut activation = Activation { stub, previous, outer: null_mut(), bounds, store, trap: None };
    let here = &raw mut activation;
    if (here as usize) < bounds.limit {
        return Err(Trap::CallStackExhausted.into());
    }
    // SAFETY: the contract of this function. No panic unwinds from `enter`: `dispatch` catches panics and passes them
    // on as values.
    let left = unsafe {
        let vm = &raw mut (*store).vm;
        let outer = ((*vm).stack_limit, (*vm).activation);
        (*here).outer = outer.1.cast();
        (*vm).stack_limit = bounds.limit;
        (*vm).activation = here.cast();
        activation::set_innermost(here);
        let left = arch::enter((*function).code, (*function).context, registers, here.cast());
        activation::unlink(here);
        ((*vm).stack_limit, (*vm).activation) = outer;
        (*store).drop_values();
        left
    };
    if left == 0 {
        return Ok(());
    }
    arch::after_leaving();
    // SAFETY: wasm was left, so nothing else uses the store.
    unsafe {
        abandon(&mut *here);
        if !(*here).stub.exception.is_null() {
            return Err(Error::Exception(Exception(Rooted::new(&*store, (*here).stub.exception as u64))));
        }
        Err(why(&mut *store, (*here).trap))
    }
}

/// Frees the fibers that ran when an activation was left without returning.
///
/// # Safety
/// The activation must have been left, and nothing else may use its store.
unsafe fn abandon(activation: &mut Activation) {
    let fiber = activation.fiber();
    activation.stub.fiber = null_mut();
    if !fiber.is_null() {
        // SAFETY: the caller's promise. Fibers that ran belong to no continuation.
        unsafe { (*activation.store).fibers.remove_chain(fiber, null_mut()) };
    }
}

/// The reason why wasm was left, as an error. The panic of a host function continues to unwind from here.
#[cold]
fn why(store: &mut StoreOpaque, trap: Option<Trap>) -> Error {
    let (trap, trace) = match store.pending.take() {
        Some(Pending::Panic(payload)) => std::panic::resume_unwind(payload),
        Some(Pending::Error(Error::Trap { trap, backtrace })) if backtrace.frames.is_empty() => (trap, &store.trace),
        Some(Pending::Error(Error::Host { source, backtrace })) if backtrace.frames.is_empty() => {
            return Error::Host { source, backtrace: store.trace.resolve() };
        }
        Some(Pending::Error(error)) => return error,
        None => (trap.expect("every exit from wasm records its reason"), &store.trace),
    };
    Error::Trap { trap, backtrace: trace.resolve() }
}
