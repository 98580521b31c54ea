//! Definitions of a linker: what a name stands for, before it is put into a store.

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

#[derive(Clone)]
pub(super) enum Definition {
    Extern(Extern),
    Host(Arc<HostFunction>),
    Shared(SharedMemory),
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
