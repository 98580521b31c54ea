//! Single elements of tables, and the size of tables.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#table-instructions>

use crate::abi::{self, Builtin};
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::unit::alias::AliasClass;
use crate::trap::Trap;
use inkwell::IntPredicate;
use inkwell::values::{IntValue, PointerValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_table_get(&mut self, table: u32) -> Result<()> {
        let index = self.pop_int();
        let element = self.table_element(table, index, Trap::TableOutOfBounds)?;
        let value = self.load(self.unit.types.ptr, element, AliasClass::Table)?;
        self.push(value);
        Ok(())
    }

    pub(crate) fn visit_table_set(&mut self, table: u32) -> Result<()> {
        let value = self.pop();
        let index = self.pop_int();
        let element = self.table_element(table, index, Trap::TableOutOfBounds)?;
        self.store(value, element, AliasClass::Table)?;
        Ok(())
    }

    pub(crate) fn visit_table_size(&mut self, table: u32) -> Result<()> {
        let length = self.table_length(table)?;
        let elements = self.index_type(self.unit.description.tables[table as usize].table64);
        let length = self.builder.build_int_truncate(length, elements, "")?;
        self.push(length);
        Ok(())
    }

    pub(crate) fn visit_table_grow(&mut self, table: u32) -> Result<()> {
        let delta = self.pop_int();
        let delta = self.builder.build_int_z_extend(delta, self.unit.types.i64, "")?;
        let value = self.pop();
        let elements = self.index_type(self.unit.description.tables[table as usize].table64);
        let table = self.unit.types.i32.const_int(table.into(), false);
        let before = self.int_builtin(Builtin::TableGrow, &[table.into(), value, delta.into()])?;
        let before = self.builder.build_int_truncate(before, elements, "")?;
        self.push(before);
        Ok(())
    }

    /// Loads the length of a table in elements.
    fn table_length(&self, table: u32) -> Result<IntValue<'ctx>> {
        let definition = self.context_pointer(self.unit.layout.table(table) + abi::STORAGE_DEFINITION)?;
        let length = self.field(definition, abi::TABLE_LENGTH)?;
        Ok(self.load(self.unit.types.i64, length, AliasClass::Length)?.into_int_value())
    }

    /// Returns the address of an element. Traps with `trap` if the index is out of bounds.
    pub(crate) fn table_element(
        &mut self,
        table: u32,
        index: IntValue<'ctx>,
        trap: Trap,
    ) -> Result<PointerValue<'ctx>> {
        let index = self.builder.build_int_z_extend(index, self.unit.types.i64, "")?;
        let length = self.table_length(table)?;
        let past = self.builder.build_int_compare(IntPredicate::UGE, index, length, "")?;
        self.trap_if(past, trap)?;
        let base = self.context_pointer(self.unit.layout.table(table) + abi::STORAGE_BASE)?;
        let size = self.unit.types.i64.const_int(abi::TABLE_ELEMENT.into(), false);
        let bytes = self.builder.build_int_nuw_mul(index, size, "")?;
        self.offset_by(base, bytes)
    }
}
