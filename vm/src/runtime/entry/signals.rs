//! Signal handler for wasm faults.
//!
//! A fault belongs to wasm if the program counter lies in a code image, or at a trap instruction of a stub, and this
//! thread has entered wasm. Then the handler records the trap and the backtrace, and the thread continues at the
//! landing of the entry stub. All other signals are passed to the handler that was installed before.
//!
//! The handler does not allocate and takes no lock. Nothing else uses the parts of the store that it touches, because
//! the thread that runs the store was interrupted in wasm code.

use super::backtrace;
use crate::error::{Error, Result};
use crate::runtime::arch;
use crate::runtime::code::registry;
use crate::runtime::store::activation::{self, Activation};
use crate::system::stack;
use crate::trap::Trap;
use libc::{c_int, c_void, sigaction, siginfo_t};
use std::ptr::{null, null_mut};
use std::sync::OnceLock;

/// The handlers that were installed before, in the order of [`arch::SIGNALS`].
static PREVIOUS: [OnceLock<sigaction>; arch::SIGNALS.len()] = [const { OnceLock::new() }; arch::SIGNALS.len()];

/// Installs the handlers, once for each process.
///
/// # Errors
/// [`Error::Resources`] when the system refuses.
pub(crate) fn install() -> Result<()> {
    static DONE: OnceLock<Result<(), String>> = OnceLock::new();
    DONE.get_or_init(|| try_install().map_err(|e| e.to_string()))
        .clone()
        .map_err(|e| Error::Resources(format!("signal handlers: {e}")))
}

fn try_install() -> std::io::Result<()> {
    let checked = |code| if code == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) };
    for (signal, previous) in arch::SIGNALS.into_iter().zip(&PREVIOUS) {
        // SAFETY: all zeros is a valid `sigaction`, filled in below. The handler is async-signal-safe.
        unsafe {
            // The previous handler must be recorded before the new one can run, because the new one calls it.
            let mut old = std::mem::zeroed::<sigaction>();
            checked(sigaction(signal, null(), &raw mut old))?;
            previous.get_or_init(|| old);
            let mut new = std::mem::zeroed::<sigaction>();
            new.sa_sigaction = handle as *const () as usize;
            // While the handler runs, its own signal stays blocked: a fault in the handler ends the process at once.
            // Returning from the handler restores the mask of the interrupted code, wherever that continues.
            new.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
            libc::sigemptyset(&raw mut new.sa_mask);
            checked(sigaction(signal, &raw const new, null_mut()))?;
        }
    }
    Ok(())
}

extern "C" fn handle(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    // SAFETY: the kernel calls this with arguments that belong together.
    unsafe {
        if !handle_wasm(signal, info, context) {
            chain(signal, info, context);
        }
    }
}

/// Handles a fault of wasm code. Returns false for all other signals.
///
/// # Safety
/// The arguments must be those of a running signal handler.
unsafe fn handle_wasm(signal: c_int, info: *mut siginfo_t, context: *mut c_void) -> bool {
    let activation = activation::innermost();
    if activation.is_null() {
        return false;
    }
    // SAFETY: the caller's promise. A thread's innermost activation lies in a frame that has not returned.
    let (interrupted, address, activation) =
        unsafe { (arch::Interrupted::new(context), (*info).si_addr() as usize, &mut *activation) };
    let (pc, stack_pointer) = (interrupted.pc(), interrupted.stack_pointer());
    let in_stub = arch::is_trap_stub(pc);
    if !in_stub && !registry::contains(pc) {
        return false;
    }
    // SAFETY: `pc` lies in code of this crate.
    let Some(trap) = (unsafe { classify(signal, pc, address, stack_pointer, activation) }) else { return false };
    // SAFETY: the return address is on top of the stack where a stub traps or a function begins. This thread runs the
    // store and was interrupted in wasm code.
    unsafe {
        let top = || (stack_pointer as *const usize).read();
        let trace = &mut (*activation.store).trace;
        let overflow = trap == Trap::CallStackExhausted && !in_stub;
        // The address after the instruction, as return addresses are.
        let first = if in_stub { top() } else { pc + 1 };
        let second = (overflow && arch::is_function_entry(pc)).then(top);
        backtrace::capture(trace, activation, Some((first, second)), interrupted.frame_pointer());
    }
    activation.trap = Some(trap);
    interrupted.resume(&activation.stub);
    true
}

/// The trap that a fault stands for; none if the fault is not wasm's.
///
/// # Safety
/// The instruction at `pc` must be one of this crate's code, interrupted by `signal`.
unsafe fn classify(
    signal: c_int,
    pc: usize,
    address: usize,
    stack_pointer: usize,
    activation: &Activation,
) -> Option<Trap> {
    if signal == libc::SIGILL {
        // SAFETY: the caller's promise.
        return unsafe { arch::decode_trap(pc) };
    }
    // SAFETY: this thread runs the store and was interrupted in wasm code, so nothing changes the list.
    let memories = unsafe { &(*activation.store).memory_addresses };
    if memories.iter().any(|range| range.contains(&address)) {
        return Some(Trap::MemoryOutOfBounds);
    }
    // SAFETY: as above. The running fiber belongs to the store.
    let overflow = match unsafe { activation.fiber().as_ref() } {
        Some(fiber) => fiber.stack().is_some_and(|stack| stack.is_guard(address)),
        None => stack::is_overflow(activation.bounds.end, address, stack_pointer),
    };
    overflow.then_some(Trap::CallStackExhausted)
}

/// Passes a signal to the handler that was installed before.
///
/// # Safety
/// The arguments must be those of a running signal handler.
unsafe fn chain(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let at = arch::SIGNALS.iter().position(|&ours| ours == signal);
    let Some(previous) = at.and_then(|at| PREVIOUS[at].get()) else { return };
    // SAFETY: the previous handler gets what the kernel would have given it.
    unsafe {
        match previous.sa_sigaction {
            // The signal was sent by a process, not raised by an instruction.
            libc::SIG_IGN if (*info).si_code <= 0 => (),
            // Restore the default: the instruction faults again after the return, and that ends the process as it
            // should. A synchronous fault can't be ignored either.
            libc::SIG_DFL | libc::SIG_IGN => {
                let mut default = std::mem::zeroed::<sigaction>();
                default.sa_sigaction = libc::SIG_DFL;
                sigaction(signal, &raw const default, null_mut());
                if (*info).si_code <= 0 {
                    // No instruction will raise the signal again. It stays blocked until this handler returns.
                    libc::raise(signal);
                }
            }
            handler if previous.sa_flags & libc::SA_SIGINFO != 0 => {
                let handler: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = std::mem::transmute(handler);
                handler(signal, info, context);
            }
            handler => {
                let handler: extern "C" fn(c_int) = std::mem::transmute(handler);
                handler(signal);
            }
        }
    }
}
