//! Arrays: `array.new` in all its forms, `array.get`, `array.set` and `array.len`.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-array-new>

use super::object::FieldInit;
use crate::abi::Builtin;
use crate::abi::heap::{ARRAY_LENGTH, array_elements, storage_size};
use crate::error::Result;
use crate::lower::emit::builtin::trap_of;
use crate::lower::function::Lowering;
use crate::lower::unit::alias::AliasClass;
use crate::trap::Trap;
use crate::types::{CompositeType, StorageType};
use inkwell::IntPredicate;
use inkwell::values::{BasicValueEnum, IntValue, PointerValue};

/// Largest array, in bytes, that compiled code fills inline; the length must be known when compiling.
const FILLED_INLINE: u64 = 256;
/// Least address of an object. A builtin that returns less returns the number of a trap.
const LEAST_OBJECT: u64 = 256;

/// The layout of the elements of an array type.
#[derive(Clone, Copy)]
pub(super) struct Elements {
    pub(super) storage: StorageType,
    /// Size of an element in bytes.
    pub(super) size: u32,
    /// Offset of the first element in the object.
    pub(super) first: u32,
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Returns the layout of the elements of an array type.
    pub(super) fn elements(&self, type_index: u32) -> Elements {
        let CompositeType::Array(element) = &self.unit.description.types[type_index as usize].composite else {
            unreachable!("validation requires an array type here")
        };
        let (storage, first) = (element.storage, array_elements(element));
        Elements { storage, size: storage_size(storage), first }
    }

    /// Returns length and size in bytes of an array, if the length is known and compiled code may fill the array.
    fn small_array(&self, elements: Elements, length: IntValue<'ctx>) -> Option<(u32, u32)> {
        let length = length.get_zero_extended_constant()?;
        let bytes = u64::from(elements.first) + length.checked_mul(elements.size.into())?;
        let narrow = |number| u32::try_from(number).ok();
        (bytes <= FILLED_INLINE).then_some((narrow(length)?, narrow(bytes)?))
    }

    pub(crate) fn visit_array_new(&mut self, type_index: u32) -> Result<()> {
        let length = self.pop_int();
        let value = self.pop();
        let elements = self.elements(type_index);
        let array = if let Some((count, bytes)) = self.small_array(elements, length) {
            let array = self.allocate(type_index, bytes, Some(count), FieldInit::Unset)?;
            for number in 0..count {
                self.initialise_element(array, elements, number, value)?;
            }
            array
        } else {
            let array = self.new_array(type_index, length)?;
            // A new array is all zeros already.
            let is_zero = match value {
                BasicValueEnum::IntValue(value) => value.get_zero_extended_constant() == Some(0),
                BasicValueEnum::PointerValue(value) => value.is_const() && value.is_null(),
                _ => false,
            };
            if !is_zero {
                let to = self.field(array, elements.first)?;
                let length = self.wide(length)?;
                self.fill(to, elements, value, length)?;
            }
            array
        };
        self.push(array);
        Ok(())
    }

    pub(crate) fn visit_array_new_default(&mut self, type_index: u32) -> Result<()> {
        let length = self.pop_int();
        let array = match self.small_array(self.elements(type_index), length) {
            Some((count, bytes)) => self.allocate(type_index, bytes, Some(count), FieldInit::Zero)?,
            None => self.new_array(type_index, length)?,
        };
        self.push(array);
        Ok(())
    }

    pub(crate) fn visit_array_new_fixed(&mut self, type_index: u32, count: u32) -> Result<()> {
        let values = self.stack.split_off(self.stack.len() - count as usize);
        let elements = self.elements(type_index);
        // Validation allows 10,000 operands.
        let bytes = elements.first + count * elements.size;
        let array = self.allocate(type_index, bytes, Some(count), FieldInit::Unset)?;
        for (value, number) in values.into_iter().zip(0..) {
            self.initialise_element(array, elements, number, value)?;
        }
        self.push(array);
        Ok(())
    }

    /// Calls the builtin that allocates an array of zeros.
    fn new_array(&mut self, type_index: u32, length: IntValue<'ctx>) -> Result<PointerValue<'ctx>> {
        let ty = self.unit.types.i32.const_int(type_index.into(), false);
        self.object_builtin(Builtin::ArrayNew, &[ty.into(), length.into()])
    }

    /// Writes an element of a new array.
    fn initialise_element(
        &self,
        array: PointerValue<'ctx>,
        elements: Elements,
        number: u32,
        value: BasicValueEnum<'ctx>,
    ) -> Result<()> {
        let place = self.field(array, elements.first + number * elements.size)?;
        self.initialise(value, place, elements.storage, AliasClass::Element, number as usize)
    }

    pub(crate) fn visit_array_new_data(&mut self, type_index: u32, segment: u32) -> Result<()> {
        self.array_of_segment(Builtin::ArrayNewData, type_index, segment)
    }

    pub(crate) fn visit_array_new_elem(&mut self, type_index: u32, segment: u32) -> Result<()> {
        self.array_of_segment(Builtin::ArrayNewElem, type_index, segment)
    }

    /// Allocates an array with the contents of a segment.
    fn array_of_segment(&mut self, builtin: Builtin, type_index: u32, segment: u32) -> Result<()> {
        let length = self.pop_int();
        let from = self.pop_int();
        let i64 = self.unit.types.i64;
        let both = i64.const_int(u64::from(type_index) | u64::from(segment) << 32, false);
        let array = self.int_builtin(builtin, &[both.into(), from.into(), length.into()])?;
        let object = self.check_allocated(array)?;
        let least = i64.const_int(LEAST_OBJECT, false);
        let outside = self.builder.build_int_compare(IntPredicate::ULT, array, least, "")?;
        self.trap_if(outside, trap_of(builtin)?)?;
        self.push(object);
        Ok(())
    }

    /// Loads the length of an array.
    pub(super) fn length(&self, array: PointerValue<'ctx>) -> Result<IntValue<'ctx>> {
        let length = self.field(array, ARRAY_LENGTH)?;
        Ok(self.load(self.unit.types.i32, length, AliasClass::Header)?.into_int_value())
    }

    pub(crate) fn visit_array_len(&mut self) -> Result<()> {
        let array = self.pop_object(Trap::NullArrayReference)?;
        let length = self.length(array)?;
        self.push(length);
        Ok(())
    }

    pub(crate) fn visit_array_get(&mut self, type_index: u32) -> Result<()> {
        self.array_get(type_index, false)
    }

    pub(crate) fn visit_array_get_s(&mut self, type_index: u32) -> Result<()> {
        self.array_get(type_index, true)
    }

    pub(crate) fn visit_array_get_u(&mut self, type_index: u32) -> Result<()> {
        self.array_get(type_index, false)
    }

    fn array_get(&mut self, type_index: u32, signed: bool) -> Result<()> {
        let elements = self.elements(type_index);
        let place = self.element(elements)?;
        let value = self.load_field(place, elements.storage, AliasClass::Element, signed)?;
        self.push(value);
        Ok(())
    }

    pub(crate) fn visit_array_set(&mut self, type_index: u32) -> Result<()> {
        let value = self.pop();
        let elements = self.elements(type_index);
        let place = self.element(elements)?;
        self.store_field(value, place, elements.storage, AliasClass::Element)?;
        Ok(())
    }

    /// Pops an index and an array, and returns the address of the element. Traps if the index is out of bounds.
    fn element(&mut self, elements: Elements) -> Result<PointerValue<'ctx>> {
        let index = self.pop_int();
        let array = self.pop_object(Trap::NullArrayReference)?;
        let length = self.length(array)?;
        let outside = self.builder.build_int_compare(IntPredicate::UGE, index, length, "")?;
        self.trap_if(outside, Trap::ArrayOutOfBounds)?;
        let index = self.wide(index)?;
        self.element_at(array, elements, index)
    }

    /// Computes the address of an element without a check.
    pub(super) fn element_at(
        &self,
        array: PointerValue<'ctx>,
        elements: Elements,
        index: IntValue<'ctx>,
    ) -> Result<PointerValue<'ctx>> {
        let first = self.field(array, elements.first)?;
        let bytes = self.bytes(elements, index)?;
        self.offset_by(first, bytes)
    }

    /// Zero-extends an `i32` to `i64`: sums of two do not wrap.
    pub(super) fn wide(&self, value: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        Ok(self.builder.build_int_z_extend(value, self.unit.types.i64, "")?)
    }
}
