//! Globals of a store.

use super::store::{AsContext, AsContextMut};
use super::values::Val;
use crate::error::{Error, Result};
use crate::runtime::store::handle::Handle;
use crate::types::GlobalType;

/// A global in a store. Two handles are equal if they refer to the same global.
/// Spec: [global instances](https://webassembly.github.io/spec/core/exec/runtime.html#global-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Global {
    pub(crate) cell: Handle<u8>,
    pub(crate) ty: GlobalType,
}

impl Global {
    /// Creates a global with an initial value.
    ///
    /// # Errors
    /// [`Error::UnknownType`] if the engine does not know the type; [`Error::TypeMismatch`] if the value has another type;
    /// [`Error::ForeignStore`] or [`Error::Stale`] if the value belongs to another store or its scope has ended.
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, value: Val) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        opaque.keep_named_type(ty.content)?;
        let cell = opaque.add_global(value.to_raw(ty.content, opaque)?);
        // SAFETY: the global lives as long as the store.
        Ok(Self { cell: unsafe { Handle::new(opaque, cell) }, ty })
    }

    /// Returns the global's type.
    ///
    /// # Panics
    /// If the global belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        self.cell.expect(&store.as_context().0.opaque);
        self.ty
    }

    /// Returns the global's value.
    ///
    /// # Panics
    /// If the global belongs to another store.
    #[must_use]
    pub fn get(&self, store: impl AsContext) -> Val {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a valid handle of this store points to a live cell, which holds a value of the global's type.
        unsafe { Val::from_raw(self.cell.expect(opaque).cast::<u128>().read(), self.ty.content, opaque) }
    }

    /// Sets the global's value.
    ///
    /// # Errors
    /// [`Error::Immutable`] if the global is immutable; [`Error::TypeMismatch`] if the value has another type;
    /// [`Error::ForeignStore`] or [`Error::Stale`] if the global or the value belongs to another store or its scope has ended.
    pub fn set(&self, mut store: impl AsContextMut, value: Val) -> Result<()> {
        if !self.ty.mutable {
            return Err(Error::Immutable("a global"));
        }
        let opaque = &mut store.as_context_mut().0.opaque;
        let cell = self.cell.resolve(opaque)?.cast::<u128>();
        let raw = value.to_raw(self.ty.content, opaque)?;
        // SAFETY: as in `get`, and the store is borrowed exclusively.
        unsafe { cell.write(raw) };
        Ok(())
    }
}
