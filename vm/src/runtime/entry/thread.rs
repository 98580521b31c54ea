//! What a thread needs before it runs wasm: signal handlers, a stack for them, and the bounds of the stack it runs on.
//!
//! Code may run on a stack that is not the thread's own: coroutines do, and crates that grow stacks. Nobody can say where
//! such a stack ends, and whether a guard is there: the kernel shows mappings, which are joined with their neighbours, and
//! guards of some kinds not at all. So wasm that is entered there runs on a stack of ours ([`aside`](super::aside)).

use super::signals;
use crate::error::{Error, Result};
use crate::system::reservation::Reservation;
use crate::system::stack::{Bounds, thread_stack};
use std::cell::Cell;
use std::ptr::null_mut;

/// Bytes of the stack that signal handlers run on.
const HANDLER_STACK: usize = 64 << 10;

thread_local! {
    /// The thread's own stack; [`Bounds::NONE`] if the thread is not prepared yet.
    static STACK: Cell<Bounds> = const { Cell::new(Bounds::NONE) };
    static HANDLERS: Cell<Option<HandlerStack>> = const { Cell::new(None) };
}

/// Makes this thread ready to run wasm and gives the bounds of its own stack.
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
    // A thread that is ending, and has given its handler stack back, can't run wasm any more: it could not survive a
    // stack overflow.
    HANDLERS
        .try_with(|slot| slot.set(Some(handlers)))
        .map_err(|_| Error::Resources("wasm called on a thread that is ending".into()))?;
    let bounds = Bounds::new(stack);
    STACK.with(|stack| stack.set(bounds));
    Ok(bounds)
}

/// The stack on which this thread's signal handlers run: when the thread's own is used up, they can't run on that.
struct HandlerStack(Reservation);

impl HandlerStack {
    fn new() -> Result<Self> {
        let failed = |e: std::io::Error| Error::Resources(format!("a stack for signal handlers: {e}"));
        // The lowest page stays inaccessible.
        let guard = rustix::param::page_size();
        let space = Reservation::new(guard + HANDLER_STACK)?;
        space.commit(guard..guard + HANDLER_STACK).map_err(|e| failed(e.into()))?;
        let stack = libc::stack_t {
            // SAFETY: inside the reservation.
            ss_sp: unsafe { space.base().as_ptr().add(guard).cast() },
            ss_flags: 0,
            ss_size: HANDLER_STACK,
        };
        // SAFETY: the stack is committed, ours, and withdrawn before it is unmapped.
        match unsafe { libc::sigaltstack(&raw const stack, null_mut()) } {
            0 => Ok(Self(space)),
            _ => Err(failed(std::io::Error::last_os_error())),
        }
    }
}

impl Drop for HandlerStack {
    fn drop(&mut self) {
        // The stack of before is not put back: its owner, Rust's start routine of threads for one, may have unmapped it
        // by now. The thread is ending and goes on without.
        STACK.with(|stack| stack.set(Bounds::NONE));
        // SAFETY: only asks, then withdraws our own stack if it is the one in use.
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
