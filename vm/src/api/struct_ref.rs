//! References to structures.

use super::descriptor;
use super::heap_types::StructType;
use super::object::{Object, checked, full, initialise};
use super::store::{AsContext, AsContextMut};
use super::values::Val;
use crate::error::{Error, Result};
use crate::rooted::{AnyRef, Rooted, StructRef};
use crate::runtime::store::StoreOpaque;
use crate::types::HeapType;
use std::ptr::NonNull;

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
    fn make(opaque: &mut StoreOpaque, ty: &StructType, fields: &[Val], descriptor: Option<Self>) -> Result<Self> {
        ty.0.check(opaque)?;
        let types = ty.fields();
        if types.len() != fields.len() {
            return Err(Error::Count { what: "fields", expected: types.len(), found: fields.len() });
        }
        let values = checked(opaque, types.iter(), fields)?;
        let descriptor = descriptor::checked(opaque, ty, descriptor)?;
        // SAFETY: a type of structures; it was checked that it is of the store's engine.
        let structure = unsafe { opaque.new_struct(&ty.0.ty) }.map_err(full)?;
        // SAFETY: made just now, for these values.
        unsafe { initialise(structure, &ty.0.ty, values) };
        if let Some(descriptor) = descriptor {
            // No module of this store may have asked for it yet.
            opaque.fix_descriptor_base()?;
            // SAFETY: just checked; the host holds it.
            unsafe { opaque.set_descriptor(structure, descriptor) };
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

    /// A structure of a type that has descriptors, with the one given, which must be of exactly
    /// [that type](StructType::descriptor).
    ///
    /// # Errors
    /// As of [`StructRef::new`]; [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] also when the type has no descriptors, or the one given is of another type.
    pub fn with_descriptor(
        mut store: impl AsContextMut,
        ty: &StructType,
        fields: &[Val],
        descriptor: Self,
    ) -> Result<Self> {
        Self::make(&mut store.as_context_mut().0.opaque, ty, fields, Some(descriptor))
    }

    /// Its descriptor, if its type has any.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] if it belongs to another store, or its scope has ended.
    pub fn descriptor(&self, store: impl AsContext) -> Result<Option<Self>> {
        let opaque = &store.as_context().0.opaque;
        let Some(at) = NonNull::new(self.0.resolve(opaque)? as *mut u8) else { return Ok(None) };
        // SAFETY: a good handle refers to what is alive, and this one to a structure.
        let descriptor = unsafe { opaque.descriptor(at) };
        Ok(descriptor.map(|at| Self(Rooted::new(opaque, at.as_ptr() as u64))))
    }
}

impl AnyRef {
    /// As a reference to a structure, if it is one.
    ///
    /// # Errors
    /// As of [`AnyRef::ty`].
    pub fn as_struct(self, store: impl AsContext) -> Result<Option<StructRef>> {
        Ok(self.is_of(store, HeapType::Struct)?.then_some(StructRef(self.0)))
    }
}

impl From<StructRef> for AnyRef {
    fn from(it: StructRef) -> Self {
        it.to_any()
    }
}

impl From<StructRef> for Val {
    fn from(it: StructRef) -> Self {
        Self::AnyRef(Some(it.to_any()))
    }
}
