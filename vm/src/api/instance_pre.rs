//! Modules whose imports were looked up.

use super::checks;
use super::definition::Definition;
use super::instance::Instance;
use super::module::Module;
use super::store::AsContextMut;
use crate::error::{Error, Result};
use std::marker::PhantomData;

/// A module with all that it imports, ready to be instantiated: see [`Linker::instantiate_pre`](super::Linker::instantiate_pre).
pub struct InstancePre<T: 'static> {
    pub(super) module: Module,
    pub(super) imports: Box<[Definition]>,
    /// Functions of the host among the imports take a `T`, with that forgotten.
    pub(super) data: PhantomData<fn(T) -> T>,
}

impl<T> Clone for InstancePre<T> {
    fn clone(&self) -> Self {
        Self { module: self.module.clone(), imports: self.imports.clone(), data: PhantomData }
    }
}

impl<T> std::fmt::Debug for InstancePre<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InstancePre").field("module", &self.module).finish_non_exhaustive()
    }
}

impl<T> InstancePre<T> {
    /// The module.
    #[must_use]
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// An instance of it in a store.
    ///
    /// # Errors
    /// As [`Instance::new`]; [`Error::ForeignStore`] when an import is a thing of another store.
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        checks::engine("a module", store.as_context_mut().engine(), self.module.engine())?;
        let imports: Option<Vec<_>> = self.imports.iter().map(|found| found.put(&mut store)).collect();
        let imports = imports.ok_or(Error::ForeignEngine { what: "a shared memory" })?;
        Instance::new(store, &self.module, &imports)
    }
}
