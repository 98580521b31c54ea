//! Bulk instructions on tables. A builtin does the work and reports whether to trap.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#table-instructions>

use crate::abi::Builtin;
use crate::error::Result;
use crate::lower::function::Lowering;

impl Lowering<'_, '_, '_> {
    pub(crate) fn visit_table_fill(&mut self, table: u32) -> Result<()> {
        let length = self.pop_wide()?;
        let value = self.pop();
        let to = self.pop_wide()?;
        let table = self.index(table);
        self.checked_builtin(Builtin::TableFill, &[table, to, value, length])
    }

    pub(crate) fn visit_table_copy(&mut self, to: u32, from: u32) -> Result<()> {
        self.range_builtin(Builtin::TableCopy, to, from)
    }

    pub(crate) fn visit_table_init(&mut self, segment: u32, table: u32) -> Result<()> {
        self.range_builtin(Builtin::TableInit, table, segment)
    }

    pub(crate) fn visit_elem_drop(&mut self, segment: u32) -> Result<()> {
        let segment = self.index(segment);
        self.void_builtin(Builtin::ElemDrop, &[segment])
    }
}
