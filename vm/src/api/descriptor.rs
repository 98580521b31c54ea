//! Custom descriptors, for the host.
//! Spec: <https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md>

use super::{AnyRef, AsContext, AsContextMut, StructRef, StructType, Val};
use crate::error::{Error, Result};
use crate::rooted::Rooted;
use crate::runtime::store::StoreOpaque;
use crate::types::HeapType;
use std::ptr::NonNull;

impl StructType {
    /// The type of the descriptors that its structures have, if they have any.
    #[must_use]
    pub fn descriptor(&self) -> Option<Self> {
        Self::from_heap_type(self.engine(), HeapType::Concrete(self.0.ty.descriptor?))
    }

    /// The type that its structures describe, if they are descriptors.
    #[must_use]
    pub fn describes(&self) -> Option<Self> {
        Self::from_heap_type(self.engine(), HeapType::Concrete(self.0.ty.describes?))
    }
}

impl StructRef {
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
        let Some(at) = NonNull::new(self.0.of(opaque)? as *mut u8) else { return Ok(None) };
        // SAFETY: a good handle refers to what is alive, and this one to a structure.
        let descriptor = unsafe { opaque.descriptor(at) };
        Ok(descriptor.map(|at| Self(Rooted::new(opaque, at.as_ptr() as u64))))
    }
}

/// Where the descriptor of a new structure is, if it is the one that the type asks for.
pub(super) fn checked(
    store: &StoreOpaque,
    ty: &StructType,
    descriptor: Option<StructRef>,
) -> Result<Option<NonNull<u8>>> {
    let wanted = ty.0.ty.descriptor;
    match (wanted, descriptor) {
        (None, None) => Ok(None),
        (Some(wanted), Some(descriptor)) => {
            let found = AnyRef(descriptor.0).exact_type(store)?;
            if found != HeapType::Exact(wanted) {
                let wanted = HeapType::Exact(wanted);
                return Err(Error::TypeMismatch {
                    expected: format!("a descriptor of type {wanted}"),
                    found: format!("one of {found}"),
                });
            }
            Ok(NonNull::new(descriptor.0.of(store)? as *mut u8))
        }
        (Some(wanted), None) => Err(Error::TypeMismatch {
            expected: format!("a descriptor of type (exact {wanted})"),
            found: "none".into(),
        }),
        (None, Some(_)) => Err(Error::TypeMismatch { expected: "no descriptor".into(), found: "one".into() }),
    }
}
