//! What compiled code and the runtime agree on: where things lie, and in which register a value travels.
//!
//! Nothing here knows LLVM or a store. [`lower`](crate) emits loads at these offsets, the runtime lays out memory
//! accordingly, and both classify signatures with [`assign`]. A change here changes [`VERSION`].

use crate::types::{FuncType, MemoryType, ValType};
use std::sync::atomic::AtomicU64;

/// Version of everything in this file; an artifact of another version is refused.
pub const VERSION: u32 = 4;

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
    /// Parameters and results beyond the registers. A callee reads its own first thing, a caller its results.
    pub overflow: [u128; OVERFLOW_SLOTS],
}
/// Offset of [`VMStore::overflow`].
pub const STORE_OVERFLOW: u32 = std::mem::offset_of!(VMStore, overflow) as u32;

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
/// Offset of `length` in [`VMMemory`] and [`VMTable`].
pub const DEFINITION_LENGTH: u32 = 8;
/// Bytes of a table's element: a reference is a pointer.
pub const TABLE_ELEMENT: u32 = 8;

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
    /// `n`-th. Lives as long as the engine.
    pub display: *const u32,
}
/// Offset of [`VMFuncRef::code`].
pub const FUNC_REF_CODE: u32 = 0;
/// Offset of [`VMFuncRef::context`].
pub const FUNC_REF_CONTEXT: u32 = 8;
/// Offset of [`VMFuncRef::type_id`].
pub const FUNC_REF_TYPE: u32 = 16;
/// Offset of [`VMFuncRef::supertypes`].
pub const FUNC_REF_SUPERTYPES: u32 = 20;
/// Offset of [`VMFuncRef::display`].
pub const FUNC_REF_DISPLAY: u32 = 24;
/// Bytes of a [`VMFuncRef`].
pub const FUNC_REF_SIZE: u32 = 32;

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
/// Bytes of a [`VMFuncImport`]. `code` is at 0, `context` at 8, `func_ref` at 16.
pub const FUNC_IMPORT_SIZE: u32 = 24;

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
    /// What the system unwinder knows it by: class, clean-up function, and two words of its own.
    /// <https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html#base-data>
    pub unwind: [u64; 4],
    /// Its tag.
    pub tag: *const VMTag,
    /// Not zero once a reference to it may be held: then it lives as long as its store.
    pub escaped: u32,
    /// Number of values.
    pub values: u32,
}
/// Offset of [`VMException::tag`].
pub const EXCEPTION_TAG: u32 = 32;
/// Offset of [`VMException::escaped`].
pub const EXCEPTION_ESCAPED: u32 = 40;
/// Offset of the first value behind a [`VMException`].
pub const EXCEPTION_VALUES: u32 = 48;

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
/// Bytes of a [`VMSpace`]. `base` is at 0, `definition` at 8.
pub const SPACE_SIZE: u32 = 16;

/// Context header: pointer to the [`VMStore`].
pub const CONTEXT_STORE: u32 = 0;
/// Context header: pointer to the table of [`Builtin`]s (one code pointer each).
pub const CONTEXT_BUILTINS: u32 = 8;
/// Context header: pointer to the runtime's own record of the instance; compiled code never looks inside.
pub const CONTEXT_INSTANCE: u32 = 16;
/// Context header: [`OPAQUE_F64`] as four `f64`.
pub const CONTEXT_OPAQUE_F64: u32 = 32;
/// Context header: [`OPAQUE_F64`] as four `f32`.
pub const CONTEXT_OPAQUE_F32: u32 = 64;
/// Bytes of the context header.
pub const CONTEXT_HEADER: u32 = 80;

/// Constants that compiled code loads instead of spelling: LLVM may return `x` for `x * 1.0`, `x - 0.0` and their like,
/// where WebAssembly wants a signalling NaN quieted (<https://llvm.org/docs/LangRef.html#floatnan>,
/// <https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation>).
pub const OPAQUE_F64: [f64; 4] = [1.0, -1.0, 0.0, -0.0];

/// How many of each thing an instance's context holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContextCounts {
    /// Types of the module.
    pub types: u32,
    /// Imported functions.
    pub func_imports: u32,
    /// Memories, imported ones first.
    pub memories: u32,
    /// Tables, imported ones first.
    pub tables: u32,
    /// Imported globals.
    pub global_imports: u32,
    /// Globals the module defines.
    pub globals: u32,
    /// Functions that the module defines and that can become values.
    pub func_refs: u32,
    /// Tags, imported ones first.
    pub tags: u32,
}

/// Where each thing lies in an instance's context. All offsets in bytes from the context pointer.
///
/// The context is one zeroed, 16-byte aligned block: the header, then canonical type ids (`u32` each),
/// [`VMFuncImport`]s, memories and tables ([`VMSpace`] each), pointers to imported globals' cells, own globals' cells
/// ([`SLOT`] bytes each, little-endian from the first byte), own [`VMFuncRef`]s, pointers to [`VMTag`]s.
#[derive(Clone, Copy, Debug)]
pub struct ContextLayout {
    counts: ContextCounts,
    func_imports: u32,
    memories: u32,
    tables: u32,
    global_imports: u32,
    globals: u32,
    func_refs: u32,
    tags: u32,
    size: u32,
}

impl ContextLayout {
    /// Lays out a context. None when it would not fit 2 GiB.
    #[must_use]
    pub fn new(counts: ContextCounts) -> Option<Self> {
        let mut end = u64::from(CONTEXT_HEADER);
        let mut place = |count: u32, size: u32, align: u64| {
            let start = end.next_multiple_of(align);
            end = start + u64::from(count) * u64::from(size);
            start
        };
        place(counts.types, 4, 16);
        let func_imports = place(counts.func_imports, FUNC_IMPORT_SIZE, 8);
        let memories = place(counts.memories, SPACE_SIZE, 8);
        let tables = place(counts.tables, SPACE_SIZE, 8);
        let global_imports = place(counts.global_imports, 8, 8);
        let globals = place(counts.globals, SLOT, 16);
        let func_refs = place(counts.func_refs, FUNC_REF_SIZE, 8);
        let tags = place(counts.tags, 8, 8);
        let small = |offset: u64| u32::try_from(offset).ok().filter(|&o| i32::try_from(o).is_ok());
        Some(Self {
            counts,
            func_imports: small(func_imports)?,
            memories: small(memories)?,
            tables: small(tables)?,
            global_imports: small(global_imports)?,
            globals: small(globals)?,
            func_refs: small(func_refs)?,
            tags: small(tags)?,
            size: small(end)?,
        })
    }

    /// What it was made for.
    #[must_use]
    pub fn counts(&self) -> &ContextCounts {
        &self.counts
    }
    /// Bytes of the whole context.
    #[must_use]
    pub fn size(&self) -> u32 {
        self.size
    }
    /// The canonical id (`u32`) of type `index`.
    #[must_use]
    pub fn type_id(&self, index: u32) -> u32 {
        CONTEXT_HEADER + index * 4
    }
    /// The [`VMFuncImport`] of imported function `index`.
    #[must_use]
    pub fn func_import(&self, index: u32) -> u32 {
        self.func_imports + index * FUNC_IMPORT_SIZE
    }
    /// The [`VMSpace`] of memory `index`, imported or not.
    #[must_use]
    pub fn memory(&self, index: u32) -> u32 {
        self.memories + index * SPACE_SIZE
    }
    /// The [`VMSpace`] of table `index`, imported or not.
    #[must_use]
    pub fn table(&self, index: u32) -> u32 {
        self.tables + index * SPACE_SIZE
    }
    /// The pointer to the cell of imported global `index`.
    #[must_use]
    pub fn global_import(&self, index: u32) -> u32 {
        self.global_imports + index * 8
    }
    /// The cell of the `index`-th global that the module defines (imported ones not counted).
    #[must_use]
    pub fn global(&self, index: u32) -> u32 {
        self.globals + index * SLOT
    }
    /// The `index`-th own [`VMFuncRef`] (an index into the module's list of functions that can become values).
    #[must_use]
    pub fn func_ref(&self, index: u32) -> u32 {
        self.func_refs + index * FUNC_REF_SIZE
    }
    /// The pointer to the [`VMTag`] of tag `index`, imported or not.
    #[must_use]
    pub fn tag(&self, index: u32) -> u32 {
        self.tags + index * 8
    }
}

/// A function of the runtime that compiled code calls through the context's table, C convention, context first.
///
/// Indices, addresses and lengths are passed as `u64` (zero-extended for 32-bit memories and tables), module-wide
/// indices as `u32`, references as pointers. A function that can trap returns 0 or the [`Trap`](crate::Trap)'s number
/// as `u32`, and the compiled code raises it, so that no frame of the host is ever skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum Builtin {
    /// `(context, memory: u32, delta: u64) -> u64`: pages before, or -1.
    MemoryGrow,
    /// `(context, memory: u32, to: u64, value: u32, length: u64) -> u32`
    MemoryFill,
    /// `(context, to_memory | from_memory << 32: u64, to: u64, from: u64, length: u64) -> u32`
    MemoryCopy,
    /// `(context, memory | segment << 32: u64, to: u64, from: u64, length: u64) -> u32`
    MemoryInit,
    /// `(context, segment: u32)`
    DataDrop,
    /// `(context, table: u32, value: pointer, delta: u64) -> u64`: elements before, or -1.
    TableGrow,
    /// `(context, table: u32, to: u64, value: pointer, length: u64) -> u32`
    TableFill,
    /// `(context, to_table | from_table << 32: u64, to: u64, from: u64, length: u64) -> u32`
    TableCopy,
    /// `(context, table | segment << 32: u64, to: u64, from: u64, length: u64) -> u32`
    TableInit,
    /// `(context, segment: u32)`
    ElemDrop,
    /// `(context, memory: u32, index: u64, offset: u64, expected: u64, timeout: i64) -> u32`: a
    /// [`WaitResult`](crate::WaitResult), or all ones for out of bounds. The timeout is in nanoseconds; below zero there
    /// is none.
    AtomicWait32,
    /// As [`AtomicWait32`](Builtin::AtomicWait32).
    AtomicWait64,
    /// `(context, memory: u32, index: u64, offset: u64, count: u32) -> u32`: threads woken, or all ones for out of bounds.
    AtomicNotify,
    /// `(context, tag: u32) -> u64`: a new [`VMException`] whose values are still to be written, or 0 when there is no
    /// room for one.
    ExceptionNew,
    /// `(context, exception: pointer)`: throws it. Does not return: the unwinder goes on in a landing pad.
    ExceptionThrow,
    /// `(context, exception: pointer)`: its values were read, and nothing refers to it any more unless it escaped.
    ExceptionDone,
}

/// Number of [`Builtin`]s.
pub const BUILTINS: usize = Builtin::ExceptionDone as usize + 1;

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

    #[test]
    fn structures_match_their_offsets() {
        assert_eq!(std::mem::offset_of!(VMFuncRef, type_id), FUNC_REF_TYPE as usize);
        assert_eq!(std::mem::offset_of!(VMFuncRef, supertypes), FUNC_REF_SUPERTYPES as usize);
        assert_eq!(std::mem::offset_of!(VMFuncRef, display), FUNC_REF_DISPLAY as usize);
        assert_eq!(size_of::<VMFuncRef>(), FUNC_REF_SIZE as usize);
        assert_eq!(size_of::<VMFuncImport>(), FUNC_IMPORT_SIZE as usize);
        assert_eq!(size_of::<VMSpace>(), SPACE_SIZE as usize);
        assert_eq!(std::mem::offset_of!(VMException, tag), EXCEPTION_TAG as usize);
        assert_eq!(std::mem::offset_of!(VMException, escaped), EXCEPTION_ESCAPED as usize);
        assert_eq!(size_of::<VMException>(), EXCEPTION_VALUES as usize);
        assert_eq!(std::mem::offset_of!(VMMemory, length), DEFINITION_LENGTH as usize);
        assert_eq!(std::mem::offset_of!(VMTable, length), DEFINITION_LENGTH as usize);
    }

    #[test]
    fn a_context_too_large_is_refused() {
        assert!(ContextLayout::new(ContextCounts { func_refs: u32::MAX, ..ContextCounts::default() }).is_none());
        let layout = ContextLayout::new(ContextCounts { types: 3, globals: 2, ..ContextCounts::default() }).unwrap();
        assert_eq!(layout.global(0) % 16, 0);
    }
}
