//! Loads and stores of the runtime's data.

use crate::MemoryMode;
use crate::abi;
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::instruction::{loaded, set_volatile};
use crate::lower::unit::alias::AliasClass;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{BasicValueEnum, InstructionValue, IntValue, PointerValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// `pointer` plus a constant number of bytes, inside the same allocation.
    pub(in crate::lower) fn field(&self, pointer: PointerValue<'ctx>, offset: u32) -> Result<PointerValue<'ctx>> {
        if offset == 0 {
            return Ok(pointer);
        }
        let offset = self.unit.types.i32.const_int(offset.into(), false);
        // SAFETY: the layouts of `abi` give this offset for an object that `pointer` points to, so it is in bounds.
        Ok(unsafe { self.builder.build_in_bounds_gep(self.unit.types.i8, pointer, &[offset], "")? })
    }

    /// `pointer` plus a number of bytes that is only known when the code runs. Makes no promise to LLVM.
    pub(in crate::lower) fn offset_by(
        &self,
        pointer: PointerValue<'ctx>,
        bytes: IntValue<'ctx>,
    ) -> Result<PointerValue<'ctx>> {
        // SAFETY: without `inbounds` the result may point anywhere; only an access needs a reason.
        Ok(unsafe { self.builder.build_gep(self.unit.types.i8, pointer, &[bytes], "")? })
    }

    pub(in crate::lower) fn load<T: BasicType<'ctx>>(
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

    /// Stores of the program's own state are precise, whether or not they can fault: a plain store that a later one
    /// overwrites may vanish although something between them traps, and the host can see that.
    pub(in crate::lower) fn store(
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

    /// Makes a load or store happen exactly where it stands, if the mode is precise.
    pub(in crate::lower) fn make_precise(&self, access: InstructionValue<'ctx>) {
        if self.unit.options.memory_mode == MemoryMode::Precise {
            set_volatile(access);
        }
    }

    /// A pointer that the context holds and that never changes while code runs.
    pub(in crate::lower) fn context_pointer(&self, offset: u32) -> Result<PointerValue<'ctx>> {
        let field = self.field(self.context, offset)?;
        Ok(self.load(self.unit.types.ptr, field, AliasClass::Invariant)?.into_pointer_value())
    }

    fn overflow_slot(&self, slot: u16) -> Result<PointerValue<'ctx>> {
        let store = self.context_pointer(abi::CONTEXT_STORE)?;
        self.field(store, abi::STORE_OVERFLOW + u32::from(slot) * abi::SLOT)
    }

    /// Reads a slot of the executing thread's overflow area.
    pub(in crate::lower) fn load_overflow(&self, ty: BasicTypeEnum<'ctx>, slot: u16) -> Result<BasicValueEnum<'ctx>> {
        let pointer = self.overflow_slot(slot)?;
        let value = self.load(ty, pointer, AliasClass::Overflow)?;
        keep_apart(loaded(&value), slot);
        Ok(value)
    }

    /// Writes a slot of the executing thread's overflow area.
    pub(in crate::lower) fn store_overflow(&self, value: BasicValueEnum<'ctx>, slot: u16) -> Result<()> {
        let pointer = self.overflow_slot(slot)?;
        keep_apart(self.store(value, pointer, AliasClass::Overflow)?, slot);
        Ok(())
    }
}

/// LLVM compares each plain access with every other one near it, to merge them: a thousand parameters would take it
/// seconds. It leaves volatile ones alone.
fn keep_apart(access: InstructionValue<'_>, slot: u16) {
    const FEW: u16 = 64;
    if slot >= FEW {
        set_volatile(access);
    }
}
