//! References to values of the host.

use super::store::{AsContextMut, StoreContext};
use crate::error::{Error, Result};
use crate::rooted::{ExternRef, Rooted};
use std::any::Any;

impl ExternRef {
    /// Puts a value into the store.
    ///
    /// # Errors
    /// None so far.
    pub fn new(mut store: impl AsContextMut, value: impl Any + Send + Sync) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        let raw = opaque.add_extern(Box::new(value));
        Ok(Self(Rooted::new(opaque, raw)))
    }

    /// The value.
    ///
    /// # Errors
    /// [`Error::ForeignStore`] if it is in another store, [`Error::Stale`] if its scope has ended, [`Error::TypeMismatch`] if it is
    /// no value of the host but one of wasm that was made external.
    pub fn data<'a, T: 'static>(&self, store: impl Into<StoreContext<'a, T>>) -> Result<&'a (dyn Any + Send + Sync)> {
        let opaque = &store.into().0.opaque;
        opaque.extern_value(self.0.resolve(opaque)?).ok_or_else(|| Error::TypeMismatch {
            expected: "a value of the host".into(),
            found: "one of wasm made external".into(),
        })
    }
}
