//! References of the `any` hierarchy: `i31`, structures, arrays, and converted values of the host.

use super::store::AsContext;
use crate::abi;
use crate::error::Result;
use crate::rooted::{AnyRef, ExternRef, Rooted};
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::object;
use crate::types::HeapType;
use std::ptr::NonNull;

impl AnyRef {
    /// Returns a reference to the `i31` of the low 31 bits of `value`, as `ref.i31` does.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-ref-i31>
    #[must_use]
    pub fn from_i31(store: impl AsContext, value: i32) -> Self {
        Self(Rooted::immediate(&store.as_context().0.opaque, abi::i31(value.cast_unsigned())))
    }

    /// Returns the number if the reference is an `i31`, sign-extended from 31 bits; otherwise `None`.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "an i31 and its tag are the low 32 bits")]
    pub fn as_i31(self) -> Option<i32> {
        (self.0.bits() & abi::TAG_I31 != 0).then_some(self.0.bits() as i32 >> 1)
    }

    /// Converts a reference to the `any` hierarchy, as `any.convert_extern` does.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-any-convert-extern>
    #[must_use]
    pub fn from_extern(value: ExternRef) -> Self {
        Self(value.0)
    }

    /// Converts a reference to the `extern` hierarchy, as `extern.convert_any` does.
    /// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-extern-convert-any>
    #[must_use]
    pub fn to_extern(self) -> ExternRef {
        ExternRef(self.0)
    }

    /// Returns the type of the referenced value: [`HeapType::I31`], [`HeapType::Concrete`] for a structure or array, or
    /// [`HeapType::Any`] for a value of the host.
    ///
    /// # Errors
    /// [`Error::ForeignStore`](crate::Error::ForeignStore) if the reference belongs to another store;
    /// [`Error::Stale`](crate::Error::Stale) if its scope has ended.
    pub fn ty(self, store: impl AsContext) -> Result<HeapType> {
        Ok(match self.exact_type(&store.as_context().0.opaque)? {
            HeapType::Exact(id) => HeapType::Concrete(id),
            other => other,
        })
    }

    /// Like [`AnyRef::ty`], but with [`HeapType::Exact`] for a structure or array.
    pub(super) fn exact_type(self, store: &StoreOpaque) -> Result<HeapType> {
        let raw = self.0.resolve(store)?;
        Ok(match NonNull::new(raw as *mut u8) {
            Some(object) if raw & (abi::TAG_I31 | abi::TAG_HOST) == 0 => {
                // SAFETY: a reference without tag bits points to an object, which is alive because the handle is valid. The
                // objects of this hierarchy are structures and arrays.
                HeapType::Exact(unsafe { object::type_of(object) })
            }
            _ => self.heap_type(),
        })
    }

    /// Says whether the referenced value matches `heap`.
    pub(super) fn is_of(self, store: impl AsContext, heap: HeapType) -> Result<bool> {
        let opaque = &store.as_context().0.opaque;
        Ok(opaque.engine.heap_matches(self.exact_type(opaque)?, heap))
    }

    /// Returns the narrowest abstract type that can be determined without the store.
    pub(super) fn heap_type(self) -> HeapType {
        if self.0.bits() & abi::TAG_I31 != 0 { HeapType::I31 } else { HeapType::Any }
    }
}
