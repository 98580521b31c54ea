//! Crash handler: a signal handler that prints which function of the library was called last.

use std::ffi::c_int;
use std::sync::atomic::{AtomicPtr, Ordering};

/// Signals of a crash.
const DEADLY: [c_int; 5] = [libc::SIGABRT, libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE];

/// Name of the function that was called last, as a C string; null before the first call.
static CALLED: AtomicPtr<u8> = AtomicPtr::new(std::ptr::null_mut());

/// Records that a function is called. Its name must end with a zero byte.
pub(super) fn enter(name: &'static str) {
    debug_assert!(name.ends_with('\0'), "{name}");
    CALLED.store(name.as_ptr().cast_mut(), Ordering::Relaxed);
}

/// Installs the handler. Engines that install handlers of their own pass signals that are not theirs on to this one,
/// because it was installed first.
pub(super) fn install() {
    // SAFETY: `action` is initialized: all zeros is a valid value, and the relevant fields are set. The handler calls only
    // async-signal-safe functions.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = report_crash as extern "C" fn(c_int) as usize;
        // The signal may be a stack overflow.
        action.sa_flags = libc::SA_ONSTACK;
        for signal in DEADLY {
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

extern "C" fn report_crash(signal: c_int) {
    let name = CALLED.load(Ordering::Relaxed);
    // SAFETY: `write`, `strlen`, `signal` and `raise` are async-signal-safe; `name` is null or ends with a zero byte. The
    // signal is blocked until the handler returns, and then ends the program.
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
