//! Everything that differs between architectures: the stubs between host and wasm, stack switching, and decoding of
//! faults.
//!
//! Stubs call the runtime through addresses that they are given at run time ([`HostContext::call`], [`FiberHooks`]), so
//! that this floor names none above it.

pub(crate) mod unwind;
#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::*;

use crate::abi::{Registers, VMException, VMStore};

#[cfg(not(target_arch = "x86_64"))]
compile_error!("this architecture has no stubs yet");

/// The part of an entry into wasm that the stubs read and write.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct StubState {
    /// Stack pointer at the landing of the entry stub.
    pub(crate) stack_pointer: usize,
    /// Address where the entry stub continues when wasm is left without returning.
    pub(crate) landing: usize,
    /// Frame pointer of the entry stub: the end of the chain of wasm frames.
    pub(crate) frame: usize,
    /// Frame pointer of the host stub, while a host function that wasm called is running: the start of that chain.
    pub(crate) host_frame: usize,
    /// The fiber that runs, or that waits for a host function; null while wasm runs on the stack that it was entered on.
    pub(crate) fiber: *mut u8,
    /// Lowest address in use of the stack that wasm was entered on, while wasm runs on others.
    pub(crate) idle: usize,
    /// Where the entry stub puts results.
    pub(crate) registers: *mut Registers,
    /// The exception that wasm did not catch, if that is why wasm was left.
    pub(crate) exception: *mut VMException,
}

/// The beginning of the context of every host function.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct HostContext {
    /// The store that the function is in.
    pub(crate) store: *mut VMStore,
    /// The function that the host stub calls, with the context and the argument registers. Results replace the
    /// arguments.
    pub(crate) call: unsafe extern "C" fn(context: *mut Self, registers: *mut Registers) -> HostReturn,
}

/// How a host function ended. If both fields are null, the stub returns to wasm with the results.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct HostReturn {
    /// The activation to unwind to.
    pub(crate) leave: *mut StubState,
    /// The exception to throw at the call in wasm.
    pub(crate) exception: *mut VMException,
}

/// What a fiber's first stub calls when the fiber's function has ended. Each returns the frame to resume.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct FiberHooks {
    /// The function has returned, with results in the registers.
    pub(crate) returned: unsafe extern "C" fn(fiber: *mut u8, registers: *mut Registers) -> *mut Suspended,
    /// The function has thrown.
    pub(crate) thrown: unsafe extern "C" fn(fiber: *mut u8, exception: *mut VMException) -> *mut Suspended,
}
