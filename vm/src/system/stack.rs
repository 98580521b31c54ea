//! Bounds of the thread's own stack, and detection of stack overflow.

use crate::error::{Error, Result};
use std::ops::Range;
use std::ptr::null_mut;

/// Bytes of a stack that are reserved for host code: the least that a host function finds when wasm calls it.
const RESERVE: usize = 128 << 10;
/// Bytes of the largest stack that wasm may use.
const LARGEST_STACK: usize = 256 << 20;

/// The bounds of a stack on which wasm may be entered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// The lowest address.
    pub(crate) end: usize,
    /// The lowest stack pointer at which host code may be called.
    pub(crate) limit: usize,
    /// The first address above the stack.
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

/// Whether a fault at `address`, with the given stack pointer, is an overflow of the stack whose lowest address is
/// `end`. Async-signal-safe.
pub(crate) fn is_overflow(end: usize, address: usize, stack_pointer: usize) -> bool {
    /// Compiled code touches the pages of a frame in order. So the distance of a fault from the stack pointer is at
    /// most the part of a frame that a function sets up at once. There are no accesses below the red zone.
    const NEAR: usize = 64 << 10;
    /// The start of the guard is known only roughly: below the main thread's stack the kernel keeps up to 256 pages
    /// free from the next mapping, whatever the stack limit says.
    const GAP: usize = 256 * 4096 + NEAR;
    address.abs_diff(stack_pointer) <= NEAR && (end.saturating_sub(GAP)..end + GAP).contains(&address)
}

/// The addresses of this thread's stack.
pub(crate) fn thread_stack() -> Result<Range<usize>> {
    let stack = mapped_stack()?;
    if stack.len() <= LARGEST_STACK { Ok(stack) } else { Ok(fence(stack.end - LARGEST_STACK)?..stack.end) }
}

/// Gives an unlimited stack a guard page. Without a limit (`ulimit -s unlimited`) the main thread's stack has no guard,
/// and endless recursion would take all memory. Returns the lowest address that the stack then has.
fn fence(below: usize) -> Result<usize> {
    /// Distance that the kernel keeps between a growing stack and the mapping below it (its `stack_guard_gap`, 256
    /// pages).
    const GAP: usize = 256 * 4096;
    let page = rustix::param::page_size();
    let address = below / page * page;
    let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE | libc::MAP_FIXED_NOREPLACE;
    // SAFETY: the mapping replaces no other. It lies where nothing is mapped except what the stack may grow into.
    let placed = unsafe { libc::mmap(address as *mut libc::c_void, page, libc::PROT_NONE, flags, -1, 0) };
    if placed as usize == address {
        Ok(address + page + GAP)
    } else {
        Err(Error::Resources("the stack is unlimited, and no guard page can be placed below it".into()))
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
