//! Bulk instructions on memories. A builtin does the work and reports whether to trap.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions>

use crate::abi::Builtin;
use crate::error::Result;
use crate::lower::function::Lowering;

impl Lowering<'_, '_, '_> {
    pub(crate) fn visit_memory_fill(&mut self, memory: u32) -> Result<()> {
        let length = self.pop_wide()?;
        let value = self.pop();
        let to = self.pop_wide()?;
        let memory = self.index(memory);
        self.checked_builtin(Builtin::MemoryFill, &[memory, to, value, length])
    }

    pub(crate) fn visit_memory_copy(&mut self, to: u32, from: u32) -> Result<()> {
        self.range_builtin(Builtin::MemoryCopy, to, from)
    }

    pub(crate) fn visit_memory_init(&mut self, segment: u32, memory: u32) -> Result<()> {
        self.range_builtin(Builtin::MemoryInit, memory, segment)
    }

    pub(crate) fn visit_data_drop(&mut self, segment: u32) -> Result<()> {
        let segment = self.index(segment);
        self.void_builtin(Builtin::DataDrop, &[segment])
    }
}
