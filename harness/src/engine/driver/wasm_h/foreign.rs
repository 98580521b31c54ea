//! Values of the host (`ref.extern 7`): one foreign object for each number, so that they keep their identity.

use super::api::{Foreign, ForeignApi, Owned, Ref, Store};
use super::error::unsupported;
use crate::engine::error::SessionResult;
use std::collections::BTreeMap;

/// The foreign objects of a session.
#[derive(Debug)]
pub(super) struct ForeignObjects {
    functions: &'static Result<ForeignApi, String>,
    objects: BTreeMap<u32, ForeignObject>,
}

/// A foreign object.
#[derive(Debug)]
struct ForeignObject {
    functions: &'static ForeignApi,
    object: *mut Foreign,
    /// The object as a reference, which is valid as long as the object.
    reference: *mut Ref,
}

impl Drop for ForeignObject {
    fn drop(&mut self) {
        // SAFETY: the object is alive, and this is its only owner.
        unsafe { self.functions.wasm_foreign_delete(self.object) }
    }
}

impl ForeignObjects {
    /// Creates an empty table. `functions` is an error if the library does not have them.
    pub(super) fn new(functions: &'static Result<ForeignApi, String>) -> Self {
        Self { functions, objects: BTreeMap::new() }
    }

    fn functions(&self) -> SessionResult<&'static ForeignApi> {
        self.functions.as_ref().map_err(|missing| unsupported(format!("values of the host: {missing}")))
    }

    /// Returns the reference of a number. Creates the foreign object the first time.
    pub(super) fn reference(&mut self, store: &Owned<Store>, number: u32) -> SessionResult<*mut Ref> {
        let functions = self.functions()?;
        if let Some(known) = self.objects.get(&number) {
            return Ok(known.reference);
        }
        // SAFETY: the store is alive.
        let object = unsafe { functions.wasm_foreign_new(store.pointer()) };
        if object.is_null() {
            return Err(unsupported("values of the host: the library makes none"));
        }
        // SAFETY: the object is alive.
        let reference = unsafe { functions.wasm_foreign_as_ref(object) };
        let value = ForeignObject { functions, object, reference };
        Ok(self.objects.entry(number).or_insert(value).reference)
    }

    /// Finds the number of a reference, if it is a value of the host.
    pub(super) fn number(&self, reference: &Owned<Ref>) -> SessionResult<Option<u32>> {
        let functions = self.functions()?;
        // SAFETY: both references are alive.
        let same = |known: &ForeignObject| unsafe { functions.wasm_ref_same(known.reference, reference.pointer()) };
        Ok(self.objects.iter().find(|(_, known)| same(known)).map(|(&number, _)| number))
    }
}
