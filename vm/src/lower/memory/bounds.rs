//! Bounds checks for memories without guard pages: those with 64-bit addresses or small pages.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions>

use crate::abi;
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use crate::lower::instruction::loaded;
use crate::lower::unit::alias::AliasClass;
use crate::trap::Trap;
use crate::types::MemoryType;
use inkwell::AtomicOrdering;
use inkwell::IntPredicate;
use inkwell::types::{BasicTypeEnum, IntType};
use inkwell::values::IntValue;

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Returns the type of addresses, sizes and lengths of a memory or table; `wide` means 64-bit addresses.
    pub(crate) fn index_type(&self, wide: bool) -> IntType<'ctx> {
        if wide { self.unit.types.i64 } else { self.unit.types.i32 }
    }

    /// Loads the length of a memory in bytes.
    pub(crate) fn memory_length(&self, memory: u32) -> Result<IntValue<'ctx>> {
        let definition = self.context_pointer(self.unit.layout.memory(memory) + abi::STORAGE_DEFINITION)?;
        let length = self.field(definition, abi::MEMORY_LENGTH)?;
        let length = self.load(self.unit.types.i64, length, AliasClass::Length)?.into_int_value();
        let shared = self.unit.description.memories[memory as usize].shared;
        if shared {
            // Another thread may grow the memory at the same time.
            let ordered = loaded(&length).set_atomic_ordering(AtomicOrdering::SequentiallyConsistent);
            ordered.map_err(|e| Error::Codegen(e.to_string()))?;
        }
        Ok(length)
    }

    /// Traps unless `index + offset + size` is at most the length of the memory. No sum or difference here can wrap,
    /// and if the check passes, `index + offset` cannot wrap either.
    pub(crate) fn check_bounds(
        &mut self,
        memory_index: u32,
        index: IntValue<'ctx>,
        offset: u64,
        size: u64,
    ) -> Result<()> {
        let memory = self.unit.description.memories[memory_index as usize];
        let Some(end) = offset.checked_add(size) else {
            // No memory has 2^64 bytes.
            return self.trap_if(self.unit.types.i1.const_all_ones(), Trap::MemoryOutOfBounds);
        };
        let length = self.memory_length(memory_index)?;
        let end_value = self.unit.types.i64.const_int(end, false);
        let room = self.builder.build_int_sub(length, end_value, "")?;
        let mut outside = self.builder.build_int_compare(IntPredicate::UGT, index, room, "")?;
        // A memory never shrinks. If its minimum is large enough, the difference is known not to wrap.
        if u128::from(end) > smallest_length(&memory) {
            let wraps = self.builder.build_int_compare(IntPredicate::ULT, length, end_value, "")?;
            outside = self.builder.build_or(wraps, outside, "")?;
        }
        self.trap_if(outside, Trap::MemoryOutOfBounds)
    }
}

/// Returns the minimum length of a memory in bytes.
pub(crate) fn smallest_length(memory: &MemoryType) -> u128 {
    u128::from(memory.limits.min) << memory.page_size_log2
}

/// Returns the size of an access in bytes.
pub(crate) fn size_of_access(ty: BasicTypeEnum<'_>) -> u64 {
    match ty {
        BasicTypeEnum::IntType(ty) => u64::from(ty.get_bit_width() / 8),
        BasicTypeEnum::FloatType(ty) => u64::from(ty.get_bit_width() / 8),
        BasicTypeEnum::VectorType(ty) => u64::from(ty.get_size()) * size_of_access(ty.get_element_type()),
        other => unreachable!("wasm accesses no {other:?}"),
    }
}
