//! What a thread needs before it runs wasm: signal handlers, a stack for them, and the bounds of the stack it runs on.
//!
//! Code may run on a stack that is not the thread's own: coroutines do, and crates that grow stacks. Nobody can say where
//! such a stack ends, and whether a guard is there: the kernel shows mappings, which are joined with their neighbours, and
//! guards of some kinds not at all. So wasm that is entered there runs on a stack of ours ([`aside`](super::aside)).

use super::activation::{Activation, NONE};
use super::signals;
use super::space::Reservation;
use crate::error::{Error, Result};
use std::cell::Cell;
use std::ops::Range;
use std::ptr::null_mut;

/// Bytes of stack that code of the host finds at least when wasm calls it.
const RESERVE: usize = 128 << 10;
/// Bytes of the largest stack that wasm may use up.
const LARGEST_STACK: usize = 256 << 20;
/// Bytes of the stack that signal handlers run on.
const HANDLER_STACK: usize = 64 << 10;

/// A stack that wasm may be entered on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Lowest address.
    pub(crate) end: usize,
    /// Lowest stack pointer at which code of the host may be called.
    pub(crate) limit: usize,
    /// Just above the highest address.
    pub(crate) top: usize,
}

impl Bounds {
    pub(crate) const NONE: Self = Self { end: 0, limit: 0, top: 0 };

    pub(crate) fn new(stack: Range<usize>) -> Self {
        Self { end: stack.start, limit: stack.start + RESERVE.min(stack.len() / 4), top: stack.end }
    }

    #[inline]
    pub(crate) fn contains(&self, address: usize) -> bool {
        (self.end..self.top).contains(&address)
    }
}

/// Plain cells, initialised by constants, so that reading them is reading memory: the signal handler does.
struct Local {
    /// The thread's own stack; [`Bounds::NONE`] if it is not prepared yet.
    stack: Cell<Bounds>,
    innermost: Cell<*mut Activation>,
}

thread_local! {
    static LOCAL: Local = const { Local { stack: Cell::new(Bounds::NONE), innermost: Cell::new(NONE) } };
    static HANDLERS: Cell<Option<HandlerStack>> = const { Cell::new(None) };
}

/// Makes this thread ready to run wasm and gives the bounds of its own stack.
#[inline]
pub(crate) fn prepare() -> Result<Bounds> {
    match LOCAL.with(|local| local.stack.get()) {
        Bounds::NONE => first(),
        bounds => Ok(bounds),
    }
}

#[cold]
fn first() -> Result<Bounds> {
    signals::install()?;
    let stack = stack_bounds()?;
    let handlers = HandlerStack::new()?;
    // A thread that is ending, and has given its handler stack back, can't run wasm any more: it could not survive a
    // stack overflow.
    HANDLERS
        .try_with(|slot| slot.set(Some(handlers)))
        .map_err(|_| Error::Resources("wasm called on a thread that is ending".into()))?;
    let bounds = Bounds::new(stack);
    LOCAL.with(|local| local.stack.set(bounds));
    Ok(bounds)
}

/// The innermost activation of this thread, null if there is none. Async-signal-safe.
#[inline]
pub(crate) fn innermost() -> *mut Activation {
    LOCAL.with(|local| local.innermost.get())
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
    LOCAL.with(|local| local.innermost.set(activation));
}

/// Takes an activation that was left out of this thread's list. It is not the innermost one if it was left on a coroutine
/// while wasm waits on others that were entered later.
pub(crate) fn forget(activation: *mut Activation) {
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
pub(crate) fn go_on_in(activation: *mut Activation) {
    if innermost() != activation {
        forget(activation);
        // SAFETY: it waits for a host function that returns to it now.
        unsafe { (*activation).previous = innermost() };
        set_innermost(activation);
    }
}

/// Whether a fault at `address`, with the stack pointer given, means that the stack is used up which ends at `end`.
/// Async-signal-safe.
pub(crate) fn is_stack_overflow(end: usize, address: usize, stack_pointer: usize) -> bool {
    /// Code touches every page of a frame in order, so that a fault is never further from the stack pointer than the part
    /// of a frame that a function sets up at once, and accesses below the red zone are none.
    const NEAR: usize = 64 << 10;
    /// Where the guard begins is known only roughly: below the main thread's stack the kernel keeps up to 256 pages free
    /// from the next mapping, whatever the limit of the stack says.
    const GAP: usize = 256 * 4096 + NEAR;
    address.abs_diff(stack_pointer) <= NEAR && (end.saturating_sub(GAP)..end + GAP).contains(&address)
}

/// The addresses of this thread's stack.
fn stack_bounds() -> Result<Range<usize>> {
    let stack = mapped_stack()?;
    if stack.len() <= LARGEST_STACK { Ok(stack) } else { Ok(fence(stack.end - LARGEST_STACK)?..stack.end) }
}

/// Without a limit (`ulimit -s unlimited`) the main thread's stack has no end to run into, and endless recursion would
/// take all memory. A page that nobody may touch gives it one. Returns where the stack then ends.
fn fence(below: usize) -> Result<usize> {
    /// The kernel grows a stack no nearer than this to what is mapped below it (its `stack_guard_gap`, 256 pages).
    const GAP: usize = 256 * 4096;
    let page = rustix::param::page_size();
    let address = below / page * page;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED_NOREPLACE;
    // SAFETY: replaces no mapping. It lies where nothing is mapped but what the stack may grow into.
    let placed = unsafe { libc::mmap(address as *mut libc::c_void, page, libc::PROT_NONE, flags, -1, 0) };
    if placed as usize == address {
        Ok(address + page + GAP)
    } else {
        Err(Error::Resources("the stack is unlimited, and no end can be put to it".into()))
    }
}

fn mapped_stack() -> Result<Range<usize>> {
    let failed =
        |code| Error::Resources(format!("the bounds of the stack: {}", std::io::Error::from_raw_os_error(code)));
    // SAFETY: the attributes are initialised by the first call, read by the second and destroyed once.
    unsafe {
        let mut attributes = std::mem::zeroed::<libc::pthread_attr_t>();
        match libc::pthread_getattr_np(libc::pthread_self(), &raw mut attributes) {
            0 => (),
            code => return Err(failed(code)),
        }
        let (mut start, mut length) = (null_mut(), 0);
        let code = libc::pthread_attr_getstack(&raw const attributes, &raw mut start, &raw mut length);
        libc::pthread_attr_destroy(&raw mut attributes);
        if code == 0 { Ok(start as usize..start as usize + length) } else { Err(failed(code)) }
    }
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
        LOCAL.with(|local| local.stack.set(Bounds::NONE));
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
