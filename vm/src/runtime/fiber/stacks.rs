//! A pool of stacks for continuations, cut from large mappings, each with a guard page at its low end.
//!
//! A process has a limited number of mappings (65,530 on Linux, unless `vm.max_map_count` says otherwise), and a page
//! with different protection splits its mapping. Guard pages made by protection would therefore end at about 32,000
//! stacks. Linux since 6.13 has guard markers in the page table (`MADV_GUARD_INSTALL`), which do not split mappings:
//! one mapping holds any number of stacks. On older kernels, guard pages are made by protection, and fewer stacks fit.

use crate::error::Result;
use crate::system::reservation::Reservation;
use rustix::mm::MprotectFlags;
use std::ops::Range;

/// Bytes of a stack, guard page included. Only touched pages take memory.
pub(super) const STACK_SIZE: usize = 512 << 10;
/// Minimum bytes of stack for runtime code that runs on it: builtins and the unwinder. Host functions run on the stack
/// that wasm was entered on.
const RUNTIME_RESERVE: usize = 64 << 10;
/// Stacks of the first mapping. Each further mapping has twice as many, up to [`LARGEST_MAPPING`].
const FIRST_MAPPING: usize = 16;
/// Stacks of the largest mapping.
const LARGEST_MAPPING: usize = 2048;
/// Default limit of the stacks of a store.
const DEFAULT_LIMIT: usize = 1 << 17;
/// Number of stacks, those freed last, that keep their pages. The others return them to the kernel.
const WARM_STACKS: usize = 16;

/// A stack, by its lowest address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stack(usize);

impl Stack {
    /// Returns the top of the stack: the address just above its highest, aligned to a page. The stack grows down from
    /// there.
    pub(crate) fn top(self) -> usize {
        self.0 + STACK_SIZE
    }

    /// Returns the lowest stack pointer at which runtime code may be called.
    pub(crate) fn limit(self) -> usize {
        self.0 + rustix::param::page_size() + RUNTIME_RESERVE
    }

    /// Returns whether an address is on the stack.
    pub(crate) fn contains(self, address: usize) -> bool {
        address.wrapping_sub(self.0) < STACK_SIZE
    }

    /// Returns the bytes of resident pages.
    pub(super) fn resident(self) -> usize {
        const PAGE: usize = 4096;
        let page = rustix::param::page_size();
        let mut pages = [0_u8; STACK_SIZE / PAGE];
        // SAFETY: the addresses are those of this stack, and the buffer has room for all its pages.
        let known = unsafe { libc::mincore(self.0 as *mut libc::c_void, STACK_SIZE, pages.as_mut_ptr()) } == 0;
        // If the kernel does not say, all pages may be resident.
        if known { pages[..STACK_SIZE / page].iter().filter(|&&page| page & 1 != 0).count() * page } else { STACK_SIZE }
    }

    /// Returns whether an access of `address` hit the guard page. Async-signal-safe.
    pub(crate) fn is_guard(self, address: usize) -> bool {
        address.wrapping_sub(self.0) < rustix::param::page_size()
    }
}

/// The stacks of a store.
#[derive(Debug)]
pub(crate) struct Stacks {
    mappings: Vec<Reservation>,
    /// The part of the last mapping that was never used.
    unused: Range<usize>,
    free: Vec<Stack>,
    created: usize,
    /// Maximum number of stacks.
    pub(crate) limit: usize,
    /// Whether guard pages are made by protection, without trying guard markers first.
    guards_by_protection: bool,
}

impl Default for Stacks {
    fn default() -> Self {
        let (mappings, unused, free) = (Vec::new(), 0..0, Vec::new());
        Self { mappings, unused, free, created: 0, limit: DEFAULT_LIMIT, guards_by_protection: false }
    }
}

impl Stacks {
    /// Allocates a stack. Returns none when there are too many, or the host has no room.
    pub(crate) fn take(&mut self) -> Option<Stack> {
        if let Some(stack) = self.free.pop() {
            return Some(stack);
        }
        if self.created >= self.limit {
            return None;
        }
        if self.unused.is_empty() {
            self.map().ok()?;
        }
        let stack = Stack(self.unused.start);
        guard(self.mappings.last()?, stack, self.guards_by_protection)?;
        self.unused.start += STACK_SIZE;
        self.created += 1;
        Some(stack)
    }

    /// Returns the number of stacks in use.
    pub(super) fn in_use(&self) -> usize {
        self.created - self.free.len()
    }

    fn map(&mut self) -> Result<()> {
        let stacks = (FIRST_MAPPING << self.mappings.len().min(16)).min(LARGEST_MAPPING);
        let reservation = Reservation::new(stacks * STACK_SIZE)?;
        reservation
            .commit(0..stacks * STACK_SIZE)
            .map_err(|e| crate::Error::Resources(format!("can't make stacks accessible: {e}")))?;
        // A stack must not take a huge page. On kernels without huge pages the call fails, which is harmless.
        // SAFETY: the pages belong to this pool.
        let _ =
            unsafe { libc::madvise(reservation.base().as_ptr().cast(), stacks * STACK_SIZE, libc::MADV_NOHUGEPAGE) };
        self.unused = reservation.addresses();
        self.mappings.push(reservation);
        Ok(())
    }

    /// Frees a stack. It may still be the current stack: only its next user touches it.
    pub(crate) fn give_back(&mut self, stack: Stack) {
        self.free.push(stack);
        if let Some(cold) = self.free.len().checked_sub(1 + WARM_STACKS) {
            let Stack(start) = self.free[cold];
            // The guard survives this call. If the call fails, the pages stay resident.
            // SAFETY: the stack is free.
            let _ = unsafe { libc::madvise(start as *mut libc::c_void, STACK_SIZE, libc::MADV_DONTNEED) };
        }
    }
}

/// Makes the lowest page of a stack in `reservation` inaccessible.
fn guard(reservation: &Reservation, stack: Stack, guards_by_protection: bool) -> Option<()> {
    /// Since Linux 6.13: <https://man7.org/linux/man-pages/man2/madvise.2.html>
    const MADV_GUARD_INSTALL: libc::c_int = 102;
    let page = rustix::param::page_size();
    // SAFETY: the page belongs to this pool, and is not used.
    if !guards_by_protection && unsafe { libc::madvise(stack.0 as *mut libc::c_void, page, MADV_GUARD_INSTALL) } == 0 {
        return Some(());
    }
    let start = stack.0 - reservation.addresses().start;
    // Two more mappings: the guard page, and the stack above it.
    reservation.split(2).ok()?;
    // SAFETY: as above; and the page will not be used, since the usable part of a stack begins above it.
    unsafe { reservation.protect(start..start + page, MprotectFlags::empty()) }.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns whether the kernel can read a byte.
    fn is_readable(address: usize) -> bool {
        let (mut reader, writer) = std::io::pipe().unwrap();
        // SAFETY: reads one byte from there, or fails.
        let written = unsafe { libc::write(std::os::fd::AsRawFd::as_raw_fd(&writer), address as *const _, 1) };
        if written == 1 {
            std::io::Read::read_exact(&mut reader, &mut [0]).unwrap();
        }
        written == 1
    }

    #[test]
    fn stacks_are_reused_and_do_not_overlap() {
        for guards_by_protection in [false, true] {
            let mut stacks = Stacks { guards_by_protection, ..Stacks::default() };
            let taken: Vec<Stack> = (0..200).map(|_| stacks.take().unwrap()).collect();
            let mut starts: Vec<usize> = taken.iter().map(|stack| stack.0).collect();
            starts.sort_unstable();
            assert!(starts.windows(2).all(|pair| pair[1] - pair[0] >= STACK_SIZE));
            for _ in 0..2 {
                for &stack in &taken {
                    assert!(stack.is_guard(stack.0) && !stack.is_guard(stack.limit()) && !stack.is_guard(stack.top()));
                    let page = rustix::param::page_size();
                    assert!(!is_readable(stack.0) && !is_readable(stack.0 + page - 1));
                    assert!(is_readable(stack.0 + page) && is_readable(stack.top() - 1));
                    // SAFETY: the bytes below the top belong to the stack.
                    unsafe { ((stack.top() - 8) as *mut u64).write(1) };
                    stacks.give_back(stack);
                }
                assert_eq!(stacks.take(), taken.last().copied());
                (1..200).for_each(|_| assert!(stacks.take().is_some()));
                assert_eq!(stacks.created, 200);
            }
        }
    }

    #[test]
    fn the_number_of_stacks_is_limited() {
        let mut stacks = Stacks { limit: 20, ..Stacks::default() };
        let taken: Vec<_> = std::iter::from_fn(|| stacks.take()).collect();
        assert_eq!(taken.len(), 20);
        stacks.give_back(taken[7]);
        assert_eq!((stacks.take(), stacks.take()), (Some(taken[7]), None));
    }
}
