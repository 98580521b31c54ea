//! Functions as values: handle and type.

use super::store::AsContext;
use crate::abi::VMFuncRef;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::handle::Handle;
use crate::runtime::store::host_function::HostFunction;
use crate::types::{FuncType, HeapType};
use std::sync::Arc;

/// A function in a store: of an instance, or of the host. Two handles are equal if they refer to the same function.
///
/// The host creates functions with [`Func::wrap`] (types known to rustc) or [`Func::new`] (types known at run time), and
/// calls them with [`TypedFunc::call`](crate::TypedFunc::call) or [`Func::call`].
/// Spec: [function instances](https://webassembly.github.io/spec/core/exec/runtime.html#function-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Func(pub(crate) Handle<VMFuncRef>);

impl Func {
    /// Returns the function's type by its canonical number.
    ///
    /// # Panics
    /// If the function belongs to another store.
    #[must_use]
    pub fn heap_type(&self, store: impl AsContext) -> HeapType {
        // SAFETY: a valid handle of this store points to a live function.
        HeapType::Concrete(unsafe { self.0.expect(&store.as_context().0.opaque).as_ref() }.type_id)
    }

    /// Adds a host function to the store.
    pub(crate) fn of_host(store: &mut StoreOpaque, function: Arc<HostFunction>) -> Self {
        let at = store.add_host_function(function);
        // SAFETY: the function lives as long as the store.
        Self(unsafe { Handle::new(store, at) })
    }

    /// Returns the function's type.
    ///
    /// # Panics
    /// If the function belongs to another store.
    #[must_use]
    pub fn ty(&self, store: impl AsContext) -> FuncType {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a valid handle of this store points to a live function.
        opaque.engine.registered(unsafe { self.0.expect(opaque).as_ref() }.type_id).signature().clone()
    }
}
