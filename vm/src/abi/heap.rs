//! Objects of the collected heap: headers, layouts of fields, and size classes.
//!
//! A reference to an object is the address of its header. Objects never move. A header has 8 bytes: the canonical type of
//! the object, and one more word. That word is an array's length; in other objects it is zero unless the type's proposal
//! gives it a meaning. A type check therefore succeeds with one comparison of 32 bits in the likely case. Otherwise the
//! supertypes are looked up in the type's [`VMType`].

use super::convention::SLOT;
use super::layout::{POINTER, offset};
use crate::types::{CompositeType, FieldType, StorageType, ValType};

/// Header of an object.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMHeader {
    /// Canonical type of the object, with [`HEADER_ARRAY`] set if it is an array.
    pub type_id: u32,
    /// In an array: its length, in elements. In a structure: the number of its descriptor, which is the descriptor's
    /// distance from [`VMStore::descriptor_base`](super::VMStore::descriptor_base) divided by [`OBJECT_ALIGN`]. Structures
    /// without descriptor have 0 there, which is no object's number.
    pub extra: u32,
}
/// Offset of [`VMHeader::type_id`].
pub const OBJECT_TYPE: u32 = offset!(VMHeader, type_id);
/// Offset of an array's length, [`VMHeader::extra`].
pub const ARRAY_LENGTH: u32 = offset!(VMHeader, extra);
/// Offset of the number of a structure's descriptor, [`VMHeader::extra`].
pub const DESCRIPTOR: u32 = offset!(VMHeader, extra);
/// Size of a header, in bytes.
pub const OBJECT_HEADER: u32 = size_of::<VMHeader>() as u32;
/// Bit of [`VMHeader::type_id`] that distinguishes arrays from structures.
pub const HEADER_ARRAY: u32 = 1 << 31;
/// Value of [`VMHeader::type_id`] in an exception, which has no type of its own.
pub const HEADER_EXCEPTION: u32 = HEADER_ARRAY - 1;
/// Alignment of objects, in bytes.
pub const OBJECT_ALIGN: u32 = 16;

/// Facts about a type that the runtime and compiled code look up by its canonical number. An engine has one array of them
/// for all its types; the array never moves.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMType {
    /// The type's display: the numbers of its supertypes, the most general one first. It lives as long as the type is held.
    pub display: *const u32,
    /// Number of supertypes.
    pub supertypes: u32,
    /// Kind of the type's values.
    pub kind: VMKind,
    /// Size in bytes: of a whole object, header included; for an array type, of one element.
    pub size: u32,
    /// Number of `references`. For an array type: 1 if its elements are references, otherwise 0.
    pub reference_count: u32,
    /// Offsets of the references in a structure, in bytes from its header. The list lives as long as the type is held.
    pub references: *const u32,
}
/// Offset of [`VMType::display`].
pub const TYPE_DISPLAY: u32 = offset!(VMType, display);
/// Offset of [`VMType::supertypes`].
pub const TYPE_SUPERTYPES: u32 = offset!(VMType, supertypes);
/// Size of a [`VMType`], in bytes.
pub const TYPE_SIZE: u32 = size_of::<VMType>() as u32;

/// Kinds of types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum VMKind {
    /// Functions, which are not objects of the heap.
    Func,
    /// Structures.
    Struct,
    /// Arrays.
    Array,
    /// Continuations.
    Cont,
}

/// Size classes from which compiled code allocates: the sizes of their cells, in bytes. An object gets a cell of the
/// smallest class that holds it. All sizes are multiples of [`OBJECT_ALIGN`].
pub const SIZE_CLASSES: [u32; 24] = [
    16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792,
    2048,
];

/// Returns the size class for an object of `bytes` bytes: a position in [`SIZE_CLASSES`], or `None` if only the runtime
/// allocates objects of that size.
#[must_use]
pub fn size_class(bytes: u32) -> Option<usize> {
    let class = SIZE_CLASSES.partition_point(|&cell| cell < bytes);
    (class < SIZE_CLASSES.len()).then_some(class)
}

/// Allocation run: free cells of one size class in a row. Compiled code takes the first cell if it ends at or before `end`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMRun {
    /// Address of the first free cell, or 0 if there is none. Free cells of a run are all zeros.
    pub next: usize,
    /// Address at which the last free cell ends.
    pub end: usize,
}
/// Size of a [`VMRun`], in bytes.
pub const RUN_SIZE: u32 = size_of::<VMRun>() as u32;
/// Offset of [`VMRun::next`].
pub const RUN_NEXT: u32 = offset!(VMRun, next);
/// Offset of [`VMRun::end`].
pub const RUN_END: u32 = offset!(VMRun, end);

/// Returns the size of a field in bytes, which is also its alignment.
#[must_use]
pub fn storage_size(storage: StorageType) -> u32 {
    match storage {
        StorageType::I8 => 1,
        StorageType::I16 => 2,
        StorageType::Val(ValType::I32 | ValType::F32) => 4,
        StorageType::Val(ValType::I64 | ValType::F64) => 8,
        StorageType::Val(ValType::Ref(_)) => POINTER,
        StorageType::Val(ValType::V128) => SLOT,
    }
}

/// Returns the offset of the first element of an array, in bytes from its header.
#[must_use]
pub fn array_elements(element: &FieldType) -> u32 {
    OBJECT_HEADER.next_multiple_of(storage_size(element.storage))
}

/// Layout of a structure. Each field is at the first aligned offset after the field before it, so a subtype has the fields
/// of its supertype at the same offsets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StructLayout {
    /// Offset of each field from the header, in bytes.
    pub offsets: Box<[u32]>,
    /// Size of the whole structure, header included, in bytes.
    pub size: u32,
}

impl StructLayout {
    /// Lays out a structure. Validation allows 10,000 fields (<https://webassembly.github.io/spec/js-api/#limits>).
    #[must_use]
    pub fn new(fields: &[FieldType]) -> Self {
        let mut end = OBJECT_HEADER;
        let offsets = fields
            .iter()
            .map(|field| {
                let size = storage_size(field.storage);
                let at = end.next_multiple_of(size);
                end = at + size;
                at
            })
            .collect();
        Self { offsets, size: end }
    }
}

/// Returns the offsets of all references in a structure. For an array type whose elements are references, it returns the
/// offset of the first element; for other types nothing.
#[must_use]
pub fn references(ty: &CompositeType) -> Vec<u32> {
    let is_reference = |field: &FieldType| matches!(field.storage, StorageType::Val(ValType::Ref(_)));
    match ty {
        CompositeType::Func(_) | CompositeType::Cont(_) => Vec::new(),
        CompositeType::Struct(fields) => {
            let layout = StructLayout::new(fields);
            layout.offsets.iter().zip(fields).filter(|(_, field)| is_reference(field)).map(|(&at, _)| at).collect()
        }
        CompositeType::Array(element) => is_reference(element).then(|| array_elements(element)).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_class_is_the_smallest_that_fits() {
        for bytes in 1..=2048 {
            let class = size_class(bytes).unwrap();
            assert!(SIZE_CLASSES[class] >= bytes && (class == 0 || SIZE_CLASSES[class - 1] < bytes));
        }
        assert_eq!(size_class(2049), None);
        assert!(SIZE_CLASSES.iter().all(|cell| cell.is_multiple_of(OBJECT_ALIGN)));
    }

    #[test]
    fn a_subtype_begins_like_its_supertype() {
        let field = |storage| FieldType { storage, mutable: true };
        let fields =
            [StorageType::I8, StorageType::Val(ValType::V128), StorageType::I16, StorageType::Val(ValType::I64)]
                .map(field);
        let (base, derived) = (StructLayout::new(&fields[..2]), StructLayout::new(&fields));
        assert_eq!(base.offsets[..], derived.offsets[..2]);
        assert_eq!(derived.offsets[..], [8, 16, 32, 40]);
    }
}
