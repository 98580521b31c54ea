//! What the system unwinder asks us: where exceptions of wasm are caught.
//! <https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html>
//!
//! An exception is thrown by calling the unwinder as if wasm code itself did. It passes frames of wasm only: whoever
//! entered wasm catches it in the frame of the entry stub, and a host function is never active between.
//!
//! # Safety
//!
//! Personality routines are called by the unwinder only, with what its interface says.
#![expect(clippy::missing_safety_doc, reason = "the head of the file says it of personality routines")]

use super::StubState;
use crate::abi::EXCEPTION_UNWIND;
use std::ffi::{c_int, c_void};

/// What tells our exceptions from others.
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
    /// Throws, by the unwinder's part of an exception. Called by stubs only, in the place of wasm code.
    pub(crate) fn _Unwind_RaiseException(exception: *mut [u64; 4]) -> c_int;
}

/// Answers of a personality routine.
const HANDLER_FOUND: c_int = 6;
const INSTALL_CONTEXT: c_int = 7;
const CONTINUE_UNWIND: c_int = 8;
/// Bits of the question.
const SEARCH_PHASE: c_int = 1;
const HANDLER_FRAME: c_int = 4;
const FORCE_UNWIND: c_int = 8;

/// Of functions that catch: every landing pad catches everything, and finds out for itself what it got.
pub(crate) unsafe extern "C" fn personality(
    _version: c_int,
    actions: c_int,
    class: u64,
    exception: *mut c_void,
    context: *mut Context,
) -> c_int {
    if class != CLASS || actions & FORCE_UNWIND != 0 {
        return CONTINUE_UNWIND;
    }
    // SAFETY: the unwinder calls this with what belongs together, and code images come from our compiler.
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

/// Of the entry stub: catches whatever gets there, and goes on where traps do.
pub(crate) unsafe extern "C" fn entry_personality(
    _version: c_int,
    actions: c_int,
    class: u64,
    exception: *mut c_void,
    context: *mut Context,
) -> c_int {
    if class != CLASS || actions & FORCE_UNWIND != 0 {
        return CONTINUE_UNWIND;
    }
    if actions & SEARCH_PHASE != 0 {
        return HANDLER_FOUND;
    }
    // SAFETY: to the unwinder, a frame's canonical address is the stack pointer at the call that it waits for, where the stub
    // has put the address of its state; and that stack pointer is what the unwinder restores.
    unsafe {
        let state = *(_Unwind_GetCFA(context) as *const *mut StubState);
        (*state).exception = exception.byte_sub(EXCEPTION_UNWIND as usize).cast();
        _Unwind_SetIP(context, (*state).landing);
    }
    INSTALL_CONTEXT
}

/// Of the stub with which a continuation's stack begins: catches whatever gets there, to throw it again where the
/// continuation was resumed.
pub(crate) unsafe extern "C" fn fiber_personality(
    _version: c_int,
    actions: c_int,
    class: u64,
    exception: *mut c_void,
    context: *mut Context,
) -> c_int {
    if class != CLASS || actions & FORCE_UNWIND != 0 {
        return CONTINUE_UNWIND;
    }
    if actions & SEARCH_PHASE != 0 {
        return HANDLER_FOUND;
    }
    // SAFETY: the unwinder calls this with what belongs together.
    unsafe {
        let exception = exception.byte_sub(EXCEPTION_UNWIND as usize);
        _Unwind_SetGR(context, super::UNWIND_EXCEPTION, exception as usize);
        _Unwind_SetIP(context, super::fiber_landing as *const () as usize);
    }
    INSTALL_CONTEXT
}

/// Reads numbers of the tables that LLVM writes.
struct Reader(*const u8);

impl Reader {
    /// # Safety
    /// There must be a byte more.
    unsafe fn byte(&mut self) -> u8 {
        // SAFETY: the caller's promise.
        unsafe {
            let byte = self.0.read();
            self.0 = self.0.add(1);
            byte
        }
    }

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

    /// A number in the encoding of the call-site table.
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

/// Where the function of a frame catches what the call that it is in throws.
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
        // The call is before the address that it returns to.
        let at = _Unwind_GetIP(context) - 1 - start;
        let mut reader = Reader(table);
        if reader.byte() != OMIT {
            // Landing pads relative to something else than the function: LLVM does not write that.
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
