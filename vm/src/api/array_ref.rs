//! References to arrays.

use super::heap_types::ArrayType;
use super::object::{Object, checked, full, initialise, unpacked};
use super::store::{AsContext, AsContextMut};
use super::values::Val;
use crate::abi::heap::storage_size;
use crate::error::{Error, Result};
use crate::rooted::{AnyRef, ArrayRef, Rooted};
use crate::runtime::store::object;
use crate::types::HeapType;

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
        unsafe { object::fill(array.add(at), storage_size(storage), length as usize, value) };
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

impl AnyRef {
    /// As a reference to an array, if it is one.
    ///
    /// # Errors
    /// As of [`AnyRef::ty`].
    pub fn as_array(self, store: impl AsContext) -> Result<Option<ArrayRef>> {
        Ok(self.is_of(store, HeapType::Array)?.then_some(ArrayRef(self.0)))
    }
}

impl From<ArrayRef> for AnyRef {
    fn from(it: ArrayRef) -> Self {
        it.to_any()
    }
}

impl From<ArrayRef> for Val {
    fn from(it: ArrayRef) -> Self {
        Self::AnyRef(Some(it.to_any()))
    }
}
