//! Loads and stores through the instance's context, annotated for alias analysis.

use crate::abi;
use crate::config::MemoryMode;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::instruction::{loaded, set_volatile};
use crate::lower::unit::alias::AliasClass;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{BasicValueEnum, InstructionValue, IntValue, PointerValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Computes `pointer` plus a constant number of bytes, inside the same allocation.
    pub(crate) fn field(&self, pointer: PointerValue<'ctx>, offset: u32) -> Result<PointerValue<'ctx>> {
        if offset == 0 {
            return Ok(pointer);
        }
        let offset = self.unit.types.i32.const_int(offset.into(), false);
        // SAFETY: the layouts of `abi` give this offset for an object that `pointer` points to, so the result is in
        // bounds.
        Ok(unsafe { self.builder.build_in_bounds_gep(self.unit.types.i8, pointer, &[offset], "")? })
    }

    /// Computes `pointer` plus a number of bytes that is known at run time only. The result carries no promise to
    /// LLVM.
    pub(crate) fn offset_by(&self, pointer: PointerValue<'ctx>, bytes: IntValue<'ctx>) -> Result<PointerValue<'ctx>> {
        // SAFETY: without `inbounds` the result may point anywhere; only an access through it needs a justification.
        Ok(unsafe { self.builder.build_gep(self.unit.types.i8, pointer, &[bytes], "")? })
    }

    /// Loads a value of the given alias class.
    pub(crate) fn load<T: BasicType<'ctx>>(
        &self,
        ty: T,
        pointer: PointerValue<'ctx>,
        alias: AliasClass,
    ) -> Result<BasicValueEnum<'ctx>> {
        let value = self.builder.build_load(ty, pointer, "")?;
        if let Some(alias_metadata) = &self.unit.alias_metadata {
            alias_metadata.annotate(loaded(&value), alias);
        }
        Ok(value)
    }

    /// Stores a value of the given alias class.
    ///
    /// In precise mode stores of the program's state are volatile, whether or not they can fault: LLVM would drop a
    /// plain store that is overwritten later, even if a trap may happen between the two, and the host can observe the
    /// difference.
    pub(crate) fn store(
        &self,
        value: BasicValueEnum<'ctx>,
        pointer: PointerValue<'ctx>,
        alias: AliasClass,
    ) -> Result<InstructionValue<'ctx>> {
        let store = self.builder.build_store(pointer, value)?;
        if let Some(alias_metadata) = &self.unit.alias_metadata {
            alias_metadata.annotate(store, alias);
        }
        if matches!(
            alias,
            AliasClass::Memory | AliasClass::Table | AliasClass::Global | AliasClass::Field(_) | AliasClass::Element(_)
        ) {
            self.make_precise(store);
        }
        Ok(store)
    }

    /// Makes an access volatile in precise mode, so that LLVM neither drops nor moves it.
    pub(crate) fn make_precise(&self, access: InstructionValue<'ctx>) {
        if self.unit.options.memory_mode == MemoryMode::Precise {
            set_volatile(access);
        }
    }

    /// Loads a pointer from the context that never changes while code runs.
    pub(crate) fn context_pointer(&self, offset: u32) -> Result<PointerValue<'ctx>> {
        let field = self.field(self.context, offset)?;
        Ok(self.load(self.unit.types.ptr, field, AliasClass::Invariant)?.into_pointer_value())
    }

    /// Computes the address of a slot of the store's overflow area.
    fn overflow_slot(&self, slot: u16) -> Result<PointerValue<'ctx>> {
        let store = self.context_pointer(abi::CONTEXT_STORE)?;
        self.field(store, abi::STORE_OVERFLOW + u32::from(slot) * abi::SLOT)
    }

    /// Loads a value from a slot of the store's overflow area.
    pub(crate) fn load_overflow(&self, ty: BasicTypeEnum<'ctx>, slot: u16) -> Result<BasicValueEnum<'ctx>> {
        let pointer = self.overflow_slot(slot)?;
        let value = self.load(ty, pointer, AliasClass::Overflow)?;
        bound_merging(loaded(&value), slot);
        Ok(value)
    }

    /// Stores a value to a slot of the store's overflow area.
    pub(crate) fn store_overflow(&self, value: BasicValueEnum<'ctx>, slot: u16) -> Result<()> {
        let pointer = self.overflow_slot(slot)?;
        bound_merging(self.store(value, pointer, AliasClass::Overflow)?, slot);
        Ok(())
    }
}

/// Makes accesses of slots beyond the first 64 volatile.
///
/// LLVM compares each plain access with every other one near it in order to merge them, which would take seconds for a
/// thousand parameters. It leaves volatile accesses alone.
fn bound_merging(access: InstructionValue<'_>, slot: u16) {
    const FEW: u16 = 64;
    if slot >= FEW {
        set_volatile(access);
    }
}
