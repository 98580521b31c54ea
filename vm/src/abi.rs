//! What compiled code and the runtime agree on: where things lie, and in which register a value travels.
//!
//! Nothing here knows LLVM or a store. [`lower`](crate) emits loads at these offsets, the runtime lays out memory
//! accordingly, and both classify signatures with [`assign`]. All of it goes into the [`fingerprint`] that artifacts carry.

use crate::types::{FuncType, MemoryType, ValType};
use std::cell::UnsafeCell;
use std::sync::atomic::AtomicU64;

mod builtin;
pub mod continuation;
mod context;
pub mod fingerprint;
pub mod heap;
pub(crate) mod slots;

pub use builtin::{Builtin, Completion, MachineType, ReturnType, Signature};
pub(crate) use builtin::{Status, each_builtin};
pub use context::*;

/// Offset of a field, as compiled code wants it.
macro_rules! offset {
    ($ty:ty, $field:ident) => {
        std::mem::offset_of!($ty, $field) as u32
    };
}
use offset;

/// Bytes of a pointer.
pub const POINTER: u32 = size_of::<*mut u8>() as u32;

/// Integer-class parameters (after the context) that travel in registers.
pub const INT_PARAMS: usize = 5;
/// Float- and vector-class parameters that travel in registers.
pub const VEC_PARAMS: usize = 8;
/// Integer-class results that travel in registers.
pub const INT_RESULTS: usize = 2;
/// Float- and vector-class results that travel in registers.
pub const VEC_RESULTS: usize = 2;

/// Bytes of a slot of the overflow area, of a global's cell, and of a register image: the widest value is a `v128`.
pub const SLOT: u32 = 16;
/// Slots of the overflow area. A signature has at most 1,000 parameters and 1,000 results
/// (<https://webassembly.github.io/spec/js-api/#limits>), and the two are never live at once.
pub const OVERFLOW_SLOTS: usize = 1000;

/// Where one parameter or result travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The n-th integer register after the context (parameters), or the n-th integer result register.
    Int(u8),
    /// The n-th vector register.
    Vec(u8),
    /// The n-th slot of the overflow area, little-endian, from the slot's first byte.
    Overflow(u16),
}

/// Integers and references share one register class, floats and vectors the other.
#[must_use]
pub fn is_vector_class(ty: ValType) -> bool {
    matches!(ty, ValType::F32 | ValType::F64 | ValType::V128)
}

fn places(types: &[ValType], ints: usize, vecs: usize) -> Vec<Place> {
    let (mut int, mut vec, mut overflow) = (0, 0, 0);
    let mut next = |used: &mut usize, limit: usize, register: fn(u8) -> Place| {
        if *used < limit {
            *used += 1;
            #[expect(clippy::cast_possible_truncation, reason = "limits are below 256")]
            register(*used as u8 - 1)
        } else {
            overflow += 1;
            Place::Overflow(overflow - 1)
        }
    };
    types
        .iter()
        .map(
            |&ty| if is_vector_class(ty) { next(&mut vec, vecs, Place::Vec) } else { next(&mut int, ints, Place::Int) },
        )
        .collect()
}

/// Places of the parameters and of the results of `ty`, in order.
#[must_use]
pub fn assign(ty: &FuncType) -> (Vec<Place>, Vec<Place>) {
    (places(&ty.params, INT_PARAMS, VEC_PARAMS), places(&ty.results, INT_RESULTS, VEC_RESULTS))
}

/// What the entry stub loads argument registers from and stores result registers to, and what the host stub spills.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub struct Registers {
    /// Vector argument registers; the first [`VEC_RESULTS`] come back as results.
    pub vec: [u128; VEC_PARAMS],
    /// Integer argument registers after the context; the first [`INT_RESULTS`] come back as results.
    pub int: [u64; INT_PARAMS],
}

/// The part of a store that compiled code reads: one per store, at an address that never changes.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMStore {
    /// Lowest stack pointer at which code of the host may still be called, in bytes.
    pub stack_limit: usize,
    /// The innermost entry from the host into wasm; null when the store runs none.
    pub activation: *mut u8,
    /// Where descriptors are counted from: see [`heap::DESCRIPTOR`]. Set before a module that has some is instantiated,
    /// and never changed after that.
    pub descriptor_base: usize,
    /// Free cells of each size of [`heap::CELLS`].
    pub runs: [heap::VMRun; heap::CELLS.len()],
    /// Parameters and results beyond the registers. A callee reads its own first thing, a caller its results.
    pub overflow: UnsafeCell<[u128; OVERFLOW_SLOTS]>,
}
/// Offset of [`VMStore::stack_limit`].
pub const STORE_STACK_LIMIT: u32 = offset!(VMStore, stack_limit);
/// Offset of [`VMStore::descriptor_base`].
pub const STORE_DESCRIPTOR_BASE: u32 = offset!(VMStore, descriptor_base);
/// Offset of [`VMStore::runs`].
pub const STORE_RUNS: u32 = offset!(VMStore, runs);
/// Offset of [`VMStore::overflow`].
pub const STORE_OVERFLOW: u32 = offset!(VMStore, overflow);

/// A linear memory as compiled code sees it.
#[derive(Debug)]
#[repr(C)]
pub struct VMMemory {
    /// First byte. Never changes: growing commits more of the same reservation.
    pub base: *mut u8,
    /// Accessible bytes. Other threads may be growing a shared memory; no memory ever shrinks.
    pub length: AtomicU64,
}

/// Whether accesses of a memory of this type are left unchecked by compiled code, for the pages that the runtime keeps
/// inaccessible after it to stop: all that a 32-bit index and offset can reach. With other pages than of 64 KiB the end of
/// a memory is no end of a page of the host, and what 64-bit addresses reach can't be reserved.
#[must_use]
pub fn is_guarded(ty: &MemoryType) -> bool {
    !ty.memory64 && ty.page_size_log2 == 16
}

/// A table as compiled code sees it; null elements are null pointers.
#[derive(Debug)]
#[repr(C)]
pub struct VMTable {
    /// First element, [`TABLE_ELEMENT`] bytes each. Never changes.
    pub base: *mut u8,
    /// Number of elements.
    pub length: u64,
}
/// Offset of [`VMMemory::length`].
pub const MEMORY_LENGTH: u32 = offset!(VMMemory, length);
/// Offset of [`VMTable::length`].
pub const TABLE_LENGTH: u32 = offset!(VMTable, length);
/// Bytes of a table's element: a reference is a pointer.
pub const TABLE_ELEMENT: u32 = POINTER;

/// A function as a value: what a `funcref` points to.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMFuncRef {
    /// Entry point, with the convention of [`assign`].
    pub code: *const u8,
    /// First argument of `code`: the callee's [context](ContextLayout), or a host function's record.
    pub context: *mut u8,
    /// Canonical type, engine-wide: equal types have equal ids.
    pub type_id: u32,
    /// Number of types that the type is a subtype of.
    pub supertypes: u32,
    /// Ids of these, the most general one first: a type with `n` supertypes has those below it in whose list it is the
    /// `n`-th. Lives as long as the type is held: by the store that the function is in.
    pub display: *const u32,
}
/// Offset of [`VMFuncRef::code`].
pub const FUNC_REF_CODE: u32 = offset!(VMFuncRef, code);
/// Offset of [`VMFuncRef::context`].
pub const FUNC_REF_CONTEXT: u32 = offset!(VMFuncRef, context);
/// Offset of [`VMFuncRef::type_id`].
pub const FUNC_REF_TYPE: u32 = offset!(VMFuncRef, type_id);
/// Offset of [`VMFuncRef::supertypes`].
pub const FUNC_REF_SUPERTYPES: u32 = offset!(VMFuncRef, supertypes);
/// Offset of [`VMFuncRef::display`].
pub const FUNC_REF_DISPLAY: u32 = offset!(VMFuncRef, display);
/// Bytes of a [`VMFuncRef`].
pub const FUNC_REF_SIZE: u32 = size_of::<VMFuncRef>() as u32;

/// References that are no pointers, by their low bits; a pointer, and null, has neither. The first: an `i31`, in the 31
/// bits above.
pub const TAG_I31: u64 = 1;
/// A value of the host, as `extern` or, made internal, as `any`: its number is in the bits from the third on.
pub const TAG_HOST: u64 = 2;

/// The `i31` of the low 31 bits of `value`, as a reference.
#[must_use]
pub fn i31(value: u32) -> u64 {
    u64::from(value << 1) | TAG_I31
}

/// An imported function: what to call, and the value that `ref.func` gives.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMFuncImport {
    /// Entry point.
    pub code: *const u8,
    /// First argument of `code`. For a host function this is a record that also names the importing instance.
    pub context: *mut u8,
    /// Identity of the function, the same in whatever instance imports it.
    pub func_ref: *const VMFuncRef,
}
/// Offset of [`VMFuncImport::code`].
pub const FUNC_IMPORT_CODE: u32 = offset!(VMFuncImport, code);
/// Offset of [`VMFuncImport::context`].
pub const FUNC_IMPORT_CONTEXT: u32 = offset!(VMFuncImport, context);
/// Offset of [`VMFuncImport::func_ref`].
pub const FUNC_IMPORT_REF: u32 = offset!(VMFuncImport, func_ref);
/// Bytes of a [`VMFuncImport`].
pub const FUNC_IMPORT_SIZE: u32 = size_of::<VMFuncImport>() as u32;

/// A tag: its address is its identity.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMTag {
    /// Canonical type, engine-wide. Its parameters are the values that an exception of this tag carries.
    pub type_id: u32,
}

/// The fixed part of an exception: what an `exnref` points to. The values follow, one [`SLOT`] each, little-endian from
/// the slot's first byte.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMException {
    /// [`heap::HEADER_EXCEPTION`], as it is an object of the heap.
    pub header: u32,
    /// Number of values.
    pub values: u32,
    /// Its tag.
    pub tag: *const VMTag,
    /// What the system unwinder knows it by: class, clean-up function, and two words of its own.
    /// <https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html#base-data>
    pub unwind: [u64; 4],
}
/// Offset of [`VMException::tag`].
pub const EXCEPTION_TAG: u32 = offset!(VMException, tag);
/// Offset of [`VMException::unwind`]: what landing pads get is the address of that.
pub const EXCEPTION_UNWIND: u32 = offset!(VMException, unwind);
/// Offset of the first value behind a [`VMException`].
pub const EXCEPTION_VALUES: u32 = size_of::<VMException>() as u32;

/// Name by which objects refer to the runtime's personality routine. The reference becomes a slot of the image, filled
/// when the image is mapped.
pub const PERSONALITY: &str = "wassay_personality";

/// A memory or table of an instance: `base` copied (it never changes), and the definition for the length.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMSpace {
    /// Copy of the definition's `base`.
    pub base: *mut u8,
    /// The [`VMMemory`] or [`VMTable`], which may belong to another instance.
    pub definition: *mut u8,
}
/// Offset of [`VMSpace::base`].
pub const SPACE_BASE: u32 = offset!(VMSpace, base);
/// Offset of [`VMSpace::definition`].
pub const SPACE_DEFINITION: u32 = offset!(VMSpace, definition);
/// Bytes of a [`VMSpace`].
pub const SPACE_SIZE: u32 = size_of::<VMSpace>() as u32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_numbered_apart() {
        use ValType::{F32, I32, I64, V128};
        let ty =
            FuncType { params: [I32, F32, I64, I32, I32, I32, I32, V128].into(), results: [I32, I32, I32, F32].into() };
        let (params, results) = assign(&ty);
        assert_eq!(params[1], Place::Vec(0));
        assert_eq!(params[5], Place::Int(4));
        assert_eq!(params[6], Place::Overflow(0));
        assert_eq!(params[7], Place::Vec(1));
        assert_eq!(results, [Place::Int(0), Place::Int(1), Place::Overflow(0), Place::Vec(0)]);
    }
}
