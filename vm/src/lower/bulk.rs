//! Instructions on ranges of memories and tables. The runtime does the work and says whether to trap.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions>

use super::function::Lowering;
use crate::abi::Builtin;
use crate::error::Result;
use inkwell::values::BasicValueEnum;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(super) fn visit_memory_fill(&mut self, memory: u32) -> Result<()> {
        let length = self.pop_wide()?;
        let value = self.pop();
        let to = self.pop_wide()?;
        let memory = self.index(memory);
        self.checked_builtin(Builtin::MemoryFill, &[memory, to, value, length])
    }

    pub(super) fn visit_memory_copy(&mut self, to: u32, from: u32) -> Result<()> {
        self.range(Builtin::MemoryCopy, to, from)
    }

    pub(super) fn visit_memory_init(&mut self, segment: u32, memory: u32) -> Result<()> {
        self.range(Builtin::MemoryInit, memory, segment)
    }

    pub(super) fn visit_data_drop(&mut self, segment: u32) -> Result<()> {
        let segment = self.index(segment);
        self.command(Builtin::DataDrop, &[segment])
    }

    pub(super) fn visit_table_fill(&mut self, table: u32) -> Result<()> {
        let length = self.pop_wide()?;
        let value = self.pop();
        let to = self.pop_wide()?;
        let table = self.index(table);
        self.checked_builtin(Builtin::TableFill, &[table, to, value, length])
    }

    pub(super) fn visit_table_copy(&mut self, to: u32, from: u32) -> Result<()> {
        self.range(Builtin::TableCopy, to, from)
    }

    pub(super) fn visit_table_init(&mut self, segment: u32, table: u32) -> Result<()> {
        self.range(Builtin::TableInit, table, segment)
    }

    pub(super) fn visit_elem_drop(&mut self, segment: u32) -> Result<()> {
        let segment = self.index(segment);
        self.command(Builtin::ElemDrop, &[segment])
    }

    fn index(&self, index: u32) -> BasicValueEnum<'ctx> {
        self.unit.types.i32.const_int(index.into(), false).into()
    }

    /// Pops an index or length, widened without sign unless it is wide already.
    fn pop_wide(&mut self) -> Result<BasicValueEnum<'ctx>> {
        let value = self.pop_int();
        Ok(self.builder.build_int_z_extend(value, self.unit.types.i64, "")?.into())
    }

    /// `low` and `high` are packed into one argument, so that every argument has a register.
    fn range(&mut self, builtin: Builtin, low: u32, high: u32) -> Result<()> {
        let length = self.pop_wide()?;
        let from = self.pop_wide()?;
        let to = self.pop_wide()?;
        let both = self.unit.types.i64.const_int(u64::from(low) | u64::from(high) << 32, false);
        self.checked_builtin(builtin, &[both.into(), to, from, length])
    }
}
