//! Stacks of ours for wasm that is entered on a stack that is not the thread's own, about which nothing is known.
//!
//! Each has a guard, and room for host functions as a thread's stack does. A thread has as many as wasm waits on, since a
//! host function may go to another stack again, or be left on its coroutine; the last one is kept for the next time.

use crate::error::{Error, Result};
use crate::runtime::arch;
use crate::system::reservation::Reservation;
use crate::system::stack::Bounds;
use crate::trap::Trap;
use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// Bytes of a stack, of which those that are touched take memory: as much as threads of Rust have.
const SIZE: usize = 2 << 20;
/// Stacks of a thread at a time. More of them wait only where wasm, the host and new stacks call each other without end.
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

/// Calls `f` on a stack whose bounds it is told: that of `here`, where this runs, if it is one of these, else one that nobody
/// uses.
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
    // If the thread's list is gone by now, so is the stack.
    let _ = STACKS.try_with(|stacks| {
        let stacks = &mut *stacks.borrow_mut();
        stacks.used.retain(|&bounds| bounds != taken.bounds);
        stacks.warm = Some(taken);
    });
    returned.unwrap_or_else(|payload| resume_unwind(payload))
}

/// Calls `f` on `stack`, which nobody uses. A panic comes back as a value: frames of the host on both sides of the change of
/// stacks are unwound apart.
fn call_on<R, F: FnOnce(Bounds) -> R>(stack: &Aside, f: F) -> Result<R, Box<dyn Any + Send>> {
    struct Call<F, R> {
        f: Option<(F, Bounds)>,
        returned: Option<Result<R, Box<dyn Any + Send>>>,
    }
    /// # Safety
    /// `call` must be a [`Call`] of these types that nobody else uses.
    unsafe extern "C" fn run<R, F: FnOnce(Bounds) -> R>(call: *mut u8) {
        // SAFETY: the caller's promise.
        let call = unsafe { &mut *call.cast::<Call<F, R>>() };
        let (f, bounds) = call.f.take().expect("called once");
        call.returned = Some(catch_unwind(AssertUnwindSafe(|| f(bounds))));
    }
    debug_assert!(stack.space.addresses().end == stack.bounds.top, "a stack is the upper part of its space");
    let mut call = Call { f: Some((f, stack.bounds)), returned: None };
    // SAFETY: the stack was committed, ends at a page, and is in use by this call alone; `run` catches all panics.
    unsafe { arch::call_on(stack.bounds.top, run::<R, F>, (&raw mut call).cast()) };
    call.returned.expect("it has returned")
}
