//! Heap objects: allocation, and field accesses that structures and arrays have in common.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances>
//!
//! A collection happens only inside of calls. It finds references in registers and on the stack, to the beginning of
//! an object or into it. LLVM may keep another address in place of the reference, but at a call it has none outside of
//! the object. Fields are at constant offsets inside. For an array, the code after a call begins with loading the
//! length again, since the call may have changed it as far as LLVM knows, and the length is inside. An allocation
//! whose result is not used makes no object.

use crate::abi::heap::{self, HEADER_ARRAY, OBJECT_HEADER, size_class};
use crate::abi::{self, Builtin};
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::instruction::{set_metadata, set_volatile};
use crate::lower::unit::alias::{AliasClass, StorageKind};
use crate::trap::Trap;
use crate::types::{CompositeType, FieldType, StorageType};
use inkwell::IntPredicate;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, InstructionValue, IntValue, PointerValue};

/// Largest object, in bytes, that compiled code clears inline; the runtime clears larger ones.
const CLEARED_INLINE: u32 = 256;
/// Number of inline allocations in a function: each is two branches, and some of LLVM's passes are quadratic in them.
const MOST_INLINE_ALLOCATIONS: u32 = 500;

/// The initial state of the fields of a new object.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum FieldInit {
    /// The code that follows writes all fields.
    Unset,
    /// All fields are zero.
    Zero,
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Allocates an object of `bytes` bytes, including the header, from an allocation run or by a builtin.
    ///
    /// `length` is that of an array, and none for a structure. No call may follow before all fields are written, since
    /// the collector would read them.
    pub(crate) fn allocate(
        &mut self,
        type_index: u32,
        bytes: u32,
        length: Option<u32>,
        start: FieldInit,
    ) -> Result<PointerValue<'ctx>> {
        let inlined = self.unit.options.optimize
            && self.inline_allocations < MOST_INLINE_ALLOCATIONS
            && (start == FieldInit::Unset || bytes <= CLEARED_INLINE);
        let Some(class) = size_class(bytes).filter(|_| inlined) else {
            return self.runtime_object(type_index, length);
        };
        self.inline_allocations += 1;
        let (ptr, i64) = (self.unit.types.ptr, self.unit.types.i64);
        let store = self.context_pointer(abi::CONTEXT_STORE)?;
        #[expect(clippy::cast_possible_truncation, reason = "there are few size classes")]
        let run = self.field(store, abi::STORE_RUNS + class as u32 * heap::RUN_SIZE)?;
        let run_end = self.field(run, heap::RUN_END)?;
        let run = self.field(run, heap::RUN_NEXT)?;
        let next = self.load(ptr, run, AliasClass::Run)?.into_pointer_value();
        let end = self.load(i64, run_end, AliasClass::Run)?.into_int_value();
        let at = self.builder.build_ptr_to_int(next, i64, "")?;
        let room = self.builder.build_int_sub(end, at, "")?;
        let cell = i64.const_int(heap::SIZE_CLASSES[class].into(), false);
        let full = self.builder.build_int_compare(IntPredicate::ULT, room, cell, "")?;
        let (refill, taking, done) = (self.new_block(), self.new_block(), self.new_block());
        let branch = self.builder.build_conditional_branch(full, refill, taking)?;
        set_metadata(branch, self.unit.cold_weights, self.unit.prof_kind);

        self.continue_in(refill);
        let made = self.runtime_object(type_index, length)?;
        let asked = self.current_block();
        self.builder.build_unconditional_branch(done)?;

        self.continue_in(taking);
        let rest = self.builder.build_int_add(at, cell, "")?;
        // Volatile in both memory modes. If LLVM removed this store because the next allocation overwrites it, and a
        // trap came between, the cell would be allocated twice.
        set_volatile(self.store(rest.into(), run, AliasClass::Run)?);
        self.write_header(next, type_index, length)?;
        if start == FieldInit::Zero {
            self.clear(next, bytes)?;
        }
        self.builder.build_unconditional_branch(done)?;

        self.continue_in(done);
        let object = self.builder.build_phi(ptr, "")?;
        object.add_incoming(&[(&next, taking)]);
        object.add_incoming(&[(&made, asked)]);
        Ok(object.as_basic_value().into_pointer_value())
    }

    /// Calls the builtin that allocates an object: all zeros except for its header.
    fn runtime_object(&mut self, type_index: u32, length: Option<u32>) -> Result<PointerValue<'ctx>> {
        let i32 = self.unit.types.i32;
        let ty = i32.const_int(type_index.into(), false);
        match length {
            None => self.object_builtin(Builtin::StructNew, &[ty.into()]),
            Some(length) => {
                let length = i32.const_int(length.into(), false);
                self.object_builtin(Builtin::ArrayNew, &[ty.into(), length.into()])
            }
        }
    }

    /// Writes both words of the header with one store.
    fn write_header(&self, object: PointerValue<'ctx>, type_index: u32, length: Option<u32>) -> Result<()> {
        let i64 = self.unit.types.i64;
        let id = self.type_id(type_index)?;
        let mut header = self.builder.build_int_z_extend(id, i64, "")?;
        if let Some(length) = length {
            let rest = u64::from(length) << 32 | u64::from(HEADER_ARRAY);
            header = self.builder.build_or(header, i64.const_int(rest, false), "")?;
        }
        self.store(header.into(), object, AliasClass::Header)?;
        Ok(())
    }

    /// Clears an object behind its header, up to the end of the last word. The stores have no alias class, since
    /// fields of all storage kinds follow. They are volatile, because a collection may read the fields after a trap.
    fn clear(&self, object: PointerValue<'ctx>, bytes: u32) -> Result<()> {
        let zero = self.unit.types.i64.const_zero();
        for at in (OBJECT_HEADER..bytes).step_by(8) {
            let place = self.field(object, at)?;
            set_volatile(self.builder.build_store(place, zero)?);
        }
        Ok(())
    }

    /// Loads the engine's number of a type of the module.
    pub(crate) fn type_id(&self, type_index: u32) -> Result<IntValue<'ctx>> {
        let place = self.field(self.context, self.unit.layout.type_id(type_index))?;
        Ok(self.load(self.unit.types.i32, place, AliasClass::Invariant)?.into_int_value())
    }

    /// Pops a reference, and traps if it is null.
    pub(crate) fn pop_object(&mut self, trap: Trap) -> Result<PointerValue<'ctx>> {
        let object = self.pop_pointer();
        let is_null = self.builder.build_is_null(object, "")?;
        self.trap_if(is_null, trap)?;
        Ok(object)
    }

    /// Returns the LLVM type of a storage type.
    fn storage_type(&self, storage: StorageType) -> BasicTypeEnum<'ctx> {
        match storage {
            StorageType::I8 => self.unit.types.i8.into(),
            StorageType::I16 => self.unit.types.i16.into(),
            StorageType::Val(ty) => self.unit.value_type(ty),
        }
    }

    /// Loads a field. One with a packed type is sign-extended or zero-extended.
    pub(crate) fn load_field(
        &self,
        place: PointerValue<'ctx>,
        storage: StorageType,
        alias: fn(StorageKind) -> AliasClass,
        signed: bool,
    ) -> Result<BasicValueEnum<'ctx>> {
        let value = self.load(self.storage_type(storage), place, alias(StorageKind::of(storage)))?;
        let i32 = self.unit.types.i32;
        Ok(match storage {
            StorageType::Val(_) => value,
            _ if signed => self.builder.build_int_s_extend(value.into_int_value(), i32, "")?.into(),
            _ => self.builder.build_int_z_extend(value.into_int_value(), i32, "")?.into(),
        })
    }

    /// Stores a field. A value for a packed type is truncated.
    pub(crate) fn store_field(
        &self,
        value: BasicValueEnum<'ctx>,
        place: PointerValue<'ctx>,
        storage: StorageType,
        alias: fn(StorageKind) -> AliasClass,
    ) -> Result<InstructionValue<'ctx>> {
        let value = match storage {
            StorageType::Val(_) => value,
            StorageType::I8 | StorageType::I16 => {
                let narrow = self.storage_type(storage).into_int_type();
                self.builder.build_int_truncate(value.into_int_value(), narrow, "")?.into()
            }
        };
        self.store(value, place, alias(StorageKind::of(storage)))
    }

    /// Writes field `number` of a new object.
    ///
    /// The store of a reference is volatile in both memory modes. If LLVM removed it because a later store overwrites
    /// it, and a trap came between, the collector would follow what the cell held before. (In relaxed mode the values
    /// of other fields are unspecified then, as those of memory are.) LLVM compares each plain store with the others
    /// near it, so only the first 64 are plain.
    pub(crate) fn initialise(
        &self,
        value: BasicValueEnum<'ctx>,
        place: PointerValue<'ctx>,
        storage: StorageType,
        alias: fn(StorageKind) -> AliasClass,
        number: usize,
    ) -> Result<()> {
        const FEW: usize = 64;
        let store = self.store_field(value, place, storage, alias)?;
        if StorageKind::of(storage) == StorageKind::Ref || number >= FEW {
            set_volatile(store);
        }
        Ok(())
    }

    /// Returns the fields of a structure type of the module.
    pub(crate) fn struct_fields(&self, type_index: u32) -> &'_ [FieldType] {
        match &self.unit.description.types[type_index as usize].composite {
            CompositeType::Struct(fields) => fields,
            _ => unreachable!("validation requires a structure type here"),
        }
    }
}
