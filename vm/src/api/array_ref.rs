//! References to arrays.

use super::heap_types::ArrayType;
use super::object::{Object, heap_full, initialise, raw_values, unpacked};
use super::store::{AsContext, AsContextMut};
use super::values::Val;
use crate::abi::heap::storage_size;
use crate::error::{Error, Result};
use crate::rooted::{AnyRef, ArrayRef, Rooted};
use crate::runtime::store::object;
use crate::types::HeapType;

impl ArrayRef {
    /// Creates an array of `length` equal elements, as `array.new` does. Packed elements take the low bits of an `i32`.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-array-new>
    ///
    /// # Errors
    /// [`Error::TypeMismatch`] if the element has another type; [`Error::ForeignEngine`] if the type belongs to another
    /// engine; [`Error::ForeignStore`] or [`Error::Stale`] if the element belongs to another store or its scope has ended;
    /// [`Error::Resources`] if the heap is full.
    pub fn new(mut store: impl AsContextMut, ty: &ArrayType, element: Val, length: u32) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        ty.0.check(opaque)?;
        let storage = ty.element().storage;
        let value = element.to_raw(unpacked(storage), opaque)?;
        // SAFETY: the type was checked to be of the store's engine.
        let array = unsafe { opaque.new_array(&ty.0.ty, length) }.map_err(heap_full)?;
        let (at, storage) = object::expected_part(&ty.0.ty, 0);
        // SAFETY: the array was just created, with `length` elements.
        unsafe { object::fill(array.add(at), storage_size(storage), length as usize, value) };
        Ok(Self(Rooted::new(opaque, array.as_ptr() as u64)))
    }

    /// Creates an array of these elements, as `array.new_fixed` does.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-array-new-fixed>
    ///
    /// # Errors
    /// As for [`ArrayRef::new`], and [`Error::Limit`] for more than 2^32 - 1 elements.
    pub fn new_fixed(mut store: impl AsContextMut, ty: &ArrayType, elements: &[Val]) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        ty.0.check(opaque)?;
        let length =
            u32::try_from(elements.len()).map_err(|_| Error::Limit("an array of 2^32 elements or more".into()))?;
        let element = ty.element();
        let values = raw_values(opaque, std::iter::repeat(&element), elements)?;
        // SAFETY: the type was checked to be of the store's engine.
        let array = unsafe { opaque.new_array(&ty.0.ty, length) }.map_err(heap_full)?;
        // SAFETY: the array was just created, with room for these values.
        unsafe { initialise(array, &ty.0.ty, values) };
        Ok(Self(Rooted::new(opaque, array.as_ptr() as u64)))
    }

    /// Returns the array's type.
    ///
    /// # Errors
    /// [`Error::ForeignStore`] if the array belongs to another store; [`Error::Stale`] if the reference's scope has ended.
    pub fn ty(&self, store: impl AsContext) -> Result<ArrayType> {
        Ok(ArrayType(Object::new(self.0, &store.as_context().0.opaque)?.ty))
    }

    /// Returns the number of elements.
    ///
    /// # Errors
    /// [`Error::ForeignStore`] if the array belongs to another store; [`Error::Stale`] if the reference's scope has ended.
    pub fn len(&self, store: impl AsContext) -> Result<u32> {
        Ok(Object::new(self.0, &store.as_context().0.opaque)?.len())
    }

    /// Returns the value of an element, counted from 0. A packed element is zero-extended to an `i32`.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] if there is no such element; otherwise as for [`ArrayRef::ty`].
    pub fn get(&self, store: impl AsContext, index: u32) -> Result<Val> {
        let opaque = &store.as_context().0.opaque;
        Object::new(self.0, opaque)?.get(opaque, index)
    }

    /// Sets an element, counted from 0. A packed element takes the low bits of an `i32`.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] if there is no such element; [`Error::Immutable`] if elements can't be set;
    /// [`Error::TypeMismatch`] if the value has another type; [`Error::ForeignStore`] or [`Error::Stale`] if the array or the
    /// value belongs to another store or its scope has ended.
    pub fn set(&self, mut store: impl AsContextMut, index: u32, value: Val) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        Object::new(self.0, opaque)?.set(opaque, index, value)
    }

    /// Returns the reference as one of type `any`.
    #[must_use]
    pub fn to_any(self) -> AnyRef {
        AnyRef(self.0)
    }
}

impl AnyRef {
    /// Returns the reference as one to an array, or `None` if it is none.
    ///
    /// # Errors
    /// As for [`AnyRef::ty`].
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
