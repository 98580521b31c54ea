//! Modules whose imports were looked up.

use super::linker::Definition;
use super::{AsContextMut, Extern, Func, ImportType, Instance, Memory, Module, checks};
use crate::error::{Error, Result};
use crate::types::{ExternType, HeapType};
use std::marker::PhantomData;
use std::sync::Arc;

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

impl Definition {
    /// The thing in a store of the definition's engine; a function of the host becomes one of the store, anew each time.
    pub(super) fn put(&self, mut store: impl AsContextMut) -> Option<Extern> {
        match self {
            Self::Extern(item) => Some(*item),
            Self::Host(function) => {
                Some(Func::of_host(&mut store.as_context_mut().0.opaque, Arc::clone(function)).into())
            }
            Self::Shared(memory) => Memory::from_shared(store, memory).ok().map(Extern::Memory),
        }
    }

    /// Whether it can be what is asked for, as far as that can be told without a store.
    pub(super) fn check(&self, import: &ImportType<'_>) -> Result<()> {
        let (matching, found) = match (self, import.ty()) {
            (Self::Host(function), wanted) => {
                let heap = HeapType::Concrete(function.ty.id);
                let matching = import.heap_type().is_some_and(|asked| match wanted {
                    ExternType::Func(_) if import.is_exact() => heap == asked,
                    ExternType::Func(_) => import.engine().heap_matches(heap, asked),
                    _ => false,
                });
                (matching, ExternType::Func(function.ty.signature().clone()).to_string())
            }
            (Self::Shared(_), wanted) => (matches!(wanted, ExternType::Memory(_)), "a shared memory".into()),
            (Self::Extern(item), wanted) => {
                let (matching, found) = match item {
                    Extern::Func(_) => (matches!(wanted, ExternType::Func(_)), "a function"),
                    Extern::Table(_) => (matches!(wanted, ExternType::Table(_)), "a table"),
                    Extern::Memory(_) => (matches!(wanted, ExternType::Memory(_)), "a memory"),
                    Extern::Global(_) => (matches!(wanted, ExternType::Global(_)), "a global"),
                    Extern::Tag(_) => (matches!(wanted, ExternType::Tag(_)), "a tag"),
                };
                (matching, found.into())
            }
        };
        if matching {
            return Ok(());
        }
        let (module, name) = (import.module().into(), import.name().into());
        Err(Error::IncompatibleImport { module, name, expected: import.ty().to_string(), found })
    }
}
