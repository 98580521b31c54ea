//! Access of the host to structures and arrays.

use super::heap_types::EngineType;
use super::values::Val;
use crate::error::{Error, Result};
use crate::rooted::Rooted;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::object;
use crate::trap::Trap;
use crate::type_registry::RegisteredType;
use crate::types::{CompositeType, FieldType, StorageType, ValType};
use std::ptr::NonNull;

/// A structure or array that a reference of the host points to, with its type. All accesses of the host go through it.
pub(super) struct Object {
    at: NonNull<u8>,
    pub(super) ty: EngineType,
}

impl Object {
    /// Follows a handle, which must be of a structure or array.
    ///
    /// # Errors
    /// [`Error::ForeignStore`] or [`Error::Stale`] if the handle is not valid in `store`.
    pub(super) fn new(rooted: Rooted, store: &StoreOpaque) -> Result<Self> {
        let at = rooted.resolve(store)? as *mut u8;
        let at = NonNull::new(at)
            .ok_or_else(|| Error::TypeMismatch { expected: "a reference".into(), found: "null".into() })?;
        // SAFETY: a valid handle refers to a live object, and callers pass only handles of structures and arrays.
        let ty = EngineType::of_object(store, unsafe { object::type_of(at) });
        Ok(Self { at, ty })
    }

    /// Returns the number of fields or elements.
    pub(super) fn len(&self) -> u32 {
        match &self.ty.ty.composite {
            CompositeType::Array(_) => {
                // SAFETY: the object is an array.
                unsafe { object::array_length(self.at) }
            }
            _ => u32::try_from(self.ty.ty.layout.offsets.len()).unwrap_or(u32::MAX),
        }
    }

    /// Returns the offset and type of a field or element.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] if there is none.
    fn part(&self, number: u32) -> Result<(usize, FieldType)> {
        let length = self.len();
        let found = if number < length { object::part(&self.ty.ty, number) } else { None };
        let (at, _) = found.ok_or_else(|| Error::NoSuchIndex { index: number.into(), length: length.into() })?;
        Ok((at, field_type(&self.ty.ty, number)))
    }

    /// Reads a field or element.
    pub(super) fn get(&self, store: &StoreOpaque, number: u32) -> Result<Val> {
        let (at, FieldType { storage, .. }) = self.part(number)?;
        // SAFETY: the offset is that of a part of a live object of this store, whose value has the part's type.
        Ok(unsafe { Val::from_raw(object::read(self.at, at, storage), unpacked(storage), store) })
    }

    /// Writes a field or element, after checking that it is mutable and that the value has its type.
    pub(super) fn set(&self, store: &mut StoreOpaque, number: u32, value: Val) -> Result<()> {
        let (at, FieldType { storage, mutable }) = self.part(number)?;
        if !mutable {
            return Err(Error::Immutable("a field"));
        }
        let raw = value.to_raw(unpacked(storage), store)?;
        // SAFETY: the offset is that of a part of a live object of this store, which is borrowed exclusively. The value was
        // checked.
        unsafe { object::write(self.at, at, storage, raw) };
        Ok(())
    }
}

/// Returns the type of a field or element.
fn field_type(ty: &RegisteredType, number: u32) -> FieldType {
    match &ty.composite {
        CompositeType::Struct(fields) => fields[number as usize],
        CompositeType::Array(element) => *element,
        CompositeType::Func(_) | CompositeType::Cont(_) => unreachable!("only structures and arrays have parts"),
    }
}

/// Returns the value type of a field or element: `i32` for a packed one.
pub(super) fn unpacked(storage: StorageType) -> ValType {
    match storage {
        StorageType::I8 | StorageType::I16 => ValType::I32,
        StorageType::Val(ty) => ty,
    }
}

/// Makes the error for a full heap.
pub(super) fn heap_full(_: Trap) -> Error {
    Error::Resources("an object: the heap is full".into())
}

/// Converts the values of a new object's fields or elements to raw values, after checking them. Handles of the host keep
/// referenced objects alive.
pub(super) fn raw_values<'a>(
    store: &StoreOpaque,
    types: impl Iterator<Item = &'a FieldType>,
    values: &[Val],
) -> Result<Vec<u128>> {
    types.zip(values).map(|(ty, value)| value.to_raw(unpacked(ty.storage), store)).collect()
}

/// Writes the fields or elements of a new object.
///
/// # Safety
/// The object must be new, of this type, and have at least as many fields or elements as there are values. The values must
/// have been checked.
pub(super) unsafe fn initialise(object: NonNull<u8>, ty: &RegisteredType, values: impl IntoIterator<Item = u128>) {
    for (value, number) in values.into_iter().zip(0..) {
        let (at, storage) = object::expected_part(ty, number);
        // SAFETY: the caller's promise.
        unsafe { object::write(object, at, storage, value) };
    }
}
