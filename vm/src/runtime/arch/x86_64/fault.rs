//! Faults of wasm code: which signals they raise, which trap an instruction stands for, and how a thread leaves them.

use super::super::StubState;
use crate::trap::Trap;

/// Signals that stop wasm code. Compiled code checks integer division itself, so SIGFPE never belongs to wasm. On other
/// architectures traps raise SIGTRAP.
pub(crate) const SIGNALS: [i32; 3] = [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL];

/// Whether the instruction at `pc` is a trap instruction of a stub, which traps on behalf of the stub's caller.
pub(crate) fn is_trap_stub(pc: usize) -> bool {
    pc == super::exhausted as *const () as usize || super::switch::is_trap_stub(pc)
}

/// The trap that the instruction at `pc` raises. LLVM's `llvm.ubsantrap` of a number is the undefined instruction `ud1
/// eax, [eax + number]`.
///
/// # Safety
/// The instruction at `pc` must have raised SIGILL.
pub(crate) unsafe fn decode_trap(pc: usize) -> Option<Trap> {
    let byte = |at: usize| {
        // SAFETY: the caller's promise. Each byte is read only if those before are those of this long instruction.
        unsafe { ((pc + at) as *const u8).read() }
    };
    // ModRM with an 8-bit displacement (mod 1) and no SIB byte (rm 4). The registers that it names do not matter.
    let short = |modrm: u8| modrm >> 6 == 1 && modrm & 7 != 4;
    let is_trap = byte(0) == 0x67 && byte(1) == 0x0f && byte(2) == 0xb9 && short(byte(3));
    is_trap.then(|| byte(4)).and_then(Trap::from_number)
}

/// Whether the instruction at `pc` is the `push rbp` with which functions begin. There the frame pointer is still the
/// caller's, and the return address is on top of the stack.
///
/// # Safety
/// `pc` must lie in code.
pub(crate) unsafe fn is_function_entry(pc: usize) -> bool {
    // SAFETY: the caller's promise.
    unsafe { (pc as *const u8).read() == 0x55 }
}

/// The registers of an interrupted thread.
pub(crate) struct Interrupted(*mut libc::ucontext_t);

impl Interrupted {
    /// # Safety
    /// `context` must be what the kernel passed to a handler with `SA_SIGINFO`, and the handler must still be running.
    pub(crate) unsafe fn new(context: *mut libc::c_void) -> Self {
        Self(context.cast())
    }

    fn register(&self, index: i32) -> *mut i64 {
        // SAFETY: the promise of `new`. The indices are the C library's.
        unsafe { &raw mut (*self.0).uc_mcontext.gregs[index as usize] }
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the kernel stores addresses as signed integers"
    )]
    fn read(&self, index: i32) -> usize {
        // SAFETY: as in `register`.
        unsafe { self.register(index).read() as usize }
    }

    pub(crate) fn pc(&self) -> usize {
        self.read(libc::REG_RIP)
    }
    pub(crate) fn stack_pointer(&self) -> usize {
        self.read(libc::REG_RSP)
    }
    pub(crate) fn frame_pointer(&self) -> usize {
        self.read(libc::REG_RBP)
    }

    /// Makes the thread continue at the landing of [`enter`](super::enter), which restores the other registers from its frame.
    pub(crate) fn resume(&self, state: &StubState) {
        // SAFETY: as in `register`.
        unsafe {
            self.register(libc::REG_RIP).write(state.landing.cast_signed() as i64);
            self.register(libc::REG_RSP).write(state.stack_pointer.cast_signed() as i64);
        }
    }
}
