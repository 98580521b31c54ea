//! The caller of a host function: its store and the instance that calls.

use super::externs::Extern;
use super::instance::Instance;
use super::store::{AsContext, AsContextMut, StoreContext, StoreContextMut, StoreInner, borrows};
use crate::engine::Engine;
use crate::runtime::store::handle::Handle;
use crate::runtime::store::host_function::HostCall;
use crate::runtime::store::instance::InstanceData;
use std::ptr::NonNull;

/// Context of a host function's call: the store, and the instance that called.
///
/// A host function gets it as its first argument, and uses it like a store.
pub struct Caller<'a, T: 'static> {
    store: StoreContextMut<'a, T>,
    instance: Option<NonNull<InstanceData>>,
}

impl<T: 'static> Caller<'_, T> {
    /// Makes the caller of a call.
    ///
    /// # Safety
    /// The call's store must be a `Store<T>`, and the result must not outlive the call.
    #[inline]
    pub(crate) unsafe fn new(call: HostCall) -> Self {
        // SAFETY: wasm is suspended while the host function runs, and the host code that entered wasm waits for it, so
        // nothing else uses the store. It is the first field of a `StoreInner`.
        let inner = unsafe { &mut *call.store.cast::<StoreInner<T>>() };
        Self { store: StoreContextMut(inner), instance: call.instance }
    }

    /// Borrows the embedder's data.
    #[must_use]
    pub fn data(&self) -> &T {
        &self.store.0.data
    }

    /// Borrows the embedder's data mutably.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.store.0.data
    }

    /// Returns the engine of the store.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.store.0.opaque.engine
    }

    /// Returns an export of the instance that imported this function and now calls it.
    ///
    /// Returns `None` if there is no such export, and also if the function was called as a value (`call_indirect`,
    /// `call_ref`) or by the host, because then no import is involved.
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        // SAFETY: an instance lives as long as its store.
        let instance = Instance(unsafe { Handle::new(&self.store.0.opaque, self.instance?) });
        instance.get_export(self, name)
    }
}

impl<T> AsContext for Caller<'_, T> {
    type Data = T;
    fn as_context(&self) -> StoreContext<'_, T> {
        self.store.as_context()
    }
}

impl<T> AsContextMut for Caller<'_, T> {
    #[inline]
    fn as_context_mut(&mut self) -> StoreContextMut<'_, T> {
        self.store.as_context_mut()
    }
}

borrows!(Caller<'_, T>);
