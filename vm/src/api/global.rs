//! Globals.

use super::store::{AsContext, AsContextMut};
use super::values::Val;
use crate::error::{Error, Result};
use crate::runtime::store::handle::Handle;
use crate::types::GlobalType;

/// A global in a store.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#global-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Global {
    pub(crate) cell: Handle<u8>,
    pub(crate) ty: GlobalType,
}

impl Global {
    /// A global with a first value.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] when the value is not of the type, or belongs to another store.
    pub fn new(mut store: impl AsContextMut, ty: GlobalType, value: Val) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        opaque.keep_named_type(ty.content)?;
        let cell = opaque.add_global(value.to_raw(ty.content, opaque)?);
        // SAFETY: the store keeps it.
        Ok(Self { cell: unsafe { Handle::new(opaque, cell) }, ty })
    }

    /// Its type.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> GlobalType {
        self.cell.expect(&store.as_context().0.opaque);
        self.ty
    }

    /// Its value.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn get(&self, store: impl AsContext) -> Val {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a handle of this store gives a cell that is alive; it holds a value of the type.
        unsafe { Val::from_raw(self.cell.expect(opaque).cast::<u128>().read(), self.ty.content, opaque) }
    }

    /// Sets its value.
    ///
    /// # Errors
    /// [`Error::TypeMismatch`], [`Error::ForeignStore`] or [`Error::Stale`] when it can't be set, the value is not of its type, or something belongs to another store.
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
