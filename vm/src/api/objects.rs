//! Structures and arrays of the heap.

use super::heap_types::EngineType;
use super::{AnyRef, ArrayType, AsContext, AsContextMut, StructType, Val};
use crate::error::{Error, Result};
use crate::rooted::Rooted;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::object;
use crate::trap::Trap;
use crate::type_registry::RegisteredType;
use crate::types::{CompositeType, FieldType, StorageType, ValType};
use std::ptr::NonNull;

/// A reference to a structure. Good as [`RootScope`](super::RootScope) says.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StructRef(pub(crate) Rooted);

/// A reference to an array. Good as [`RootScope`](super::RootScope) says.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#array-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ArrayRef(pub(crate) Rooted);

/// An object that a reference of the host points to, and its type. All access of the host goes through here.
struct Object {
    at: NonNull<u8>,
    ty: EngineType,
}

impl Object {
    /// `rooted` must be that of a structure or an array.
    fn new(rooted: Rooted, store: &StoreOpaque) -> Result<Self> {
        let at = rooted.of(store)? as *mut u8;
        let at = NonNull::new(at)
            .ok_or_else(|| Error::TypeMismatch { expected: "a reference".into(), found: "null".into() })?;
        // SAFETY: what a good handle refers to is alive, and the two types above are made only of objects.
        let ty = EngineType::of_object(store, unsafe { object::type_of(at) });
        Ok(Self { at, ty })
    }

    /// Number of fields or elements.
    fn len(&self) -> u32 {
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

    fn get(&self, store: &StoreOpaque, number: u32) -> Result<Val> {
        let (at, FieldType { storage, .. }) = self.part(number)?;
        // SAFETY: a part of a live object, whose value is as its type says and of this store.
        Ok(unsafe { Val::from_raw(object::read(self.at, at, storage), unpacked(storage), store) })
    }

    fn set(&self, store: &mut StoreOpaque, number: u32, value: Val) -> Result<()> {
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
fn unpacked(storage: StorageType) -> ValType {
    match storage {
        StorageType::I8 | StorageType::I16 => ValType::I32,
        StorageType::Val(ty) => ty,
    }
}

fn full(_: Trap) -> Error {
    Error::Resources("an object: the heap is full".into())
}

/// The values of a new object's fields or elements, checked. They stay alive: the host holds them.
fn checked<'a>(store: &StoreOpaque, types: impl Iterator<Item = &'a FieldType>, values: &[Val]) -> Result<Vec<u128>> {
    types.zip(values).map(|(ty, value)| value.to_raw(unpacked(ty.storage), store)).collect()
}

/// # Safety
/// The object must be new, of this type, and have so many fields or elements; the values must have been checked.
unsafe fn initialise(object: NonNull<u8>, ty: &RegisteredType, values: impl IntoIterator<Item = u128>) {
    for (value, number) in values.into_iter().zip(0..) {
        let (at, storage) = object::expected_part(ty, number);
        // SAFETY: the caller's promise.
        unsafe { object::write(object, at, storage, value) };
    }
}

impl StructRef {
    /// A structure. Of fields that are packed the low bits of an `i32` are taken.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] when there are more or fewer values than fields, one is of another type than its field, the type has
    /// descriptors (see [`StructRef::with_descriptor`]), or something belongs to another store or engine, or its scope has ended; [`Error::Resources`] when the heap is full.
    pub fn new(mut store: impl AsContextMut, ty: &StructType, fields: &[Val]) -> Result<Self> {
        Self::make(&mut store.as_context_mut().0.opaque, ty, fields, None)
    }

    /// A structure with the descriptor that its type asks for.
    pub(super) fn make(
        opaque: &mut StoreOpaque,
        ty: &StructType,
        fields: &[Val],
        descriptor: Option<Self>,
    ) -> Result<Self> {
        ty.0.check(opaque)?;
        let types = ty.fields();
        if types.len() != fields.len() {
            return Err(Error::Count { what: "fields", expected: types.len(), found: fields.len() });
        }
        let values = checked(opaque, types.iter(), fields)?;
        let descriptor = super::descriptor::checked(opaque, ty, descriptor)?;
        // SAFETY: a type of structures; it was checked that it is of the store's engine.
        let structure = unsafe { opaque.new_struct(&ty.0.ty) }.map_err(full)?;
        // SAFETY: made just now, for these values.
        unsafe { initialise(structure, &ty.0.ty, values) };
        if let Some(descriptor) = descriptor {
            // No module of this store may have asked for it yet.
            opaque.number_descriptors()?;
            // SAFETY: just checked; the host holds it.
            unsafe { opaque.describe(structure, descriptor) };
        }
        Ok(Self(Rooted::new(opaque, structure.as_ptr() as u64)))
    }

    /// Its type.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] if it belongs to another store, or its scope has ended.
    pub fn ty(&self, store: impl AsContext) -> Result<StructType> {
        Ok(StructType(Object::new(self.0, &store.as_context().0.opaque)?.ty))
    }

    /// Value of a field; of one that is packed, as an `i32` without sign.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] if there is no such field, or the structure belongs to another store, or its scope has ended.
    pub fn field(&self, store: impl AsContext, index: u32) -> Result<Val> {
        let opaque = &store.as_context().0.opaque;
        Object::new(self.0, opaque)?.get(opaque, index)
    }

    /// Sets a field; of one that is packed, to the low bits of an `i32`.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] if there is no such field, it can't be set, or the value is of another type; or if something
    /// belongs to another store, or its scope has ended.
    pub fn set_field(&self, mut store: impl AsContextMut, index: u32, value: Val) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        Object::new(self.0, opaque)?.set(opaque, index, value)
    }

    /// As a reference to any datum.
    #[must_use]
    pub fn to_any(self) -> AnyRef {
        AnyRef(self.0)
    }
}

impl ArrayRef {
    /// An array of `length` equal elements. Of elements that are packed the low bits of an `i32` are taken.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] when the value is of another type, or something belongs to another store or engine, or its scope has
    /// ended; [`Error::Resources`] when the heap is full.
    pub fn new(mut store: impl AsContextMut, ty: &ArrayType, element: Val, length: u32) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        ty.0.check(opaque)?;
        let storage = ty.element().storage;
        let value = element.to_raw(unpacked(storage), opaque)?;
        // SAFETY: it was checked that the type is of the store's engine.
        let array = unsafe { opaque.new_array(&ty.0.ty, length) }.map_err(full)?;
        let (at, storage) = object::expected_part(&ty.0.ty, 0);
        // SAFETY: made just now, with so many elements.
        unsafe { object::fill(array.add(at), crate::abi::heap::storage_size(storage), length as usize, value) };
        Ok(Self(Rooted::new(opaque, array.as_ptr() as u64)))
    }

    /// An array of these elements.
    ///
    /// # Errors
    /// As of [`ArrayRef::new`].
    pub fn new_fixed(mut store: impl AsContextMut, ty: &ArrayType, elements: &[Val]) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        ty.0.check(opaque)?;
        let length =
            u32::try_from(elements.len()).map_err(|_| Error::Limit("an array of more than 2^32 elements".into()))?;
        let element = ty.element();
        let values = checked(opaque, std::iter::repeat(&element), elements)?;
        // SAFETY: it was checked that the type is of the store's engine.
        let array = unsafe { opaque.new_array(&ty.0.ty, length) }.map_err(full)?;
        // SAFETY: made just now, for these values.
        unsafe { initialise(array, &ty.0.ty, values) };
        Ok(Self(Rooted::new(opaque, array.as_ptr() as u64)))
    }

    /// Its type.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] if it belongs to another store, or its scope has ended.
    pub fn ty(&self, store: impl AsContext) -> Result<ArrayType> {
        Ok(ArrayType(Object::new(self.0, &store.as_context().0.opaque)?.ty))
    }

    /// Number of elements.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] if it belongs to another store, or its scope has ended.
    pub fn len(&self, store: impl AsContext) -> Result<u32> {
        Ok(Object::new(self.0, &store.as_context().0.opaque)?.len())
    }

    /// Value of an element; of one that is packed, as an `i32` without sign.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] if there is no such element, or the array belongs to another store, or its scope has ended.
    pub fn get(&self, store: impl AsContext, index: u32) -> Result<Val> {
        let opaque = &store.as_context().0.opaque;
        Object::new(self.0, opaque)?.get(opaque, index)
    }

    /// Sets an element; one that is packed, to the low bits of an `i32`.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] if there is no such element, it can't be set, or the value is of another type; or if something
    /// belongs to another store, or its scope has ended.
    pub fn set(&self, mut store: impl AsContextMut, index: u32, value: Val) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        Object::new(self.0, opaque)?.set(opaque, index, value)
    }

    /// As a reference to any datum.
    #[must_use]
    pub fn to_any(self) -> AnyRef {
        AnyRef(self.0)
    }
}

macro_rules! data {
    ($($ty:ident)*) => {$(
        impl From<$ty> for AnyRef {
            fn from(it: $ty) -> Self {
                it.to_any()
            }
        }
        impl From<$ty> for Val {
            fn from(it: $ty) -> Self {
                Self::AnyRef(Some(it.to_any()))
            }
        }
    )*};
}

data!(StructRef ArrayRef);
