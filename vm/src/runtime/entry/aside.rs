//! Separate stacks for wasm that is entered on a foreign stack: one that is not the thread's own, so that nothing is
//! known of its bounds and its guard.
//!
//! Each has a guard page, and as much room for host functions as a thread's stack. A thread has one for each nested
//! entry from a foreign stack, since a host function may switch to another foreign stack, or be suspended on its
//! coroutine. The stack used last is kept for the next entry.

use crate::error::{Error, Result};
use crate::runtime::arch;
use crate::system::reservation::Reservation;
use crate::system::stack::Bounds;
use crate::trap::Trap;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Bytes of a stack: as much as threads of Rust have. Only pages that are touched take memory.
const SIZE: usize = 2 << 20;
/// Limit of such stacks for each thread. It is reached only where wasm, the host and new foreign stacks call each other
/// without end.
const MOST: usize = 1024;

thread_local! {
    static STACKS: RefCell<Stacks> = const { RefCell::new(Stacks { used: Vec::new(), warm: None }) };
}

struct Stacks {
    used: Vec<Bounds>,
    warm: Option<Aside>,
}

struct Aside {
    space: Reservation,
    bounds: Bounds,
}

impl Aside {
    fn new() -> Result<Self> {
        let guard = rustix::param::page_size();
        let space = Reservation::new(guard + SIZE)?;
        space.commit(guard..guard + SIZE).map_err(|e| Error::Resources(format!("a stack to run wasm on: {e}")))?;
        let addresses = space.addresses();
        Ok(Self { bounds: Bounds::new(addresses.start + guard..addresses.end), space })
    }
}

/// Calls `f` with the bounds of the stack that it runs on: the stack of `here`, the caller's address, if that is one of
/// these stacks, else one that is not in use.
///
/// # Errors
/// [`Error::Resources`] when the host has no room or the thread is ending; [`Trap::CallStackExhausted`] when the thread
/// has too many such stacks.
#[cold]
pub(crate) fn on_stack<R>(here: usize, f: impl FnOnce(Bounds) -> Result<R>) -> Result<R> {
    let ending = |_| Error::Resources("wasm called on a thread that is ending".into());
    let found = STACKS
        .try_with(|stacks| stacks.borrow().used.iter().rev().find(|bounds| bounds.contains(here)).copied())
        .map_err(ending)?;
    if let Some(bounds) = found {
        return f(bounds);
    }
    let taken = STACKS
        .try_with(|stacks| {
            let stacks = &mut *stacks.borrow_mut();
            if stacks.used.len() == MOST {
                return Err(Error::from(Trap::CallStackExhausted));
            }
            let stack = stacks.warm.take().map_or_else(Aside::new, Ok)?;
            stacks.used.push(stack.bounds);
            Ok(stack)
        })
        .map_err(ending)??;
    let returned = call_on(&taken, f);
    // If the thread-local list was destroyed meanwhile, the stack was dropped with it.
    let _ = STACKS.try_with(|stacks| {
        let stacks = &mut *stacks.borrow_mut();
        stacks.used.retain(|&bounds| bounds != taken.bounds);
        stacks.warm = Some(taken);
    });
    returned.unwrap_or_else(|payload| resume_unwind(payload))
}

/// Calls `f` on `stack`, which must not be in use. A panic comes back as a value, because host frames on the two sides
/// of the switch are unwound separately.
fn call_on<R, F: FnOnce(Bounds) -> R>(stack: &Aside, f: F) -> Result<R, Box<dyn Any + Send>> {
    struct Call<F, R> {
        f: Option<(F, Bounds)>,
        returned: Option<Result<R, Box<dyn Any + Send>>>,
    }
    /// # Safety
    /// `call` must be a [`Call`] of these types that nothing else uses.
    unsafe extern "C" fn run<R, F: FnOnce(Bounds) -> R>(call: *mut u8) {
        // SAFETY: the caller's promise.
        let call = unsafe { &mut *call.cast::<Call<F, R>>() };
        let (f, bounds) = call.f.take().expect("`run` is called once");
        call.returned = Some(catch_unwind(AssertUnwindSafe(|| f(bounds))));
    }
    debug_assert!(stack.space.addresses().end == stack.bounds.top, "a stack is the upper part of its space");
    let mut call = Call { f: Some((f, stack.bounds)), returned: None };
    // SAFETY: the stack was committed, ends at a page boundary, and is in use by this call alone. `run` catches all
    // panics.
    unsafe { arch::call_on(stack.bounds.top, run::<R, F>, (&raw mut call).cast()) };
    call.returned.expect("`run` stores the result")
}
