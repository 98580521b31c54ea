//! Functions, as values.

use super::store::AsContext;
use crate::abi::VMFuncRef;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::handle::Handle;
use crate::runtime::store::host_function::HostFunction;
use crate::types::{FuncType, HeapType};
use std::sync::Arc;

/// A function in a store: of an instance, or of the host. Two are equal if they are the same function.
/// Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#function-instances>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Func(pub(crate) Handle<VMFuncRef>);

impl Func {
    /// Its type as the engine knows it, by a number.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn heap_type(&self, store: impl AsContext) -> HeapType {
        // SAFETY: a handle of this store gives what is alive.
        HeapType::Concrete(unsafe { self.0.expect(&store.as_context().0.opaque).as_ref() }.type_id)
    }

    pub(crate) fn of_host(store: &mut StoreOpaque, function: Arc<HostFunction>) -> Self {
        let at = store.add_host_function(function);
        // SAFETY: the store keeps it.
        Self(unsafe { Handle::new(store, at) })
    }

    /// Its type.
    ///
    /// # Panics
    /// If it belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a handle of this store gives what is alive.
        opaque.engine.registered(unsafe { self.0.expect(opaque).as_ref() }.type_id).signature().clone()
    }
}
