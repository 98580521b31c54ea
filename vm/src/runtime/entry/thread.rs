//! Preparation of a thread for running wasm: signal handlers, a stack for them, and the bounds of the thread's own
//! stack.
//!
//! Code may run on a foreign stack: coroutines do, and crates that grow stacks. The bounds of such a stack and its
//! guard can't be found out, because the kernel joins neighbouring mappings in its list and does not show guards of
//! some kinds. So wasm that is entered on a foreign stack runs on a separate one ([`aside`](super::aside)).

use super::signals;
use crate::error::{Error, Result};
use crate::system::reservation::Reservation;
use crate::system::stack::{Bounds, thread_stack};
use std::cell::Cell;
use std::ptr::null_mut;

/// Bytes of the stack that signal handlers run on.
const HANDLER_STACK: usize = 64 << 10;

thread_local! {
    /// The thread's own stack; [`Bounds::NONE`] until the thread is prepared.
    static STACK: Cell<Bounds> = const { Cell::new(Bounds::NONE) };
    static HANDLERS: Cell<Option<HandlerStack>> = const { Cell::new(None) };
}

/// Prepares this thread to run wasm, if that was not done before, and gives the bounds of its own stack.
///
/// # Errors
/// [`Error::Resources`] when the system refuses or the thread is ending.
#[inline]
pub(crate) fn prepare() -> Result<Bounds> {
    match STACK.with(Cell::get) {
        Bounds::NONE => first(),
        bounds => Ok(bounds),
    }
}

#[cold]
fn first() -> Result<Bounds> {
    signals::install()?;
    let stack = thread_stack()?;
    let handlers = HandlerStack::new()?;
    // A thread that is ending has released its handler stack. It can't run wasm any more, because it would not survive
    // a stack overflow.
    HANDLERS
        .try_with(|slot| slot.set(Some(handlers)))
        .map_err(|_| Error::Resources("wasm called on a thread that is ending".into()))?;
    let bounds = Bounds::new(stack);
    STACK.with(|stack| stack.set(bounds));
    Ok(bounds)
}

/// The alternate stack for this thread's signal handlers: they can't run on the thread's own stack when that has
/// overflowed.
struct HandlerStack(Reservation);

impl HandlerStack {
    fn new() -> Result<Self> {
        let failed = |e: std::io::Error| Error::Resources(format!("a stack for signal handlers: {e}"));
        // The lowest page stays inaccessible, as a guard.
        let guard = rustix::param::page_size();
        let space = Reservation::new(guard + HANDLER_STACK)?;
        space.commit(guard..guard + HANDLER_STACK).map_err(|e| failed(e.into()))?;
        let stack = libc::stack_t {
            // SAFETY: inside the reservation.
            ss_sp: unsafe { space.base().as_ptr().add(guard).cast() },
            ss_flags: 0,
            ss_size: HANDLER_STACK,
        };
        // SAFETY: the stack is committed, belongs to this value, and is withdrawn before it is unmapped.
        match unsafe { libc::sigaltstack(&raw const stack, null_mut()) } {
            0 => Ok(Self(space)),
            _ => Err(failed(std::io::Error::last_os_error())),
        }
    }
}

impl Drop for HandlerStack {
    fn drop(&mut self) {
        // The previous alternate stack is not restored: its owner, for example the start routine of Rust's threads, may
        // have unmapped it by now. The thread is ending and continues without one.
        STACK.with(|stack| stack.set(Bounds::NONE));
        // SAFETY: reads the current setting, then withdraws this stack if it is the one in use.
        unsafe {
            let mut current = std::mem::zeroed::<libc::stack_t>();
            libc::sigaltstack(std::ptr::null(), &raw mut current);
            if self.0.addresses().contains(&(current.ss_sp as usize)) {
                current.ss_flags = libc::SS_DISABLE;
                libc::sigaltstack(&raw const current, null_mut());
            }
        }
    }
}
