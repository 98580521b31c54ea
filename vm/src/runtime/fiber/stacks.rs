//! Stacks for continuations: cut from large mappings, each with a guard page at its low end, used again.
//!
//! A process has a limited number of mappings (65,530 on Linux, unless `vm.max_map_count` says otherwise), and a page whose
//! protection differs splits its mapping: guards made that way would end at about 32,000 stacks. Linux since 6.13 has
//! guards that are marks in the page table (`MADV_GUARD_INSTALL`), which split nothing: one mapping holds any number of
//! stacks. Where the kernel has none, guards are made by protection, and fewer stacks fit.

use crate::error::Result;
use crate::system::reservation::Reservation;
use rustix::mm::MprotectFlags;
use std::ops::Range;

/// Bytes of a stack, guard included. Only pages that are touched take memory.
pub(super) const STACK_SIZE: usize = 512 << 10;
/// Bytes that what the runtime does on such a stack finds at least: builtins and the unwinder. Functions of the host run
/// on the stack that wasm was entered on.
const RUNTIME_RESERVE: usize = 64 << 10;
/// Stacks of the first mapping; each next one has twice as many, up to [`LARGEST_MAPPING`].
const FIRST_MAPPING: usize = 16;
/// Stacks of the largest mapping.
const LARGEST_MAPPING: usize = 2048;
/// Stacks that a store may have, unless told otherwise.
const DEFAULT_LIMIT: usize = 1 << 17;
/// So many of the stacks that were given back last keep their pages; the others give them back to the kernel.
const WARM: usize = 16;

/// A stack, by its lowest address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stack(usize);

impl Stack {
    /// Where it begins: just above its highest address, which is aligned to a page.
    pub(crate) fn top(self) -> usize {
        self.0 + STACK_SIZE
    }

    /// Lowest stack pointer at which code of the runtime may be called.
    pub(crate) fn limit(self) -> usize {
        self.0 + rustix::param::page_size() + RUNTIME_RESERVE
    }

    /// Whether an address lies on it.
    pub(crate) fn contains(self, address: usize) -> bool {
        address.wrapping_sub(self.0) < STACK_SIZE
    }

    /// Bytes of its pages that have memory.
    pub(super) fn resident(self) -> usize {
        const PAGE: usize = 4096;
        let page = rustix::param::page_size();
        let mut pages = [0_u8; STACK_SIZE / PAGE];
        // SAFETY: asks for addresses of ours, of which there are no more pages than there is room for.
        let known = unsafe { libc::mincore(self.0 as *mut libc::c_void, STACK_SIZE, pages.as_mut_ptr()) } == 0;
        // What is not known may be all.
        if known { pages[..STACK_SIZE / page].iter().filter(|&&page| page & 1 != 0).count() * page } else { STACK_SIZE }
    }

    /// Whether an access of `address` ran into its guard. Async-signal-safe.
    pub(crate) fn is_guard(self, address: usize) -> bool {
        address.wrapping_sub(self.0) < rustix::param::page_size()
    }
}

/// The stacks of a store.
#[derive(Debug)]
pub(crate) struct Stacks {
    mappings: Vec<Reservation>,
    /// What of the last mapping was never used.
    unused: Range<usize>,
    free: Vec<Stack>,
    created: usize,
    /// How many there may be.
    pub(crate) limit: usize,
    /// Whether guards are made by protection, without trying anything else.
    guards_by_protection: bool,
}

impl Default for Stacks {
    fn default() -> Self {
        let (mappings, unused, free) = (Vec::new(), 0..0, Vec::new());
        Self { mappings, unused, free, created: 0, limit: DEFAULT_LIMIT, guards_by_protection: false }
    }
}

impl Stacks {
    /// A stack that nobody uses. None when there are too many, or the host has no room.
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

    /// How many are taken.
    pub(super) fn in_use(&self) -> usize {
        self.created - self.free.len()
    }

    fn map(&mut self) -> Result<()> {
        let stacks = (FIRST_MAPPING << self.mappings.len().min(16)).min(LARGEST_MAPPING);
        let reservation = Reservation::new(stacks * STACK_SIZE)?;
        reservation.commit(0..stacks * STACK_SIZE).map_err(|e| crate::Error::Resources(format!("stacks: {e}")))?;
        // A stack must not take a huge page. Where there are none, this fails, and nothing is lost.
        // SAFETY: the pages are ours.
        let _ =
            unsafe { libc::madvise(reservation.base().as_ptr().cast(), stacks * STACK_SIZE, libc::MADV_NOHUGEPAGE) };
        self.unused = reservation.addresses();
        self.mappings.push(reservation);
        Ok(())
    }

    /// Takes back a stack. It may still be the one that this runs on: it is only touched by who takes it next.
    pub(crate) fn give_back(&mut self, stack: Stack) {
        self.free.push(stack);
        if let Some(cold) = self.free.len().checked_sub(1 + WARM) {
            let Stack(start) = self.free[cold];
            // Guards outlast this. If it fails, the pages stay.
            // SAFETY: nobody uses this stack.
            let _ = unsafe { libc::madvise(start as *mut libc::c_void, STACK_SIZE, libc::MADV_DONTNEED) };
        }
    }
}

/// Makes the lowest page of a stack of `space` inaccessible.
fn guard(reservation: &Reservation, stack: Stack, guards_by_protection: bool) -> Option<()> {
    /// Of Linux 6.13: <https://man7.org/linux/man-pages/man2/madvise.2.html>
    const MADV_GUARD_INSTALL: libc::c_int = 102;
    let page = rustix::param::page_size();
    // SAFETY: the page is ours, and nobody uses it.
    if !guards_by_protection && unsafe { libc::madvise(stack.0 as *mut libc::c_void, page, MADV_GUARD_INSTALL) } == 0 {
        return Some(());
    }
    let start = stack.0 - reservation.addresses().start;
    // The page, and the stack above it.
    reservation.split(2).ok()?;
    // SAFETY: as above, nor will anybody: stacks begin above.
    unsafe { reservation.protect(start..start + page, MprotectFlags::empty()) }.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the kernel can read a byte.
    fn is_readable(address: usize) -> bool {
        let (mut reader, writer) = std::io::pipe().unwrap();
        // SAFETY: writes from there, or fails.
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
                    // SAFETY: what is under the top is ours.
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
