//! Activations: entries from the host into wasm that have not returned yet, and the list of them that each thread has.

use super::StoreOpaque;
use crate::runtime::arch::StubState;
use crate::runtime::fiber::Fiber;
use crate::system::stack::Bounds;
use crate::trap::Trap;
use std::cell::Cell;
use std::ptr::null_mut;

/// One entry from the host into wasm, while it lasts. Lies in the frame of [`invoke`](crate::runtime::entry::invoke::invoke).
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Activation {
    /// What the stubs read and write. First, so that a pointer to it is one to the whole.
    pub(crate) stub: StubState,
    /// The entry that this thread made before, and has not left.
    pub(crate) previous: *mut Self,
    /// The entry into wasm of the same store that waits for this one.
    pub(crate) outer: *mut Self,
    /// Bounds of the stack that wasm was entered on.
    pub(crate) bounds: Bounds,
    pub(crate) store: *mut StoreOpaque,
    /// Why wasm was left.
    pub(crate) trap: Option<Trap>,
}

impl Activation {
    /// The fiber that runs, or that waits for a host function; null while wasm runs on the stack that it was entered on.
    pub(crate) fn fiber(&self) -> *mut Fiber {
        self.stub.fiber.cast()
    }
}

/// The end of a thread's list of activations.
const NONE: *mut Activation = null_mut();

thread_local! {
    /// The innermost activation. A plain cell, initialised by a constant, so that the signal handler may read it.
    static INNERMOST: Cell<*mut Activation> = const { Cell::new(NONE) };
}

/// The innermost activation of this thread, null if there is none. Async-signal-safe.
#[inline]
pub(crate) fn innermost() -> *mut Activation {
    INNERMOST.with(Cell::get)
}

/// Whether an activation is one of this thread.
pub(crate) fn is_active(activation: *const Activation) -> bool {
    let mut at = innermost();
    while !at.is_null() && !std::ptr::eq(at, activation) {
        // SAFETY: activations lie in frames of this thread that wait for the inner ones.
        at = unsafe { (*at).previous };
    }
    !at.is_null()
}

#[inline]
pub(crate) fn set_innermost(activation: *mut Activation) {
    INNERMOST.with(|innermost| innermost.set(activation));
}

/// Takes an activation that was left out of this thread's list. It is not the innermost one if it was left on a coroutine
/// while wasm waits on others that were entered later.
pub(crate) fn unlink(activation: *mut Activation) {
    // SAFETY: activations lie in frames that wait, up to the one that is being left.
    unsafe {
        let previous = (*activation).previous;
        let mut at = innermost();
        if at == activation {
            return set_innermost(previous);
        }
        while !at.is_null() {
            let next = &raw mut (*at).previous;
            if *next == activation {
                *next = previous;
                return;
            }
            at = *next;
        }
    }
}

/// Makes an activation of this thread the innermost again: wasm goes on in it, perhaps on another coroutine than the last
/// time that a host function returned.
#[inline]
pub(crate) fn reactivate(activation: *mut Activation) {
    if innermost() != activation {
        unlink(activation);
        // SAFETY: it waits for a host function that returns to it now.
        unsafe { (*activation).previous = innermost() };
        set_innermost(activation);
    }
}
