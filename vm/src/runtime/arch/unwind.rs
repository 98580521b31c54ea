//! Personality routines: how the system unwinder finds where exceptions of wasm are caught.
//! <https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html>
//!
//! Stubs throw an exception by calling the unwinder as if wasm code itself did. The exception passes wasm frames only:
//! it is caught in the frame of the entry stub at the latest, and no host function is active in between.
//!
//! # Safety
//!
//! Personality routines are called by the unwinder only, as its interface defines.
#![expect(clippy::missing_safety_doc, reason = "section Safety of this file covers personality routines")]

use super::StubState;
use crate::abi::EXCEPTION_UNWIND;
use std::ffi::{c_int, c_void};

/// Exception class: tells exceptions of wasm from those of other languages.
pub(crate) const CLASS: u64 = u64::from_be_bytes(*b"wassay\0\0");

/// The unwinder's handle to a frame.
#[repr(C)]
pub(crate) struct Context {
    opaque: [u8; 0],
}

unsafe extern "C" {
    fn _Unwind_GetCFA(context: *mut Context) -> usize;
    fn _Unwind_GetIP(context: *mut Context) -> usize;
    fn _Unwind_SetIP(context: *mut Context, pc: usize);
    fn _Unwind_SetGR(context: *mut Context, register: c_int, value: usize);
    fn _Unwind_GetLanguageSpecificData(context: *mut Context) -> *const u8;
    fn _Unwind_GetRegionStart(context: *mut Context) -> usize;
    /// Throws the exception that has this unwind header. Stubs call it as if wasm code did.
    pub(crate) fn _Unwind_RaiseException(exception: *mut [u64; 4]) -> c_int;
}

/// Results of a personality routine.
const HANDLER_FOUND: c_int = 6;
const INSTALL_CONTEXT: c_int = 7;
const CONTINUE_UNWIND: c_int = 8;
/// Bits of the argument `actions`.
const SEARCH_PHASE: c_int = 1;
const HANDLER_FRAME: c_int = 4;
const FORCE_UNWIND: c_int = 8;

/// Whether no frame of this crate catches the exception: it is of another language, or the unwinding is forced.
fn passes_by(actions: c_int, class: u64) -> bool {
    class != CLASS || actions & FORCE_UNWIND != 0
}

/// Result of a stub's personality routine, unless the stub has to catch the exception now. Stubs catch all that they can.
fn stub_answer(actions: c_int, class: u64) -> Option<c_int> {
    if passes_by(actions, class) {
        Some(CONTINUE_UNWIND)
    } else {
        (actions & SEARCH_PHASE != 0).then_some(HANDLER_FOUND)
    }
}

/// Personality routine of compiled functions. Every landing pad catches every exception, and compares tags itself.
pub(crate) unsafe extern "C" fn personality(
    _version: c_int,
    actions: c_int,
    class: u64,
    exception: *mut c_void,
    context: *mut Context,
) -> c_int {
    if passes_by(actions, class) {
        return CONTINUE_UNWIND;
    }
    // SAFETY: the unwinder calls this with arguments that belong together, and code images come from this crate's
    // compiler.
    unsafe {
        let Some(pad) = landing_pad(context) else { return CONTINUE_UNWIND };
        if actions & SEARCH_PHASE != 0 {
            return HANDLER_FOUND;
        }
        if actions & HANDLER_FRAME == 0 {
            return CONTINUE_UNWIND;
        }
        _Unwind_SetGR(context, super::UNWIND_EXCEPTION, exception as usize);
        _Unwind_SetGR(context, super::UNWIND_SELECTOR, 1);
        _Unwind_SetIP(context, pad);
    }
    INSTALL_CONTEXT
}

/// Personality routine of the entry stub: catches every exception, and continues where traps do.
pub(crate) unsafe extern "C" fn entry_personality(
    _version: c_int,
    actions: c_int,
    class: u64,
    exception: *mut c_void,
    context: *mut Context,
) -> c_int {
    if let Some(answer) = stub_answer(actions, class) {
        return answer;
    }
    // SAFETY: the unwinder's canonical address of a frame is the stack pointer at the call that the frame waits for.
    // The stub stored the address of its state there. The unwinder restores the same stack pointer.
    unsafe {
        let state = *(_Unwind_GetCFA(context) as *const *mut StubState);
        (*state).exception = exception.byte_sub(EXCEPTION_UNWIND as usize).cast();
        _Unwind_SetIP(context, (*state).landing);
    }
    INSTALL_CONTEXT
}

/// Personality routine of a fiber's first stub: catches every exception, to throw it again where the continuation was
/// resumed.
pub(crate) unsafe extern "C" fn fiber_personality(
    _version: c_int,
    actions: c_int,
    class: u64,
    exception: *mut c_void,
    context: *mut Context,
) -> c_int {
    if let Some(answer) = stub_answer(actions, class) {
        return answer;
    }
    // SAFETY: the unwinder calls this with arguments that belong together.
    unsafe {
        let exception = exception.byte_sub(EXCEPTION_UNWIND as usize);
        _Unwind_SetGR(context, super::UNWIND_EXCEPTION, exception as usize);
        _Unwind_SetIP(context, super::fiber_landing as *const () as usize);
    }
    INSTALL_CONTEXT
}

/// A cursor over the language-specific data that LLVM writes for a function.
struct Reader(*const u8);

impl Reader {
    /// The next byte.
    ///
    /// # Safety
    /// At least one byte must be left.
    unsafe fn byte(&mut self) -> u8 {
        // SAFETY: the caller's promise.
        unsafe {
            let byte = self.0.read();
            self.0 = self.0.add(1);
            byte
        }
    }

    /// The next number in ULEB128 encoding.
    ///
    /// # Safety
    /// As for [`Reader::byte`].
    unsafe fn uleb(&mut self) -> usize {
        let (mut value, mut shift) = (0, 0);
        loop {
            // SAFETY: the caller's promise.
            let byte = unsafe { self.byte() };
            value |= usize::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 || shift >= usize::BITS {
                return value;
            }
        }
    }

    /// The next number in the encoding of the call-site table.
    ///
    /// # Safety
    /// As for [`Reader::byte`].
    unsafe fn encoded(&mut self, encoding: u8) -> usize {
        // SAFETY: the caller's promise.
        unsafe {
            if encoding == UDATA4 {
                u32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]) as usize
            } else {
                self.uleb()
            }
        }
    }
}

/// `DW_EH_PE_udata4`
const UDATA4: u8 = 3;
/// `DW_EH_PE_omit`
const OMIT: u8 = 0xff;

/// The landing pad for the call that a frame waits for, if it has one.
/// <https://itanium-cxx-abi.github.io/cxx-abi/exceptions.pdf> describes the table.
///
/// # Safety
/// `context` must be the unwinder's, of a frame of a function that LLVM compiled.
unsafe fn landing_pad(context: *mut Context) -> Option<usize> {
    // SAFETY: the caller's promise: the table is well formed.
    unsafe {
        let table = _Unwind_GetLanguageSpecificData(context);
        if table.is_null() {
            return None;
        }
        let start = _Unwind_GetRegionStart(context);
        // The call lies before the address that it returns to.
        let at = _Unwind_GetIP(context) - 1 - start;
        let mut reader = Reader(table);
        if reader.byte() != OMIT {
            // The table would give landing pads relative to another address than the function's. LLVM does not write
            // that.
            return None;
        }
        if reader.byte() != OMIT {
            reader.uleb();
        }
        let encoding = reader.byte();
        let length = reader.uleb();
        let end = reader.0.add(length);
        while reader.0 < end {
            let (first, length) = (reader.encoded(encoding), reader.encoded(encoding));
            let pad = reader.encoded(encoding);
            reader.uleb();
            if (first..first + length).contains(&at) {
                return (pad != 0).then_some(start + pad);
            }
        }
        None
    }
}
