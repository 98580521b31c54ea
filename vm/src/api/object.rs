//! Structures and arrays of the heap.

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

/// An object that a reference of the host points to, and its type. All access of the host goes through here.
pub(super) struct Object {
    at: NonNull<u8>,
    pub(super) ty: EngineType,
}

impl Object {
    /// `rooted` must be that of a structure or an array.
    pub(super) fn new(rooted: Rooted, store: &StoreOpaque) -> Result<Self> {
        let at = rooted.resolve(store)? as *mut u8;
        let at = NonNull::new(at)
            .ok_or_else(|| Error::TypeMismatch { expected: "a reference".into(), found: "null".into() })?;
        // SAFETY: what a good handle refers to is alive, and the two types above are made only of objects.
        let ty = EngineType::of_object(store, unsafe { object::type_of(at) });
        Ok(Self { at, ty })
    }

    /// Number of fields or elements.
    pub(super) fn len(&self) -> u32 {
        match &self.ty.ty.composite {
            CompositeType::Array(_) => {
                // SAFETY: it is an array.
                unsafe { object::array_length(self.at) }
            }
            _ => u32::try_from(self.ty.ty.layout.offsets.len()).unwrap_or(u32::MAX),
        }
    }

    /// Where a field or element lies.
    fn part(&self, number: u32) -> Result<(usize, FieldType)> {
        let length = self.len();
        let found = if number < length { object::part(&self.ty.ty, number) } else { None };
        let (at, _) = found.ok_or_else(|| Error::NoSuchIndex { index: number.into(), length: length.into() })?;
        Ok((at, field_type(&self.ty.ty, number)))
    }

    pub(super) fn get(&self, store: &StoreOpaque, number: u32) -> Result<Val> {
        let (at, FieldType { storage, .. }) = self.part(number)?;
        // SAFETY: a part of a live object, whose value is as its type says and of this store.
        Ok(unsafe { Val::from_raw(object::read(self.at, at, storage), unpacked(storage), store) })
    }

    pub(super) fn set(&self, store: &mut StoreOpaque, number: u32, value: Val) -> Result<()> {
        let (at, FieldType { storage, mutable }) = self.part(number)?;
        if !mutable {
            return Err(Error::Immutable("a field"));
        }
        let raw = value.to_raw(unpacked(storage), store)?;
        // SAFETY: a part of a live object of this store, which is borrowed exclusively; the value was checked.
        unsafe { object::write(self.at, at, storage, raw) };
        Ok(())
    }
}

fn field_type(ty: &RegisteredType, number: u32) -> FieldType {
    match &ty.composite {
        CompositeType::Struct(fields) => fields[number as usize],
        CompositeType::Array(element) => *element,
        CompositeType::Func(_) | CompositeType::Cont(_) => unreachable!("only structures and arrays have parts"),
    }
}

/// The type of a field's value.
pub(super) fn unpacked(storage: StorageType) -> ValType {
    match storage {
        StorageType::I8 | StorageType::I16 => ValType::I32,
        StorageType::Val(ty) => ty,
    }
}

pub(super) fn full(_: Trap) -> Error {
    Error::Resources("an object: the heap is full".into())
}

/// The values of a new object's fields or elements, checked. They stay alive: the host holds them.
pub(super) fn checked<'a>(
    store: &StoreOpaque,
    types: impl Iterator<Item = &'a FieldType>,
    values: &[Val],
) -> Result<Vec<u128>> {
    types.zip(values).map(|(ty, value)| value.to_raw(unpacked(ty.storage), store)).collect()
}

/// # Safety
/// The object must be new, of this type, and have so many fields or elements; the values must have been checked.
pub(super) unsafe fn initialise(object: NonNull<u8>, ty: &RegisteredType, values: impl IntoIterator<Item = u128>) {
    for (value, number) in values.into_iter().zip(0..) {
        let (at, storage) = object::expected_part(ty, number);
        // SAFETY: the caller's promise.
        unsafe { object::write(object, at, storage, value) };
    }
}
