//! Bulk instructions on arrays: `array.fill`, `array.copy` and `array.init`.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-array-fill>

use super::array::Elements;
use crate::abi::Builtin;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::trap::Trap;
use inkwell::IntPredicate;
use inkwell::values::{BasicValueEnum, IntValue, PointerValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Computes the size of `count` elements in bytes, which is below 2^36.
    pub(super) fn bytes(&self, elements: Elements, count: IntValue<'ctx>) -> Result<IntValue<'ctx>> {
        let size = self.unit.types.i64.const_int(elements.size.into(), false);
        Ok(self.builder.build_int_nuw_mul(count, size, "")?)
    }

    /// Traps unless `from + count` is at most the length of an array. Both are 64 bits wide.
    fn check_range(&mut self, array: PointerValue<'ctx>, from: IntValue<'ctx>, count: IntValue<'ctx>) -> Result<()> {
        let length = self.length(array)?;
        let length = self.wide(length)?;
        let end = self.builder.build_int_nuw_add(from, count, "")?;
        let outside = self.builder.build_int_compare(IntPredicate::UGT, end, length, "")?;
        self.trap_if(outside, Trap::ArrayOutOfBounds)
    }

    pub(crate) fn visit_array_fill(&mut self, type_index: u32) -> Result<()> {
        let count = self.pop_int();
        let count = self.wide(count)?;
        let value = self.pop();
        let from = self.pop_int();
        let from = self.wide(from)?;
        let array = self.pop_object(Trap::NullArrayReference)?;
        self.check_range(array, from, count)?;
        let elements = self.elements(type_index);
        let to = self.element_at(array, elements, from)?;
        self.fill(to, elements, value, count)
    }

    /// Calls the builtin that writes a value `count` times.
    pub(super) fn fill(
        &mut self,
        to: PointerValue<'ctx>,
        elements: Elements,
        value: BasicValueEnum<'ctx>,
        count: IntValue<'ctx>,
    ) -> Result<()> {
        let i64 = self.unit.types.i64;
        let (low, high) = match value {
            BasicValueEnum::IntValue(value) => (self.wide(value)?, i64.const_zero()),
            BasicValueEnum::PointerValue(value) => (self.builder.build_ptr_to_int(value, i64, "")?, i64.const_zero()),
            BasicValueEnum::VectorValue(value) => {
                let words = self.builder.build_bit_cast(value, i64.vec_type(2), "")?.into_vector_value();
                let word = |at| self.builder.build_extract_element(words, i64.const_int(at, false), "");
                (word(0)?.into_int_value(), word(1)?.into_int_value())
            }
            float => {
                let bits = if elements.size == 4 { self.unit.types.i32 } else { i64 };
                let bits = self.builder.build_bit_cast(float, bits, "")?.into_int_value();
                (self.wide(bits)?, i64.const_zero())
            }
        };
        let size = self.unit.types.i32.const_int(elements.size.into(), false);
        self.void_builtin(Builtin::ArrayFill, &[to.into(), size.into(), count.into(), low.into(), high.into()])
    }

    pub(crate) fn visit_array_copy(&mut self, to_type: u32, from_type: u32) -> Result<()> {
        let count = self.pop_int();
        let count = self.wide(count)?;
        let from = self.pop_int();
        let from = self.wide(from)?;
        let source = self.pop_object(Trap::NullArrayReference)?;
        let to = self.pop_int();
        let to = self.wide(to)?;
        let target = self.pop_object(Trap::NullArrayReference)?;
        self.check_range(target, to, count)?;
        self.check_range(source, from, count)?;
        // Both types have the same storage type.
        let elements = self.elements(to_type);
        let to = self.element_at(target, elements, to)?;
        let from = self.element_at(source, self.elements(from_type), from)?;
        let bytes = self.bytes(elements, count)?;
        self.void_builtin(Builtin::ArrayCopy, &[to.into(), from.into(), bytes.into()])
    }

    pub(crate) fn visit_array_init_data(&mut self, type_index: u32, segment: u32) -> Result<()> {
        self.array_init(Builtin::ArrayInitData, type_index, segment)
    }

    pub(crate) fn visit_array_init_elem(&mut self, type_index: u32, segment: u32) -> Result<()> {
        self.array_init(Builtin::ArrayInitElem, type_index, segment)
    }

    /// Copies a part of a segment into an array. The builtin for data takes the length in bytes, that for elements
    /// their number.
    fn array_init(&mut self, builtin: Builtin, type_index: u32, segment: u32) -> Result<()> {
        let count = self.pop_int();
        let count = self.wide(count)?;
        let from = self.pop_int();
        let from = self.wide(from)?;
        let to = self.pop_int();
        let to = self.wide(to)?;
        let array = self.pop_object(Trap::NullArrayReference)?;
        self.check_range(array, to, count)?;
        let elements = self.elements(type_index);
        let to = self.element_at(array, elements, to)?;
        let length = if builtin == Builtin::ArrayInitData { self.bytes(elements, count)? } else { count };
        let segment = self.unit.types.i32.const_int(segment.into(), false);
        self.checked_builtin(builtin, &[segment.into(), to.into(), from.into(), length.into()])
    }
}
