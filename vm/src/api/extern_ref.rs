//! References to values of the host.

use super::store::{AsContextMut, StoreContext};
use crate::error::{Error, Result};
use crate::rooted::{ExternRef, Rooted};
use std::any::Any;

impl ExternRef {
    /// Puts a value into the store and returns a reference to it.
    ///
    /// # Errors
    /// None at present.
    pub fn new(mut store: impl AsContextMut, value: impl Any + Send + Sync) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let raw = opaque.add_extern(Box::new(value));
        Ok(Self(Rooted::new(opaque, raw)))
    }

    /// Borrows the value of the host.
    ///
    /// # Errors
    /// [`Error::ForeignStore`] if the reference belongs to another store; [`Error::Stale`] if its scope has ended;
    /// [`Error::TypeMismatch`] if it refers to a value of wasm, converted by `extern.convert_any`.
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> Result<&'a (dyn Any + Send + Sync)> {
        let opaque = &store.into().0.opaque;
        opaque.extern_value(self.0.resolve(opaque)?).ok_or_else(|| Error::TypeMismatch {
            expected: "a value of the host".into(),
            found: "a converted value of wasm".into(),
        })
    }
}
