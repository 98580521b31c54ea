//! Stack switching.
//!
//! Every suspended stack has the same frame on top, [`Suspended`]. To switch stacks is to push such a frame on one, and
//! to pop the frame of another.
//!
//! # Safety
//!
//! Rust code can't call the stubs: other stubs jump to them, with registers as [`Suspended`] gives them.
#![expect(clippy::missing_safety_doc, reason = "section Safety of this file covers the stubs")]

use super::super::{FiberHooks, unwind};
use super::{INT, VEC};
use crate::abi::{self, Registers, VMException};
use crate::trap::Trap;
use std::arch::naked_asm;
use std::mem::{offset_of, size_of};

/// The frame on top of a suspended stack.
#[derive(Debug)]
#[repr(C, align(16))]
pub(crate) struct Suspended {
    /// What the suspended call returns, in two registers; or [`SPECIAL`].
    outcome: u64,
    value: u64,
    padding: u64,
    /// Callee-saved registers.
    r15: u64,
    r14: u64,
    r13: u64,
    r12: u64,
    rbx: u64,
    /// From here on this is an ordinary frame: the caller's frame pointer and the return address.
    rbp: u64,
    back: usize,
}

/// Outcome of a call that does not return. The low bits hold the number of a trap, or zero if it throws `value`.
const SPECIAL: u64 = 1 << 63;

impl Suspended {
    /// Makes the call return these values.
    pub(crate) fn set_outcome(&mut self, outcome: u64, value: u64) {
        (self.outcome, self.value) = (outcome, value);
    }

    /// Makes the call throw an exception.
    pub(crate) fn throw(&mut self, exception: *mut VMException) {
        (self.outcome, self.value) = (SPECIAL, exception as u64);
    }

    /// Makes the call trap.
    pub(crate) fn trap(&mut self, trap: Trap) {
        self.outcome = SPECIAL | trap as u64;
    }

    /// Address of the part that is an ordinary frame.
    pub(crate) fn frame_pointer(this: *const Self) -> usize {
        this as usize + offset_of!(Self, rbp)
    }

    /// Writes a fiber's first frame below `registers`, which hold its arguments and later its results.
    ///
    /// # Safety
    /// There must be room below `registers`, which must have the alignment of their type.
    pub(crate) unsafe fn first(
        registers: *mut Registers,
        code: *const u8,
        context: *mut u8,
        fiber: *mut u8,
        hooks: &'static FiberHooks,
    ) -> *mut Self {
        // SAFETY: the caller's promise.
        unsafe {
            let frame = registers.cast::<Self>().sub(1);
            frame.write(Self {
                outcome: 0,
                value: 0,
                padding: 0,
                r15: std::ptr::from_ref(hooks) as u64,
                r14: fiber as u64,
                r13: context as u64,
                r12: code as u64,
                rbx: registers as u64,
                // The end of the chain of frames.
                rbp: 0,
                back: begin as *const () as usize,
            });
            frame
        }
    }
}

/// A fiber's first stub: calls the fiber's function, and ends the fiber when that returns. It has no return address.
#[unsafe(naked)]
unsafe extern "sysv64" fn begin() {
    naked_asm!(
        ".cfi_startproc",
        ".cfi_personality 0x1b, {personality}",
        ".cfi_undefined rip",
        ".cfi_def_cfa rsp, 8",
        "movaps xmm0, [rbx + {vec}]",
        "movaps xmm1, [rbx + {vec} + 16]",
        "movaps xmm2, [rbx + {vec} + 32]",
        "movaps xmm3, [rbx + {vec} + 48]",
        "movaps xmm4, [rbx + {vec} + 64]",
        "movaps xmm5, [rbx + {vec} + 80]",
        "movaps xmm6, [rbx + {vec} + 96]",
        "movaps xmm7, [rbx + {vec} + 112]",
        "mov rdi, r13",
        "mov rsi, [rbx + {int}]",
        "mov rdx, [rbx + {int} + 8]",
        "mov rcx, [rbx + {int} + 16]",
        "mov r8, [rbx + {int} + 24]",
        "mov r9, [rbx + {int} + 32]",
        "call r12",
        "mov [rbx + {int}], rax",
        "mov [rbx + {int} + 8], rdx",
        "movaps [rbx + {vec}], xmm0",
        "movaps [rbx + {vec} + 16], xmm1",
        "mov rdi, r14",
        "mov rsi, rbx",
        "call [r15 + {returned}]",
        "jmp {resume_frame}",
        ".cfi_endproc",
        personality = sym unwind::fiber_personality,
        vec = const VEC,
        int = const INT,
        returned = const offset_of!(FiberHooks, returned),
        resume_frame = sym resume_frame,
    )
}

/// Landing pad of [`begin`], for exceptions that its function does not catch. `rax` holds the exception.
#[unsafe(naked)]
pub(crate) unsafe extern "sysv64" fn fiber_landing() {
    naked_asm!(
        ".cfi_startproc",
        ".cfi_undefined rip",
        ".cfi_def_cfa rsp, 8",
        "mov rdi, r14",
        "mov rsi, rax",
        "call [r15 + {thrown}]",
        "jmp {resume_frame}",
        ".cfi_endproc",
        thrown = const offset_of!(FiberHooks, thrown),
        resume_frame = sym resume_frame,
    )
}

/// Pops the frame in `rax` and continues there. If the call does not return but traps or throws, registers and stack
/// are as if wasm had called the stub that this jumps to.
#[unsafe(naked)]
pub(crate) unsafe extern "sysv64" fn resume_frame() {
    naked_asm!(
        ".cfi_startproc",
        "mov rsp, rax",
        "pop rax",
        "pop rdx",
        "pop rcx",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "test rax, rax",
        "js 2f",
        // Not `ret`: the return-address predictor of the processor would mispredict, since the call was on another
        // stack.
        "pop rcx",
        "jmp rcx",
        "2:",
        "cmp al, {consumed}",
        "je {trap_consumed}",
        "cmp al, {unhandled}",
        "je {trap_unhandled}",
        "cmp al, {failed}",
        "je {trap_failed}",
        "lea rdi, [rdx + {unwind}]",
        "jmp {raise}",
        ".cfi_endproc",
        consumed = const Trap::ContinuationConsumed as u8,
        unhandled = const Trap::UnhandledTag as u8,
        failed = const Trap::AllocationFailed as u8,
        trap_consumed = sym trap_consumed,
        trap_unhandled = sym trap_unhandled,
        trap_failed = sym trap_failed,
        unwind = const abi::EXCEPTION_UNWIND,
        raise = sym unwind::_Unwind_RaiseException,
    )
}

/// Defines stubs that trap on behalf of their callers.
macro_rules! trap_stubs {
    ($($name:ident => $trap:ident;)*) => {
        $(
            #[unsafe(naked)]
            unsafe extern "sysv64" fn $name() {
                naked_asm!(
                    ".cfi_startproc",
                    ".byte 0x67, 0x0f, 0xb9, 0x40, {trap}",
                    ".cfi_endproc",
                    trap = const Trap::$trap as u8,
                )
            }
        )*

        /// Whether the instruction at `pc` is a trap instruction of a stack switch.
        pub(super) fn is_trap_stub(pc: usize) -> bool {
            [$($name as *const () as usize),*].contains(&pc)
        }
    };
}

trap_stubs! {
    trap_consumed => ContinuationConsumed;
    trap_unhandled => UnhandledTag;
    trap_failed => AllocationFailed;
}

const _: () = assert!(size_of::<Suspended>() == 80 && offset_of!(Suspended, back) == 72);
