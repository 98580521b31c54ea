//! Modules with imports that were looked up in advance.

use super::checks;
use super::definition::Definition;
use super::instance::Instance;
use super::module::Module;
use super::store::AsContextMut;
use crate::error::{Error, Result};
use std::marker::PhantomData;

/// A module with the definitions of its imports, ready to be instantiated in many stores of `T`: see
/// [`Linker::instantiate_pre`](super::Linker::instantiate_pre).
pub struct InstancePre<T: 'static> {
    pub(super) module: Module,
    pub(super) imports: Box<[Definition]>,
    /// Host functions among the imports take a caller of `T`, but their type does not name it.
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
    /// Returns the module.
    #[must_use]
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Instantiates the module in a store.
    ///
    /// # Errors
    /// As for [`Instance::new`]. An import that is an object of another store is [`Error::ForeignStore`].
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>) -> Result<Instance> {
        checks::engine("a module", store.as_context_mut().engine(), self.module.engine())?;
        let imports: Option<Vec<_>> = self.imports.iter().map(|found| found.put(&mut store)).collect();
        let imports = imports.ok_or(Error::ForeignEngine { what: "a shared memory" })?;
        Instance::new(store, &self.module, &imports)
    }
}
