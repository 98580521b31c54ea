//! Activations: active entries from the host into wasm, and each thread's list of them.

use super::StoreOpaque;
use crate::runtime::arch::StubState;
use crate::runtime::fiber::Fiber;
use crate::system::stack::Bounds;
use crate::trap::Trap;
use std::cell::Cell;
use std::ptr::null_mut;

/// The record of one active entry from the host into wasm, in the frame of
/// [`invoke`](crate::runtime::entry::invoke::invoke).
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Activation {
    /// The state that stubs read and write. First, so that a pointer to it is also a pointer to the whole.
    pub(crate) stub: StubState,
    /// The previous activation of this thread.
    pub(crate) previous: *mut Self,
    /// The previous activation of the same store, which waits for this one.
    pub(crate) outer: *mut Self,
    /// Bounds of the stack that wasm was entered on.
    pub(crate) bounds: Bounds,
    pub(crate) store: *mut StoreOpaque,
    /// The trap with which wasm was left.
    pub(crate) trap: Option<Trap>,
}

impl Activation {
    /// Returns the fiber that runs, or that waits for a host function; null while wasm runs on the stack that it was
    /// entered on.
    pub(crate) fn fiber(&self) -> *mut Fiber {
        self.stub.fiber.cast()
    }
}

/// The end of a thread's list of activations.
const NONE: *mut Activation = null_mut();

thread_local! {
    /// The innermost activation. A plain cell with a constant initial value, so that the signal handler may read it.
    static INNERMOST: Cell<*mut Activation> = const { Cell::new(NONE) };
}

/// Returns the innermost activation of this thread; null if there is none. Async-signal-safe.
#[inline]
pub(crate) fn innermost() -> *mut Activation {
    INNERMOST.with(Cell::get)
}

/// Returns whether an activation is in this thread's list.
pub(crate) fn is_active(activation: *const Activation) -> bool {
    let mut at = innermost();
    while !at.is_null() && !std::ptr::eq(at, activation) {
        // SAFETY: activations are in frames of this thread, which wait for the inner ones.
        at = unsafe { (*at).previous };
    }
    !at.is_null()
}

#[inline]
pub(crate) fn set_innermost(activation: *mut Activation) {
    INNERMOST.with(|innermost| innermost.set(activation));
}

/// Removes an activation that was left from this thread's list. It may not be the innermost one: it may have been left
/// on a coroutine, while wasm waits on other coroutines that were entered later.
pub(crate) fn unlink(activation: *mut Activation) {
    // SAFETY: activations are in frames that wait, up to the one that is being left.
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

/// Makes an activation of this thread the innermost again when a host function returns to it, perhaps on another
/// coroutine than the last host function that returned.
#[inline]
pub(crate) fn reactivate(activation: *mut Activation) {
    if innermost() != activation {
        unlink(activation);
        // SAFETY: the activation waits for a host function, which returns to it now.
        unsafe { (*activation).previous = innermost() };
        set_innermost(activation);
    }
}
