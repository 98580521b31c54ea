//! A captured backtrace: return addresses, resolved to functions afterwards.

use super::registry;
use crate::trap::WasmBacktrace;

/// Return addresses, innermost first. Some are in stubs, not in wasm code.
#[derive(Debug)]
pub(crate) struct Trace {
    length: usize,
    addresses: [usize; WasmBacktrace::LIMIT],
}

impl Default for Trace {
    fn default() -> Self {
        Self { length: 0, addresses: [0; WasmBacktrace::LIMIT] }
    }
}

impl Trace {
    /// Appends an address, if there is room.
    pub(crate) fn push(&mut self, address: usize) {
        if let Some(slot) = self.addresses.get_mut(self.length) {
            *slot = address;
            self.length += 1;
        }
    }

    /// Follows the chain of frame pointers from `frame` to the frame of the entry stub, `last`.
    ///
    /// # Safety
    /// `frame` must be 0 or a frame of this stack between here and `last`, and all frames between them keep frame
    /// pointers.
    pub(crate) unsafe fn walk(&mut self, mut frame: usize, last: usize) {
        // A frame pointer is followed only while it leads towards the entry stub.
        while frame != 0 && frame < last && frame.is_multiple_of(size_of::<usize>()) && !self.is_full() {
            // SAFETY: guaranteed by the caller: a frame begins with the caller's frame pointer and the return address.
            let [before, back] = unsafe { (frame as *const [usize; 2]).read() };
            self.push(back);
            if before <= frame {
                return;
            }
            frame = before;
        }
    }

    /// Returns whether there is no more room.
    pub(crate) fn is_full(&self) -> bool {
        self.length == self.addresses.len()
    }

    /// Removes all addresses.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    /// Resolves the addresses to functions. Addresses in code that was unloaded meanwhile are left out.
    pub(crate) fn resolve(&self) -> WasmBacktrace {
        let mut frames = Vec::new();
        for &address in &self.addresses[..self.length] {
            // The call instruction is before the return address.
            let pc = address - 1;
            if let Some(symbols) = registry::find(pc) {
                symbols.frames(pc, &mut frames);
            }
        }
        frames.truncate(WasmBacktrace::LIMIT);
        WasmBacktrace { frames }
    }
}
