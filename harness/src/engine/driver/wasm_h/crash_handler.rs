//! Where a library crashes: the last words of the driver name the function that was called.

use std::ffi::c_int;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Signals that end a program that is broken.
const DEADLY: [c_int; 5] = [libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

/// Name of the function that was called last, which ends with a zero; null before the first.
static CALLED: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());

/// Notes which function is called; its name ends with a zero.
pub(super) fn enter(name: &'static str) {
    debug_assert!(name.ends_with('\0'), "{name}");
    CALLED.store(name.as_ptr().cast_mut(), Ordering::Relaxed);
}

/// From now on the function is named when the program crashes. Engines that handle such signals themselves hand on what
/// is not theirs to who came first.
pub(super) fn install() {
    // SAFETY: `action` is complete: all zeros is a valid one, and what matters is set; the handler does only what a
    // handler may do.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = last_words as extern "C" fn(c_int) as usize;
        // The stack may be what ran out.
        action.sa_flags = libc::SA_ONSTACK;
        for signal in DEADLY {
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

extern "C" fn last_words(signal: c_int) {
    let name = CALLED.load(Ordering::Relaxed);
    // SAFETY: `write`, `strlen`, `signal` and `raise` may be called from a handler; `name` is null or ends with a zero.
    // The signal is blocked until the handler is done, and then ends the program.
    unsafe {
        let say = |text: &[u8]| libc::write(2, text.as_ptr().cast(), text.len());
        say(b"the library crashed in `");
        if !name.is_null() {
            libc::write(2, name.cast(), libc::strlen(name.cast()));
        }
        say(b"`\n");
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}
