//! Atomic accesses, fences, `wait` and `notify`.
//! Spec: <https://webassembly.github.io/threads/core/exec/instructions.html>, and for orderings other than sequential
//! consistency <https://github.com/WebAssembly/acquire-release-atomics>.
//!
//! Every atomic access is volatile too. LLVM may drop or merge atomic accesses where no other thread could notice
//! (<https://llvm.org/docs/Atomics.html>), and would drop the trap of an access out of bounds with them.

use crate::abi::Builtin;
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use crate::lower::instruction::set_alignment;
use crate::lower::unit::alias::AliasClass;
use crate::trap::Trap;
use inkwell::AtomicRMWBinOp::{self, Add, And, Or, Sub, Xchg, Xor};
use inkwell::types::IntType;
use inkwell::values::{BasicValue, BasicValueEnum, InstructionValue, IntValue, PointerValue};
use inkwell::{AtomicOrdering, IntPredicate};
use wasmparser::{MemArg, MemArgOrdering, MemArgTarget, Ordering};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    // The first type is that in memory, the second that on the stack.
    family! {
        t, memarg: MemArg;
        visit_i32_atomic_load => atomic_load(memarg, t.i32, t.i32);
        visit_i64_atomic_load => atomic_load(memarg, t.i64, t.i64);
        visit_i32_atomic_load8_u => atomic_load(memarg, t.i8, t.i32);
        visit_i32_atomic_load16_u => atomic_load(memarg, t.i16, t.i32);
        visit_i64_atomic_load8_u => atomic_load(memarg, t.i8, t.i64);
        visit_i64_atomic_load16_u => atomic_load(memarg, t.i16, t.i64);
        visit_i64_atomic_load32_u => atomic_load(memarg, t.i32, t.i64);
        visit_i32_atomic_store => atomic_store(memarg, t.i32);
        visit_i64_atomic_store => atomic_store(memarg, t.i64);
        visit_i32_atomic_store8 => atomic_store(memarg, t.i8);
        visit_i32_atomic_store16 => atomic_store(memarg, t.i16);
        visit_i64_atomic_store8 => atomic_store(memarg, t.i8);
        visit_i64_atomic_store16 => atomic_store(memarg, t.i16);
        visit_i64_atomic_store32 => atomic_store(memarg, t.i32);
        visit_i32_atomic_rmw_add => read_modify_write(memarg, Add, t.i32, t.i32);
        visit_i64_atomic_rmw_add => read_modify_write(memarg, Add, t.i64, t.i64);
        visit_i32_atomic_rmw8_add_u => read_modify_write(memarg, Add, t.i8, t.i32);
        visit_i32_atomic_rmw16_add_u => read_modify_write(memarg, Add, t.i16, t.i32);
        visit_i64_atomic_rmw8_add_u => read_modify_write(memarg, Add, t.i8, t.i64);
        visit_i64_atomic_rmw16_add_u => read_modify_write(memarg, Add, t.i16, t.i64);
        visit_i64_atomic_rmw32_add_u => read_modify_write(memarg, Add, t.i32, t.i64);
        visit_i32_atomic_rmw_sub => read_modify_write(memarg, Sub, t.i32, t.i32);
        visit_i64_atomic_rmw_sub => read_modify_write(memarg, Sub, t.i64, t.i64);
        visit_i32_atomic_rmw8_sub_u => read_modify_write(memarg, Sub, t.i8, t.i32);
        visit_i32_atomic_rmw16_sub_u => read_modify_write(memarg, Sub, t.i16, t.i32);
        visit_i64_atomic_rmw8_sub_u => read_modify_write(memarg, Sub, t.i8, t.i64);
        visit_i64_atomic_rmw16_sub_u => read_modify_write(memarg, Sub, t.i16, t.i64);
        visit_i64_atomic_rmw32_sub_u => read_modify_write(memarg, Sub, t.i32, t.i64);
        visit_i32_atomic_rmw_and => read_modify_write(memarg, And, t.i32, t.i32);
        visit_i64_atomic_rmw_and => read_modify_write(memarg, And, t.i64, t.i64);
        visit_i32_atomic_rmw8_and_u => read_modify_write(memarg, And, t.i8, t.i32);
        visit_i32_atomic_rmw16_and_u => read_modify_write(memarg, And, t.i16, t.i32);
        visit_i64_atomic_rmw8_and_u => read_modify_write(memarg, And, t.i8, t.i64);
        visit_i64_atomic_rmw16_and_u => read_modify_write(memarg, And, t.i16, t.i64);
        visit_i64_atomic_rmw32_and_u => read_modify_write(memarg, And, t.i32, t.i64);
        visit_i32_atomic_rmw_or => read_modify_write(memarg, Or, t.i32, t.i32);
        visit_i64_atomic_rmw_or => read_modify_write(memarg, Or, t.i64, t.i64);
        visit_i32_atomic_rmw8_or_u => read_modify_write(memarg, Or, t.i8, t.i32);
        visit_i32_atomic_rmw16_or_u => read_modify_write(memarg, Or, t.i16, t.i32);
        visit_i64_atomic_rmw8_or_u => read_modify_write(memarg, Or, t.i8, t.i64);
        visit_i64_atomic_rmw16_or_u => read_modify_write(memarg, Or, t.i16, t.i64);
        visit_i64_atomic_rmw32_or_u => read_modify_write(memarg, Or, t.i32, t.i64);
        visit_i32_atomic_rmw_xor => read_modify_write(memarg, Xor, t.i32, t.i32);
        visit_i64_atomic_rmw_xor => read_modify_write(memarg, Xor, t.i64, t.i64);
        visit_i32_atomic_rmw8_xor_u => read_modify_write(memarg, Xor, t.i8, t.i32);
        visit_i32_atomic_rmw16_xor_u => read_modify_write(memarg, Xor, t.i16, t.i32);
        visit_i64_atomic_rmw8_xor_u => read_modify_write(memarg, Xor, t.i8, t.i64);
        visit_i64_atomic_rmw16_xor_u => read_modify_write(memarg, Xor, t.i16, t.i64);
        visit_i64_atomic_rmw32_xor_u => read_modify_write(memarg, Xor, t.i32, t.i64);
        visit_i32_atomic_rmw_xchg => read_modify_write(memarg, Xchg, t.i32, t.i32);
        visit_i64_atomic_rmw_xchg => read_modify_write(memarg, Xchg, t.i64, t.i64);
        visit_i32_atomic_rmw8_xchg_u => read_modify_write(memarg, Xchg, t.i8, t.i32);
        visit_i32_atomic_rmw16_xchg_u => read_modify_write(memarg, Xchg, t.i16, t.i32);
        visit_i64_atomic_rmw8_xchg_u => read_modify_write(memarg, Xchg, t.i8, t.i64);
        visit_i64_atomic_rmw16_xchg_u => read_modify_write(memarg, Xchg, t.i16, t.i64);
        visit_i64_atomic_rmw32_xchg_u => read_modify_write(memarg, Xchg, t.i32, t.i64);
        visit_i32_atomic_rmw_cmpxchg => compare_exchange(memarg, t.i32, t.i32);
        visit_i64_atomic_rmw_cmpxchg => compare_exchange(memarg, t.i64, t.i64);
        visit_i32_atomic_rmw8_cmpxchg_u => compare_exchange(memarg, t.i8, t.i32);
        visit_i32_atomic_rmw16_cmpxchg_u => compare_exchange(memarg, t.i16, t.i32);
        visit_i64_atomic_rmw8_cmpxchg_u => compare_exchange(memarg, t.i8, t.i64);
        visit_i64_atomic_rmw16_cmpxchg_u => compare_exchange(memarg, t.i16, t.i64);
        visit_i64_atomic_rmw32_cmpxchg_u => compare_exchange(memarg, t.i32, t.i64);
        visit_memory_atomic_wait32 => wait(memarg, Builtin::AtomicWait32, t.i32);
        visit_memory_atomic_wait64 => wait(memarg, Builtin::AtomicWait64, t.i64);
    }

    fn atomic_load(&mut self, memarg: MemArg, narrow: IntType<'ctx>, wide: IntType<'ctx>) -> Result<()> {
        let pointer = self.atomic_address(memarg, narrow)?;
        let value = self.load(narrow, pointer, AliasClass::Memory)?;
        let load = value.as_instruction_value().ok_or_else(no_instruction)?;
        make_atomic(load, narrow, ordering(&memarg, AtomicOrdering::Acquire))?;
        self.push_widened(value.into_int_value(), wide)
    }

    fn atomic_store(&mut self, memarg: MemArg, narrow: IntType<'ctx>) -> Result<()> {
        let value = self.pop_narrowed(narrow)?;
        let pointer = self.atomic_address(memarg, narrow)?;
        let store = self.store(value.into(), pointer, AliasClass::Memory)?;
        make_atomic(store, narrow, ordering(&memarg, AtomicOrdering::Release))
    }

    fn read_modify_write(
        &mut self,
        memarg: MemArg,
        operation: AtomicRMWBinOp,
        narrow: IntType<'ctx>,
        wide: IntType<'ctx>,
    ) -> Result<()> {
        let operand = self.pop_narrowed(narrow)?;
        let pointer = self.atomic_address(memarg, narrow)?;
        let ordering = ordering(&memarg, AtomicOrdering::AcquireRelease);
        let before = self.builder.build_atomicrmw(operation, pointer, operand, ordering)?;
        make_volatile(before.as_instruction_value())?;
        self.push_widened(before, wide)
    }

    fn compare_exchange(&mut self, memarg: MemArg, narrow: IntType<'ctx>, wide: IntType<'ctx>) -> Result<()> {
        let replacement = self.pop_narrowed(narrow)?;
        let expected = self.pop_narrowed(narrow)?;
        let pointer = self.atomic_address(memarg, narrow)?;
        let success = ordering(&memarg, AtomicOrdering::AcquireRelease);
        // A comparison that fails writes nothing, so there is nothing to release.
        let failure = ordering(&memarg, AtomicOrdering::Acquire);
        let result = self.builder.build_cmpxchg(pointer, expected, replacement, success, failure)?;
        make_volatile(result.as_instruction_value())?;
        let before = self.builder.build_extract_value(result, 0, "")?.into_int_value();
        self.push_widened(before, wide)
    }

    pub(crate) fn visit_atomic_fence(&mut self, ordering: Ordering) -> Result<()> {
        let ordering = llvm(ordering, AtomicOrdering::AcquireRelease);
        self.builder.build_fence(ordering, false, "")?;
        Ok(())
    }

    /// Lowers `pause` to the hint of the target. It is no access: LLVM may move accesses across it.
    pub(crate) fn visit_pause(&mut self) -> Result<()> {
        let hint = self.unit.intrinsic(self.unit.options.spin_hint, &[])?;
        self.builder.build_call(hint, &[], "")?;
        Ok(())
    }

    fn wait(&mut self, memarg: MemArg, builtin: Builtin, ty: IntType<'ctx>) -> Result<()> {
        let timeout = self.pop();
        let expected = self.pop_int();
        let expected = self.builder.build_int_z_extend(expected, self.unit.types.i64, "")?;
        // The spec checks alignment before it checks that the memory is shared, so an unaligned address traps as such
        // in every memory (<https://webassembly.github.io/threads/core/exec/instructions.html>).
        self.check_alignment(&memarg, ty)?;
        if !self.is_shared(&memarg) {
            // All imports agree on whether a memory is shared, so no thread could ever notify this one.
            self.pop();
            self.trap_if(self.unit.types.i1.const_all_ones(), Trap::ExpectedSharedMemory)?;
            self.push(self.unit.types.i32.const_zero());
            return Ok(());
        }
        self.wait_builtin(memarg, builtin, &[expected.into(), timeout])
    }

    pub(crate) fn visit_memory_atomic_notify(&mut self, memarg: MemArg) -> Result<()> {
        let count = self.pop();
        self.check_alignment(&memarg, self.unit.types.i32)?;
        self.wait_builtin(memarg, Builtin::AtomicNotify, &[count])
    }

    /// Calls a builtin that takes an aligned address in a memory and returns all ones if it is out of bounds.
    fn wait_builtin(&mut self, memarg: MemArg, builtin: Builtin, arguments: &[BasicValueEnum<'ctx>]) -> Result<()> {
        let index = self.pop_int();
        let (i32, i64) = (self.unit.types.i32, self.unit.types.i64);
        let index = self.builder.build_int_z_extend(index, i64, "")?;
        let memory = i32.const_int(self.memory_of(&memarg)?.into(), false);
        let offset = i64.const_int(memarg.offset, false);
        let mut all = vec![memory.into(), index.into(), offset.into()];
        all.extend(arguments);
        let answer = self.int_builtin(builtin, &all)?;
        let outside = self.builder.build_int_compare(IntPredicate::EQ, answer, i32.const_all_ones(), "")?;
        self.trap_if(outside, Trap::MemoryOutOfBounds)?;
        self.push(answer);
        Ok(())
    }

    /// Pops an index and computes the address of an atomic access. Traps unless it is aligned.
    fn atomic_address(&mut self, memarg: MemArg, ty: IntType<'ctx>) -> Result<PointerValue<'ctx>> {
        self.check_alignment(&memarg, ty)?;
        Ok(self.address(memarg, ty.into())?.pointer)
    }

    /// Traps if the address for the index on top of the stack is not a multiple of the size of the type. Memories
    /// begin at pages of the host, so the low bits of the wasm address are those of the pointer.
    fn check_alignment(&mut self, memarg: &MemArg, ty: IntType<'ctx>) -> Result<()> {
        let mask = u64::from(ty.get_bit_width() / 8 - 1);
        if mask == 0 {
            return Ok(());
        }
        let index = self.pop_int();
        self.push(index);
        let of_index = |n| index.get_type().const_int(n, false);
        let address = match memarg.offset & mask {
            0 => index,
            low => self.builder.build_int_add(index, of_index(low), "")?,
        };
        let low = self.builder.build_and(address, of_index(mask), "")?;
        let unaligned = self.builder.build_int_compare(IntPredicate::NE, low, of_index(0), "")?;
        self.trap_if(unaligned, Trap::UnalignedAtomic)
    }

    /// Returns the memory index of an atomic access.
    fn memory_of(&self, memarg: &MemArg) -> Result<u32> {
        match memarg.target {
            MemArgTarget::Memory(index) => Ok(index),
            MemArgTarget::Array(_) => Err(self.unsupported("multibyte_array_access", "atomic access to an array")),
        }
    }

    fn pop_narrowed(&mut self, to: IntType<'ctx>) -> Result<IntValue<'ctx>> {
        let value = self.pop_int();
        Ok(self.builder.build_int_truncate(value, to, "")?)
    }

    fn push_widened(&mut self, value: IntValue<'ctx>, to: IntType<'ctx>) -> Result<()> {
        let wide = self.builder.build_int_z_extend(value, to, "")?;
        self.push(wide);
        Ok(())
    }
}

/// Returns the ordering of an access; `weak` is the LLVM ordering that stands for acquire-release in an access of its
/// kind.
fn ordering(memarg: &MemArg, weak: AtomicOrdering) -> AtomicOrdering {
    match memarg.ordering {
        None => AtomicOrdering::SequentiallyConsistent,
        Some(MemArgOrdering::Op(ordering) | MemArgOrdering::Rmw(ordering)) => llvm(ordering, weak),
    }
}

/// Returns the LLVM ordering; `weak` stands for acquire-release.
fn llvm(ordering: Ordering, weak: AtomicOrdering) -> AtomicOrdering {
    match ordering {
        Ordering::AcqRel => weak,
        Ordering::SeqCst => AtomicOrdering::SequentiallyConsistent,
    }
}

/// Makes a load or store atomic. Read-modify-write instructions are atomic from the start, with the alignment of their
/// type.
fn make_atomic(access: InstructionValue<'_>, ty: IntType<'_>, ordering: AtomicOrdering) -> Result<()> {
    set_alignment(access, ty.get_bit_width() / 8);
    access.set_atomic_ordering(ordering).map_err(|e| Error::Codegen(e.to_string()))?;
    make_volatile(Some(access))
}

fn make_volatile(access: Option<InstructionValue<'_>>) -> Result<()> {
    access.ok_or_else(no_instruction)?.set_volatile(true).map_err(|e| Error::Codegen(e.to_string()))
}

fn no_instruction() -> Error {
    Error::Codegen("an atomic access is no instruction".into())
}
