//! Stubs for x86-64 on Linux, with the System V calling convention.
//!
//! Wasm code keeps frame pointers, so a chain of them leads from any wasm frame to the frame of [`enter`]. The stubs
//! compare the stack pointer with the limit of the store before they use the stack, because they call Rust code, which
//! must not run into the guard page. So no stub faults, except at the trap instruction of [`exhausted`].
//!
//! # Safety
//!
//! Unless a stub says more, Rust code can't call it: compiled code and other stubs jump to it. Its first argument is
//! the context of an instance or of a host function.
#![expect(clippy::missing_safety_doc, reason = "section Safety of this file covers the stubs")]

use super::{HostContext, StubState, unwind};
use crate::abi::{self, Registers, VMStore};
use crate::trap::Trap;
use std::arch::{asm, naked_asm};
use std::mem::{offset_of, size_of};

mod fault;
mod switch;

pub(crate) use fault::{Interrupted, SIGNALS, decode_trap, is_function_entry, is_trap_stub};
pub(crate) use switch::{Suspended, fiber_landing, resume_frame};

const VEC: usize = offset_of!(Registers, vec);
const INT: usize = offset_of!(Registers, int);

/// Entry stub: calls `code` with `context` and the argument registers in `registers`, and stores the result registers
/// there. Returns 0, or 1 if `code` did not return because wasm was left by a trap or an exception.
///
/// # Safety
/// `code` must follow the calling convention of [`abi::assign`]. `state` must be that of the innermost activation of
/// this thread and of the store that `context` belongs to. When wasm is left without returning, all Rust frames between
/// must have returned.
#[unsafe(naked)]
pub(crate) unsafe extern "sysv64" fn enter(
    code: *const u8,
    context: *mut u8,
    registers: *mut Registers,
    state: *mut StubState,
) -> u32 {
    naked_asm!(
        ".cfi_startproc",
        // Encoding 0x1b: relative to this place, in 4 bytes. The routine is linked into the same file.
        ".cfi_personality 0x1b, {personality}",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        // The personality routine finds the state here.
        "push rcx",
        ".cfi_offset rbx, -24",
        ".cfi_offset r12, -32",
        ".cfi_offset r13, -40",
        ".cfi_offset r14, -48",
        ".cfi_offset r15, -56",
        // Where execution continues, and with which stack pointer, when wasm does not return.
        "mov [rcx + {stack_pointer}], rsp",
        "lea rax, [rip + 2f]",
        "mov [rcx + {landing}], rax",
        "mov [rcx + {frame}], rbp",
        "mov [rcx + {registers}], rdx",
        "mov rax, rdi",
        "mov r10, rdx",
        "mov rdi, rsi",
        "movaps xmm0, [r10 + {vec}]",
        "movaps xmm1, [r10 + {vec} + 16]",
        "movaps xmm2, [r10 + {vec} + 32]",
        "movaps xmm3, [r10 + {vec} + 48]",
        "movaps xmm4, [r10 + {vec} + 64]",
        "movaps xmm5, [r10 + {vec} + 80]",
        "movaps xmm6, [r10 + {vec} + 96]",
        "movaps xmm7, [r10 + {vec} + 112]",
        "mov rsi, [r10 + {int}]",
        "mov rdx, [r10 + {int} + 8]",
        "mov rcx, [r10 + {int} + 16]",
        "mov r8, [r10 + {int} + 24]",
        "mov r9, [r10 + {int} + 32]",
        "call rax",
        "mov r10, [rsp]",
        "mov r10, [r10 + {registers}]",
        "mov [r10 + {int}], rax",
        "mov [r10 + {int} + 8], rdx",
        "movaps [r10 + {vec}], xmm0",
        "movaps [r10 + {vec} + 16], xmm1",
        "xor eax, eax",
        "jmp 3f",
        "2:",
        "mov eax, 1",
        "3:",
        "pop rcx",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
        personality = sym unwind::entry_personality,
        stack_pointer = const offset_of!(StubState, stack_pointer),
        landing = const offset_of!(StubState, landing),
        frame = const offset_of!(StubState, frame),
        registers = const offset_of!(StubState, registers),
        vec = const VEC,
        int = const INT,
    )
}

/// Host stub: the code of every host function. The context begins with a [`HostContext`].
#[unsafe(naked)]
pub(crate) unsafe extern "sysv64" fn host_stub() {
    naked_asm!(
        ".cfi_startproc",
        "mov rax, [rdi + {store}]",
        "cmp rsp, [rax + {limit}]",
        "jb {exhausted}",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        // Backtraces continue from this frame when the host enters wasm again.
        "mov rax, [rax + {activation}]",
        "mov [rax + {host_frame}], rbp",
        "sub rsp, {size} + 48",
        // Callee-saved registers may hold references; the collector scans them here.
        "mov [rsp + {size}], rbx",
        "mov [rsp + {size} + 8], r12",
        "mov [rsp + {size} + 16], r13",
        "mov [rsp + {size} + 24], r14",
        "mov [rsp + {size} + 32], r15",
        "movaps [rsp + {vec}], xmm0",
        "movaps [rsp + {vec} + 16], xmm1",
        "movaps [rsp + {vec} + 32], xmm2",
        "movaps [rsp + {vec} + 48], xmm3",
        "movaps [rsp + {vec} + 64], xmm4",
        "movaps [rsp + {vec} + 80], xmm5",
        "movaps [rsp + {vec} + 96], xmm6",
        "movaps [rsp + {vec} + 112], xmm7",
        "mov [rsp + {int}], rsi",
        "mov [rsp + {int} + 8], rdx",
        "mov [rsp + {int} + 16], rcx",
        "mov [rsp + {int} + 24], r8",
        "mov [rsp + {int} + 32], r9",
        "mov rsi, rsp",
        // A fiber's stack is too short for host code. So the call uses the stack that wasm was entered on, below the
        // part in use. The alignment there is that of a call.
        "cmp qword ptr [rax + {fiber}], 0",
        "je 4f",
        "mov rsp, [rax + {idle}]",
        "4:",
        "call [rdi + {call}]",
        "lea rsp, [rbp - {size} - 48]",
        "test rax, rax",
        "jne 2f",
        "test rdx, rdx",
        "jne 3f",
        "mov rax, [rsp + {int}]",
        "mov rdx, [rsp + {int} + 8]",
        "movaps xmm0, [rsp + {vec}]",
        "movaps xmm1, [rsp + {vec} + 16]",
        ".cfi_remember_state",
        "leave",
        ".cfi_def_cfa rsp, 8",
        "ret",
        // The host function failed: all Rust frames have returned, and the wasm frames are abandoned.
        "2:",
        ".cfi_restore_state",
        ".cfi_remember_state",
        "mov rsp, [rax + {stack_pointer}]",
        "jmp [rax + {landing}]",
        // The host function threw an exception: all host frames have returned, and the stub throws as if wasm did.
        "3:",
        ".cfi_restore_state",
        "lea rdi, [rdx + {unwind}]",
        "leave",
        ".cfi_def_cfa rsp, 8",
        "jmp {raise}",
        ".cfi_endproc",
        store = const offset_of!(HostContext, store),
        call = const offset_of!(HostContext, call),
        limit = const offset_of!(VMStore, stack_limit),
        activation = const offset_of!(VMStore, activation),
        host_frame = const offset_of!(StubState, host_frame),
        fiber = const offset_of!(StubState, fiber),
        idle = const offset_of!(StubState, idle),
        stack_pointer = const offset_of!(StubState, stack_pointer),
        landing = const offset_of!(StubState, landing),
        size = const size_of::<Registers>(),
        vec = const VEC,
        int = const INT,
        unwind = const abi::EXCEPTION_UNWIND,
        exhausted = sym exhausted,
        raise = sym unwind::_Unwind_RaiseException,
    )
}

/// Bytes below the frame pointer of [`host_stub`] in which it spills the argument registers and callee-saved registers
/// of wasm.
pub(crate) const HOST_FRAME: usize = size_of::<Registers>() + 48;

/// Spills the callee-saved registers to the stack, and calls `f` with `data` and the stack pointer there.
///
/// # Safety
/// `f` must be sound to call with `data`.
#[unsafe(naked)]
pub(crate) unsafe extern "sysv64" fn with_registers(
    data: *mut u8,
    f: unsafe extern "C" fn(data: *mut u8, stack_pointer: usize),
) {
    naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov rax, rsi",
        "mov rsi, rsp",
        "call rax",
        "leave",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
    )
}

/// Calls `f` with `data` on another stack, whose end is `top`, and returns to this stack.
///
/// # Safety
/// `top` must be aligned to 16 bytes. The stack below must be unused and large enough for `f`. `f` must be sound to
/// call with `data`, and must not unwind.
#[unsafe(naked)]
pub(crate) unsafe extern "sysv64" fn call_on(top: usize, f: unsafe extern "C" fn(data: *mut u8), data: *mut u8) {
    naked_asm!(
        ".cfi_startproc",
        "push rbp",
        ".cfi_def_cfa_offset 16",
        ".cfi_offset rbp, -16",
        "mov rbp, rsp",
        ".cfi_def_cfa_register rbp",
        "mov rsp, rdi",
        "mov rdi, rdx",
        "call rsi",
        "mov rsp, rbp",
        "pop rbp",
        ".cfi_def_cfa rsp, 8",
        "ret",
        ".cfi_endproc",
    )
}

/// Reads a word of a stack. The slot may be uninitialised, which Rust would not regard as a value, or in a sanitizer's
/// red zone. So the access is an instruction, as in compiled code.
///
/// # Safety
/// The 8 bytes must be readable.
#[inline(always)]
pub(crate) unsafe fn word_at(address: usize) -> u64 {
    let word;
    // SAFETY: the caller's promise.
    unsafe {
        asm!(
            "mov {word}, qword ptr [{address}]",
            address = in(reg) address,
            word = out(reg) word,
            options(nostack, preserves_flags, readonly),
        );
    }
    word
}

/// DWARF numbers of the registers in which landing pads find the exception and the selector.
pub(crate) const UNWIND_EXCEPTION: i32 = 0;
pub(crate) const UNWIND_SELECTOR: i32 = 1;

/// Trap stub for stack overflow: the stubs jump here when the stack is too short for Rust code. The caller's return
/// address is on top of the stack, and the frame pointer is still the caller's.
#[unsafe(naked)]
pub(crate) unsafe extern "sysv64" fn exhausted() {
    naked_asm!(
        ".cfi_startproc",
        ".byte 0x67, 0x0f, 0xb9, 0x40, {trap}",
        ".cfi_endproc",
        trap = const Trap::CallStackExhausted as u8,
    )
}

/// Defines the entry point of a builtin, as a row of the table names it. The entry point checks the stack limit and
/// then goes to its target. For code that switches stacks, it passes the frame that it leaves as one more argument.
macro_rules! thunk {
    (call $name:ident($($argument:ident),*) => $target:path) => {
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                ".cfi_startproc",
                "mov rax, [rdi + {store}]",
                "cmp rsp, [rax + {limit}]",
                "jb {exhausted}",
                "jmp {target}",
                ".cfi_endproc",
                store = const $crate::abi::CONTEXT_STORE,
                limit = const $crate::abi::STORE_STACK_LIMIT,
                exhausted = sym $crate::runtime::arch::exhausted,
                target = sym $target,
            )
        }
    };
    // The unwinder starts at the caller of this entry point.
    (throw $name:ident($exception:ident) => $target:path) => {
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                ".cfi_startproc",
                "mov rax, [rdi + {store}]",
                "cmp rsp, [rax + {limit}]",
                "jb {exhausted}",
                "lea rdi, [rsi + {unwind}]",
                "jmp {target}",
                ".cfi_endproc",
                store = const $crate::abi::CONTEXT_STORE,
                limit = const $crate::abi::STORE_STACK_LIMIT,
                exhausted = sym $crate::runtime::arch::exhausted,
                unwind = const $crate::abi::EXCEPTION_UNWIND,
                target = sym $target,
            )
        }
    };
    (switch $name:ident($($argument:ident),*) => $target:path) => {
        #[unsafe(naked)]
        pub(super) unsafe extern "C" fn $name() {
            std::arch::naked_asm!(
                ".cfi_startproc",
                "mov rax, [rdi + {store}]",
                "cmp rsp, [rax + {limit}]",
                "jb {exhausted}",
                "push rbp",
                ".cfi_def_cfa_offset 16",
                ".cfi_offset rbp, -16",
                "mov rbp, rsp",
                ".cfi_def_cfa_register rbp",
                "push rbx",
                "push r12",
                "push r13",
                "push r14",
                "push r15",
                "sub rsp, 24",
                concat!("mov ", $crate::runtime::arch::register_after!($($argument),*), ", rsp"),
                "call {target}",
                "jmp {resume_frame}",
                ".cfi_endproc",
                store = const $crate::abi::CONTEXT_STORE,
                limit = const $crate::abi::STORE_STACK_LIMIT,
                exhausted = sym $crate::runtime::arch::exhausted,
                target = sym $target,
                resume_frame = sym $crate::runtime::arch::resume_frame,
            )
        }
    };
}
pub(crate) use thunk;

/// The register of the argument after the context and the named arguments.
macro_rules! register_after {
    ($a:ident) => {
        "rdx"
    };
    ($a:ident, $b:ident) => {
        "rcx"
    };
    ($a:ident, $b:ident, $c:ident) => {
        "r8"
    };
    ($a:ident, $b:ident, $c:ident, $d:ident) => {
        "r9"
    };
}
pub(crate) use register_after;

/// Clears the upper halves of vector registers. To be called when wasm was left without returning: they may still hold
/// values of wasm, and until they are cleared, each SSE instruction of the host would wait for them.
pub(crate) fn after_leaving() {
    #[target_feature(enable = "avx")]
    fn clear() {
        std::arch::x86_64::_mm256_zeroupper();
    }
    if std::arch::is_x86_feature_detected!("avx") {
        // SAFETY: the feature was detected.
        unsafe { clear() };
    }
}

const _: () = assert!(abi::INT_PARAMS == 5 && abi::VEC_PARAMS == 8 && abi::INT_RESULTS == 2 && abi::VEC_RESULTS == 2);
const _: () = assert!(size_of::<Registers>().is_multiple_of(16));
