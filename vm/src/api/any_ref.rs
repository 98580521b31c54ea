//! References to what is neither a function nor the host's alone.

use super::store::AsContext;
use crate::abi;
use crate::error::Result;
use crate::rooted::{AnyRef, ExternRef, Rooted};
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::object;
use crate::types::HeapType;
use std::ptr::NonNull;

impl AnyRef {
    /// The `i31` of the low 31 bits of `value`.
    #[must_use]
    pub fn from_i31(store: impl AsContext, value: i32) -> Self {
        Self(Rooted::immediate(&store.as_context().0.opaque, abi::i31(value.cast_unsigned())))
    }

    /// The number, if it is an `i31`, its 31st bit being the sign.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "an i31 and its tag are the low 32 bits")]
    pub fn as_i31(self) -> Option<i32> {
        (self.0.bits() & abi::TAG_I31 != 0).then_some(self.0.bits() as i32 >> 1)
    }

    /// As `any.convert_extern`: the same value, in the `any` hierarchy.
    #[must_use]
    pub fn from_extern(value: ExternRef) -> Self {
        Self(value.0)
    }

    /// As `extern.convert_any`: the same value, in the `extern` hierarchy.
    #[must_use]
    pub fn to_extern(self) -> ExternRef {
        ExternRef(self.0)
    }

    /// The narrowest type of it: [`HeapType::I31`], [`HeapType::Concrete`] of a structure or an array, or else
    /// [`HeapType::Any`].
    ///
    /// # Errors
    /// [`Error::ForeignStore`](crate::Error::ForeignStore) or [`Error::Stale`](crate::Error::Stale) if it belongs to another store, or its scope has ended.
    pub fn ty(self, store: impl AsContext) -> Result<HeapType> {
        Ok(match self.exact_type(&store.as_context().0.opaque)? {
            HeapType::Exact(id) => HeapType::Concrete(id),
            other => other,
        })
    }

    pub(super) fn exact_type(self, store: &StoreOpaque) -> Result<HeapType> {
        let raw = self.0.resolve(store)?;
        Ok(match NonNull::new(raw as *mut u8) {
            Some(object) if raw & (abi::TAG_I31 | abi::TAG_HOST) == 0 => {
                // SAFETY: what has no tag is an object, alive because the handle is good; those of this hierarchy are
                // structures and arrays.
                HeapType::Exact(unsafe { object::type_of(object) })
            }
            _ => self.heap_type(),
        })
    }

    pub(super) fn is_of(self, store: impl AsContext, heap: HeapType) -> Result<bool> {
        let opaque = &store.as_context().0.opaque;
        Ok(opaque.engine.heap_matches(self.exact_type(opaque)?, heap))
    }

    /// The narrowest abstract type of it that can be told without its store.
    pub(super) fn heap_type(self) -> HeapType {
        if self.0.bits() & abi::TAG_I31 != 0 { HeapType::I31 } else { HeapType::Any }
    }
}
