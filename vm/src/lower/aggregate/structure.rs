//! Structures: `struct.new`, `struct.get` and `struct.set`.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-struct-new>

use super::object::FieldInit;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::unit::alias::AliasClass;
use crate::trap::Trap;
use crate::types::StorageType;
use inkwell::values::PointerValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_struct_new(&mut self, type_index: u32) -> Result<()> {
        let layout = self.unit.struct_layout(type_index);
        let values = self.stack.split_off(self.stack.len() - layout.offsets.len());
        let object = self.allocate(type_index, layout.size, None, FieldInit::Unset)?;
        for (number, value) in values.into_iter().enumerate() {
            let place = self.field(object, layout.offsets[number])?;
            let storage = self.struct_fields(type_index)[number].storage;
            self.initialise(value, place, storage, AliasClass::Field, number)?;
        }
        self.push(object);
        Ok(())
    }

    pub(crate) fn visit_struct_new_default(&mut self, type_index: u32) -> Result<()> {
        let layout = self.unit.struct_layout(type_index);
        let object = self.allocate(type_index, layout.size, None, FieldInit::Zero)?;
        self.push(object);
        Ok(())
    }

    pub(crate) fn visit_struct_get(&mut self, type_index: u32, field: u32) -> Result<()> {
        self.struct_get(type_index, field, false)
    }

    pub(crate) fn visit_struct_get_s(&mut self, type_index: u32, field: u32) -> Result<()> {
        self.struct_get(type_index, field, true)
    }

    pub(crate) fn visit_struct_get_u(&mut self, type_index: u32, field: u32) -> Result<()> {
        self.struct_get(type_index, field, false)
    }

    fn struct_get(&mut self, type_index: u32, field: u32, signed: bool) -> Result<()> {
        let (place, storage) = self.struct_field(type_index, field)?;
        let value = self.load_field(place, storage, AliasClass::Field, signed)?;
        self.push(value);
        Ok(())
    }

    pub(crate) fn visit_struct_set(&mut self, type_index: u32, field: u32) -> Result<()> {
        let value = self.pop();
        let (place, storage) = self.struct_field(type_index, field)?;
        self.store_field(value, place, storage, AliasClass::Field)?;
        Ok(())
    }

    /// Pops a structure, and returns the address and the storage type of a field of it.
    fn struct_field(&mut self, type_index: u32, field: u32) -> Result<(PointerValue<'ctx>, StorageType)> {
        let object = self.pop_object(Trap::NullStructureReference)?;
        let offset = self.unit.struct_layout(type_index).offsets[field as usize];
        let storage = self.struct_fields(type_index)[field as usize].storage;
        Ok((self.field(object, offset)?, storage))
    }
}
