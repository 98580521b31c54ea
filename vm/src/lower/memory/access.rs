//! Loads, stores, and the size of linear memories.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions>

use super::bounds::{size_of_access, smallest_length};
use crate::abi::{self, Builtin};
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::instruction::{loaded, set_alignment, set_volatile};
use crate::lower::unit::alias::AliasClass;
use inkwell::types::{BasicTypeEnum, IntType};
use inkwell::values::{BasicValueEnum, InstructionValue, PointerValue};
use wasmparser::{MemArg, MemArgTarget};

/// How a narrow integer is extended.
#[derive(Clone, Copy)]
enum Extend {
    Sign,
    Zero,
}

/// The address of an access, and whether the access may fault.
pub(crate) struct Address<'ctx> {
    pub(crate) pointer: PointerValue<'ctx>,
    may_fault: bool,
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    family! {
        t, memarg: MemArg;
        visit_i32_load => memory_load(memarg, t.i32.into());
        visit_i64_load => memory_load(memarg, t.i64.into());
        visit_f32_load => memory_load(memarg, t.f32.into());
        visit_f64_load => memory_load(memarg, t.f64.into());
        visit_i32_load8_s => narrow_load(memarg, t.i8, Extend::Sign, t.i32);
        visit_i32_load8_u => narrow_load(memarg, t.i8, Extend::Zero, t.i32);
        visit_i32_load16_s => narrow_load(memarg, t.i16, Extend::Sign, t.i32);
        visit_i32_load16_u => narrow_load(memarg, t.i16, Extend::Zero, t.i32);
        visit_i64_load8_s => narrow_load(memarg, t.i8, Extend::Sign, t.i64);
        visit_i64_load8_u => narrow_load(memarg, t.i8, Extend::Zero, t.i64);
        visit_i64_load16_s => narrow_load(memarg, t.i16, Extend::Sign, t.i64);
        visit_i64_load16_u => narrow_load(memarg, t.i16, Extend::Zero, t.i64);
        visit_i64_load32_s => narrow_load(memarg, t.i32, Extend::Sign, t.i64);
        visit_i64_load32_u => narrow_load(memarg, t.i32, Extend::Zero, t.i64);
        visit_i32_store => memory_store(memarg);
        visit_i64_store => memory_store(memarg);
        visit_f32_store => memory_store(memarg);
        visit_f64_store => memory_store(memarg);
        visit_i32_store8 => narrow_store(memarg, t.i8);
        visit_i32_store16 => narrow_store(memarg, t.i16);
        visit_i64_store8 => narrow_store(memarg, t.i8);
        visit_i64_store16 => narrow_store(memarg, t.i16);
        visit_i64_store32 => narrow_store(memarg, t.i32);
    }

    fn memory_load(&mut self, memarg: MemArg, ty: BasicTypeEnum<'ctx>) -> Result<()> {
        let value = self.load_from(memarg, ty)?;
        self.push(value);
        Ok(())
    }

    fn narrow_load(&mut self, memarg: MemArg, from: IntType<'ctx>, extend: Extend, to: IntType<'ctx>) -> Result<()> {
        let narrow = self.load_from(memarg, from.into())?.into_int_value();
        let wide = match extend {
            Extend::Sign => self.builder.build_int_s_extend(narrow, to, "")?,
            Extend::Zero => self.builder.build_int_z_extend(narrow, to, "")?,
        };
        self.push(wide);
        Ok(())
    }

    fn memory_store(&mut self, memarg: MemArg) -> Result<()> {
        let value = self.pop();
        self.store_to(memarg, value)
    }

    fn narrow_store(&mut self, memarg: MemArg, to: IntType<'ctx>) -> Result<()> {
        let value = self.pop_int();
        let narrow = self.builder.build_int_truncate(value, to, "")?;
        self.store_to(memarg, narrow.into())
    }

    /// Loads a value from linear memory; the index is on the stack.
    pub(crate) fn load_from(&mut self, memarg: MemArg, ty: BasicTypeEnum<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        let address = self.address(memarg, ty)?;
        let value = self.load(ty, address.pointer, AliasClass::Memory)?;
        let load = loaded(&value);
        unaligned(load);
        self.make_racy(load, &memarg);
        // To LLVM a plain access out of bounds is undefined behaviour, so it could drop or reorder the load and its
        // trap (<https://llvm.org/docs/LangRef.html#volatile-memory-accesses>).
        if address.may_fault {
            self.make_precise(load);
        }
        Ok(value)
    }

    /// Stores a value to linear memory; the index is on the stack.
    pub(crate) fn store_to(&mut self, memarg: MemArg, value: BasicValueEnum<'ctx>) -> Result<()> {
        let address = self.address(memarg, value.get_type())?;
        let store = self.store(value, address.pointer, AliasClass::Memory)?;
        unaligned(store);
        self.make_racy(store, &memarg);
        Ok(())
    }

    /// Returns whether the memory is shared.
    pub(crate) fn is_shared(&self, memarg: &MemArg) -> bool {
        match memarg.target {
            MemArgTarget::Memory(index) => self.unit.description.memories[index as usize].shared,
            MemArgTarget::Array(_) => false,
        }
    }

    /// Makes a plain access of a shared memory volatile, in relaxed mode too.
    ///
    /// Plain accesses may race in WebAssembly. To LLVM a racing plain load has no certain value: LLVM could load twice
    /// and get two numbers. It could split a store, or store something else before. Its accesses for such races
    /// (`unordered`) must be aligned, which plain accesses of wasm need not be
    /// (<https://llvm.org/docs/LangRef.html#memory-model-for-concurrent-operations>).
    fn make_racy(&self, access: InstructionValue<'ctx>, memarg: &MemArg) {
        if self.is_shared(memarg) {
            set_volatile(access);
        }
    }

    /// Pops an index and computes the address of an access. An access out of bounds faults in the reservation of the
    /// memory, or fails a bounds check here.
    pub(crate) fn address(&mut self, memarg: MemArg, ty: BasicTypeEnum<'ctx>) -> Result<Address<'ctx>> {
        let index = self.pop_int();
        self.set_location();
        let memory_index = match memarg.target {
            MemArgTarget::Memory(index) => index,
            MemArgTarget::Array(_) => return Err(self.unsupported("multibyte_array_access", "access to an array")),
        };
        let memory = self.unit.description.memories[memory_index as usize];
        let i64 = self.unit.types.i64;
        let size = size_of_access(ty);
        let in_bounds = index.get_zero_extended_constant().is_some_and(|index| {
            u128::from(index) + u128::from(memarg.offset) + u128::from(size) <= smallest_length(&memory)
        });
        // The index is zero-extended: LLVM would sign-extend an `i32` in an address computation.
        let index = self.builder.build_int_z_extend(index, i64, "")?;
        let guarded = abi::is_guarded(&memory);
        if !guarded && !in_bounds {
            self.check_bounds(memory_index, index, memarg.offset, size)?;
        }
        let base = self.context_pointer(self.unit.layout.memory(memory_index) + abi::STORAGE_BASE)?;
        // The index and offset are below 2^33, so the sum does not wrap and stays inside the reservation; or both were
        // just checked.
        let offset = i64.const_int(memarg.offset, false);
        let sum = if memarg.offset == 0 { index } else { self.builder.build_int_nuw_add(index, offset, "")? };
        Ok(Address { pointer: self.offset_by(base, sum)?, may_fault: guarded && !in_bounds })
    }

    pub(crate) fn visit_memory_size(&mut self, memory: u32) -> Result<()> {
        let length = self.memory_length(memory)?;
        let ty = self.unit.description.memories[memory as usize];
        let page = self.unit.types.i64.const_int(ty.page_size_log2.into(), false);
        let pages = self.builder.build_right_shift(length, page, false, "")?;
        let pages = self.builder.build_int_truncate(pages, self.index_type(ty.memory64), "")?;
        self.push(pages);
        Ok(())
    }

    pub(crate) fn visit_memory_grow(&mut self, memory: u32) -> Result<()> {
        let delta = self.pop_int();
        let delta = self.builder.build_int_z_extend(delta, self.unit.types.i64, "")?;
        let pages = self.index_type(self.unit.description.memories[memory as usize].memory64);
        let memory = self.unit.types.i32.const_int(memory.into(), false);
        let before = self.int_builtin(Builtin::MemoryGrow, &[memory.into(), delta.into()])?;
        let before = self.builder.build_int_truncate(before, pages, "")?;
        self.push(before);
        Ok(())
    }
}

/// Sets the alignment of an access to 1: in WebAssembly alignment is a hint, on which LLVM must not rely.
fn unaligned(access: InstructionValue<'_>) {
    set_alignment(access, 1);
}
