//! A backtrace as addresses, captured where wasm stopped and resolved to functions afterwards.

use super::registry;
use crate::trap::WasmBacktrace;

/// Return addresses, innermost first. Some lie in stubs, not in wasm.
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

    /// Follows the frame pointers from `frame` to the frame of the entry stub, `last`.
    ///
    /// # Safety
    /// `frame` must be 0 or a frame of this stack between here and `last`, and those between keep frame pointers.
    pub(crate) unsafe fn walk(&mut self, mut frame: usize, last: usize) {
        // What a frame pointer says is believed only while it leads towards the stub.
        while frame != 0 && frame < last && frame.is_multiple_of(size_of::<usize>()) && !self.is_full() {
            // SAFETY: the caller's promise: a frame begins with the pointer to the one before and the return address.
            let [before, back] = unsafe { (frame as *const [usize; 2]).read() };
            self.push(back);
            if before <= frame {
                return;
            }
            frame = before;
        }
    }

    /// Whether there is no more room.
    pub(crate) fn is_full(&self) -> bool {
        self.length == self.addresses.len()
    }

    /// Forgets all addresses.
    pub(crate) fn clear(&mut self) {
        self.length = 0;
    }

    /// The functions that the trace went through, as far as their code is still there.
    pub(crate) fn resolve(&self) -> WasmBacktrace {
        let mut frames = Vec::new();
        for &address in &self.addresses[..self.length] {
            // The call itself is before the address it returns to.
            let pc = address - 1;
            if let Some(symbols) = registry::find(pc) {
                symbols.frames(pc, &mut frames);
            }
        }
        frames.truncate(WasmBacktrace::LIMIT);
        WasmBacktrace { frames }
    }
}
