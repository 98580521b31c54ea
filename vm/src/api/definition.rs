//! Definitions of a linker: the values of names, before they are put into a store.

use super::externs::Extern;
use super::func::Func;
use super::memory::Memory;
use super::module::ImportType;
use super::shared_memory::SharedMemory;
use super::store::AsContextMut;
use crate::error::{Error, Result};
use crate::runtime::store::host_function::HostFunction;
use crate::types::{ExternType, HeapType};
use std::sync::Arc;

/// Definition of a name in a linker.
#[derive(Clone)]
pub(super) enum Definition {
    /// An object of a store.
    Extern(Extern),
    /// A host function, for any store.
    Host(Arc<HostFunction>),
    /// A shared memory, for any store of its engine.
    Shared(SharedMemory),
}

impl Definition {
    /// Puts the definition into a store. A host function becomes a new function of the store each time. Returns `None` if a
    /// shared memory belongs to another engine.
    pub(super) fn put(&self, mut store: impl AsContextMut) -> Option<Extern> {
        match self {
            Self::Extern(item) => Some(*item),
            Self::Host(function) => {
                Some(Func::of_host(&mut store.as_context_mut().0.opaque, Arc::clone(function)).into())
            }
            Self::Shared(memory) => Memory::from_shared(store, memory).ok().map(Extern::Memory),
        }
    }

    /// Checks the definition against an import, as far as possible without a store.
    ///
    /// # Errors
    /// [`Error::IncompatibleImport`] if a host function has another type, or another object is of another kind.
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
