//! Custom descriptors for the host.
//! Proposal: <https://github.com/WebAssembly/custom-descriptors/blob/main/proposals/custom-descriptors/Overview.md>

use super::heap_types::StructType;
use crate::error::{Error, Result};
use crate::rooted::{AnyRef, StructRef};
use crate::runtime::store::StoreOpaque;
use crate::types::HeapType;
use std::ptr::NonNull;

impl StructType {
    /// Returns the type of the structures' descriptors, or `None` if they have none.
    #[must_use]
    pub fn descriptor(&self) -> Option<Self> {
        Self::from_heap_type(self.engine(), HeapType::Concrete(self.0.ty.descriptor?))
    }

    /// Returns the type that structures of this type describe, or `None` if they are no descriptors.
    #[must_use]
    pub fn describes(&self) -> Option<Self> {
        Self::from_heap_type(self.engine(), HeapType::Concrete(self.0.ty.describes?))
    }
}

/// Checks the descriptor for a new structure of type `ty` and returns its address.
///
/// # Errors
/// [`Error::TypeMismatch`] if the type requires another descriptor or none; [`Error::ForeignStore`] or [`Error::Stale`] if
/// the descriptor's handle is not valid in `store`.
pub(super) fn checked_descriptor(
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
            Ok(NonNull::new(descriptor.0.resolve(store)? as *mut u8))
        }
        (Some(wanted), None) => Err(Error::TypeMismatch {
            expected: format!("a descriptor of type (exact {wanted})"),
            found: "none".into(),
        }),
        (None, Some(_)) => Err(Error::TypeMismatch { expected: "no descriptor".into(), found: "one".into() }),
    }
}
