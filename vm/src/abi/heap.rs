//! Objects of the collected heap: what they begin with, where their fields lie, and how compiled code makes one.
//!
//! A reference to an object is the address of its header. Objects never move. A header is 8 bytes: the number of the
//! object's type and one more word, which is an array's length, and otherwise zero unless the type's proposal says what
//! it is. So that a type check of the likely case is one comparison of 32 bits; for the other case
//! [`VMType`] has the supertypes, found by the number.

use super::{POINTER, SLOT, offset};
use crate::types::{CompositeType, FieldType, StorageType, ValType};

/// What an object begins with.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMHeader {
    /// The number of the object's type, engine-wide, with [`HEADER_ARRAY`] if it is an array.
    pub type_id: u32,
    /// An array's length, in elements. In a structure the number of its descriptor: its distance from
    /// [`VMStore::descriptor_base`](super::VMStore::descriptor_base), divided by [`OBJECT_ALIGN`], and 0 in structures that
    /// have none, which is no object's number.
    pub extra: u32,
}
/// Offset of [`VMHeader::type_id`].
pub const OBJECT_TYPE: u32 = offset!(VMHeader, type_id);
/// Offset of an array's length, [`VMHeader::extra`].
pub const ARRAY_LENGTH: u32 = offset!(VMHeader, extra);
/// Offset of the number of a structure's descriptor, [`VMHeader::extra`].
pub const DESCRIPTOR: u32 = offset!(VMHeader, extra);
/// Bytes of a header.
pub const OBJECT_HEADER: u32 = size_of::<VMHeader>() as u32;
/// The bit of the type's number in a header that tells arrays from structures.
pub const HEADER_ARRAY: u32 = 1 << 31;
/// The number in the header of an exception, which has no type of its own.
pub const HEADER_EXCEPTION: u32 = HEADER_ARRAY - 1;
/// Alignment of objects, in bytes.
pub const OBJECT_ALIGN: u32 = 16;

/// What the runtime and compiled code know of a type by its number: an element of one array that an engine has for all
/// its types, never moved.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMType {
    /// Ids of the types that it is a subtype of, the most general one first. Lives as long as the type is held.
    pub display: *const u32,
    /// Number of these.
    pub supertypes: u32,
    /// What values of the type are.
    pub kind: VMKind,
    /// Bytes of an object, header included; of an array, bytes of one element.
    pub size: u32,
    /// Number of `references`. For an array: 1 if its elements are references.
    pub reference_count: u32,
    /// Offsets of references in a structure, from its header. Lives as long as the type is held.
    pub references: *const u32,
}
/// Offset of [`VMType::display`].
pub const TYPE_DISPLAY: u32 = offset!(VMType, display);
/// Offset of [`VMType::supertypes`].
pub const TYPE_SUPERTYPES: u32 = offset!(VMType, supertypes);
/// Bytes of a [`VMType`].
pub const TYPE_SIZE: u32 = size_of::<VMType>() as u32;

/// What values of a type are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u32)]
pub enum VMKind {
    /// Functions: no objects of the heap.
    Func,
    /// Structures.
    Struct,
    /// Arrays.
    Array,
    /// Continuations.
    Cont,
}

/// Bytes of cells: an object that is not larger than the last of these lies in a cell of the first that holds it.
/// All are multiples of [`OBJECT_ALIGN`].
pub const CELLS: [u32; 24] = [
    16, 32, 48, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 1792,
    2048,
];

/// Which of [`CELLS`] objects of so many bytes lie in; none for large ones, which only the runtime makes.
#[must_use]
pub fn cell_class(bytes: u32) -> Option<usize> {
    let class = CELLS.partition_point(|&cell| cell < bytes);
    (class < CELLS.len()).then_some(class)
}

/// Free cells of one size, in a row: compiled code takes the first, if `end` is at least a cell after `next`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMRun {
    /// The first free cell; all are zeros. 0 when there is none.
    pub next: usize,
    /// Where the last one ends.
    pub end: usize,
}
/// Bytes of a [`VMRun`].
pub const RUN_SIZE: u32 = size_of::<VMRun>() as u32;
/// Offset of [`VMRun::next`].
pub const RUN_NEXT: u32 = offset!(VMRun, next);
/// Offset of [`VMRun::end`].
pub const RUN_END: u32 = offset!(VMRun, end);

/// Bytes of a field, and its alignment.
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

/// Offset of the first element of an array.
#[must_use]
pub fn array_elements(element: &FieldType) -> u32 {
    OBJECT_HEADER.next_multiple_of(storage_size(element.storage))
}

/// Where the fields of a structure lie: each at the first aligned place after the one before, so that a subtype has the
/// fields of its supertype where that has them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StructLayout {
    /// Offset of each field from the header, in bytes.
    pub offsets: Box<[u32]>,
    /// Bytes of the whole, header included.
    pub size: u32,
}

impl StructLayout {
    /// Lays out a structure. (Validation allows 10,000 fields: <https://webassembly.github.io/spec/js-api/#limits>.)
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

/// Offsets of all references in an object of a structure type; for arrays, whether the elements are some, as one entry.
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
    fn cells_hold_what_they_are_for() {
        for bytes in 1..=2048 {
            let class = cell_class(bytes).unwrap();
            assert!(CELLS[class] >= bytes && (class == 0 || CELLS[class - 1] < bytes));
        }
        assert_eq!(cell_class(2049), None);
        assert!(CELLS.iter().all(|cell| cell.is_multiple_of(OBJECT_ALIGN)));
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
