//! References to structures.

use super::descriptor;
use super::heap_types::StructType;
use super::object::{Object, heap_full, initialise, raw_values};
use super::store::{AsContext, AsContextMut};
use super::values::Val;
use crate::error::{Error, Result};
use crate::rooted::{AnyRef, Rooted, StructRef};
use crate::runtime::store::StoreOpaque;
use crate::types::HeapType;
use std::ptr::NonNull;

impl StructRef {
    /// Creates a structure, as `struct.new` does. Packed fields take the low bits of an `i32`.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-struct-new>
    ///
    /// # Errors
    /// [`Error::Count`] if the number of values is not the number of fields; [`Error::TypeMismatch`] if a value has another
    /// type than its field, or the type has descriptors (see [`StructRef::with_descriptor`]); [`Error::ForeignEngine`] if the
    /// type belongs to another engine; [`Error::ForeignStore`] or [`Error::Stale`] if a value belongs to another store or its
    /// scope has ended; [`Error::Resources`] if the heap is full.
    pub fn new(mut store: impl AsContextMut, ty: &StructType, fields: &[Val]) -> Result<Self> {
        Self::make(&mut store.as_context_mut().0.opaque, ty, fields, None)
    }

    /// Creates a structure with the descriptor that its type requires.
    fn make(opaque: &mut StoreOpaque, ty: &StructType, fields: &[Val], descriptor: Option<Self>) -> Result<Self> {
        ty.0.check(opaque)?;
        let types = ty.fields();
        if types.len() != fields.len() {
            return Err(Error::Count { what: "fields", expected: types.len(), found: fields.len() });
        }
        let values = raw_values(opaque, types.iter(), fields)?;
        let descriptor = descriptor::checked_descriptor(opaque, ty, descriptor)?;
        // SAFETY: it is a structure type, and was checked to be of the store's engine.
        let structure = unsafe { opaque.new_struct(&ty.0.ty) }.map_err(heap_full)?;
        // SAFETY: the structure was just created, with room for these values.
        unsafe { initialise(structure, &ty.0.ty, values) };
        if let Some(descriptor) = descriptor {
            // Perhaps no module of this store has needed descriptors before.
            opaque.fix_descriptor_base()?;
            // SAFETY: the descriptor was just checked, and a handle of the host keeps it alive.
            unsafe { opaque.set_descriptor(structure, descriptor) };
        }
        Ok(Self(Rooted::new(opaque, structure.as_ptr() as u64)))
    }

    /// Returns the structure's type.
    ///
    /// # Errors
    /// [`Error::ForeignStore`] if the structure belongs to another store; [`Error::Stale`] if the reference's scope has ended.
    pub fn ty(&self, store: impl AsContext) -> Result<StructType> {
        Ok(StructType(Object::new(self.0, &store.as_context().0.opaque)?.ty))
    }

    /// Returns the value of a field, counted from 0. A packed field is zero-extended to an `i32`.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] if there is no such field; otherwise as for [`StructRef::ty`].
    pub fn field(&self, store: impl AsContext, index: u32) -> Result<Val> {
        let opaque = &store.as_context().0.opaque;
        Object::new(self.0, opaque)?.get(opaque, index)
    }

    /// Sets a field, counted from 0. A packed field takes the low bits of an `i32`.
    ///
    /// # Errors
    /// [`Error::NoSuchIndex`] if there is no such field; [`Error::Immutable`] if it can't be set; [`Error::TypeMismatch`] if the
    /// value has another type; [`Error::ForeignStore`] or [`Error::Stale`] if the structure or the value belongs to another
    /// store or its scope has ended.
    pub fn set_field(&self, mut store: impl AsContextMut, index: u32, value: Val) -> Result<()> {
        let opaque = &mut store.as_context_mut().0.opaque;
        Object::new(self.0, opaque)?.set(opaque, index, value)
    }

    /// Returns the reference as one of type `any`.
    #[must_use]
    pub fn to_any(self) -> AnyRef {
        AnyRef(self.0)
    }

    /// Creates a structure of a type with descriptors, as `struct.new_desc` does. The descriptor must have exactly
    /// [the type](StructType::descriptor) that `ty` requires.
    ///
    /// # Errors
    /// As for [`StructRef::new`], and [`Error::TypeMismatch`] if the type has no descriptors or `descriptor` has another type.
    pub fn with_descriptor(
        mut store: impl AsContextMut,
        ty: &StructType,
        fields: &[Val],
        descriptor: Self,
    ) -> Result<Self> {
        Self::make(&mut store.as_context_mut().0.opaque, ty, fields, Some(descriptor))
    }

    /// Returns the structure's descriptor, or `None` if its type has none, as `ref.get_desc` does.
    ///
    /// # Errors
    /// [`Error::ForeignStore`] if the structure belongs to another store; [`Error::Stale`] if the reference's scope has ended.
    pub fn descriptor(&self, store: impl AsContext) -> Result<Option<Self>> {
        let opaque = &store.as_context().0.opaque;
        let Some(at) = NonNull::new(self.0.resolve(opaque)? as *mut u8) else { return Ok(None) };
        // SAFETY: a valid handle refers to a live object, and a `StructRef` to a structure.
        let descriptor = unsafe { opaque.descriptor(at) };
        Ok(descriptor.map(|at| Self(Rooted::new(opaque, at.as_ptr() as u64))))
    }
}

impl AnyRef {
    /// Returns the reference as one to a structure, or `None` if it is none.
    ///
    /// # Errors
    /// As for [`AnyRef::ty`].
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
