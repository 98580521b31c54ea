//! Values of the host (`ref.extern 7`): a foreign object for each number, so that identity is kept.

use super::api::{Foreign, ForeignApi, Owned, Ref, Store};
use super::error::unsupported;
use crate::engine::error::SessionResult;
use std::collections::BTreeMap;

/// The foreign objects of a session.
#[derive(Debug)]
pub(super) struct ForeignObjects {
    functions: &'static Result<ForeignApi, String>,
    known: BTreeMap<u32, ForeignObject>,
}

/// A foreign object.
#[derive(Debug)]
struct ForeignObject {
    functions: &'static ForeignApi,
    object: *mut Foreign,
    /// The object as a reference, which lives as long.
    reference: *mut Ref,
}

impl Drop for ForeignObject {
    fn drop(&mut self) {
        // SAFETY: the object is alive until here, and ours.
        unsafe { self.functions.wasm_foreign_delete(self.object) }
    }
}

impl ForeignObjects {
    /// None yet. The functions may be missing from the library.
    pub(super) fn new(functions: &'static Result<ForeignApi, String>) -> Self {
        Self { functions, known: BTreeMap::new() }
    }

    fn functions(&self) -> SessionResult<&'static ForeignApi> {
        self.functions.as_ref().map_err(|missing| unsupported(format!("values of the host: {missing}")))
    }

    /// The reference that a number stands for.
    pub(super) fn reference(&mut self, store: &Owned<Store>, number: u32) -> SessionResult<*mut Ref> {
        let functions = self.functions()?;
        if let Some(known) = self.known.get(&number) {
            return Ok(known.reference);
        }
        // SAFETY: the store is alive, and the object is ours.
        let object = unsafe { functions.wasm_foreign_new(store.pointer()) };
        if object.is_null() {
            return Err(unsupported("values of the host: the library makes none"));
        }
        // SAFETY: the object is alive.
        let reference = unsafe { functions.wasm_foreign_as_ref(object) };
        let value = ForeignObject { functions, object, reference };
        Ok(self.known.entry(number).or_insert(value).reference)
    }

    /// The number of a reference, if it is one that a script made.
    pub(super) fn number(&self, reference: &Owned<Ref>) -> SessionResult<Option<u32>> {
        let functions = self.functions()?;
        // SAFETY: both references are alive.
        let same = |known: &ForeignObject| unsafe { functions.wasm_ref_same(known.reference, reference.pointer()) };
        Ok(self.known.iter().find(|(_, known)| same(known)).map(|(&number, _)| number))
    }
}
