//! What a host function learns about its call.

use super::externs::Extern;
use super::instance::Instance;
use super::store::{AsContext, AsContextMut, StoreContext, StoreContextMut, StoreInner, borrows};
use crate::engine::Engine;
use crate::runtime::store::handle::Handle;
use crate::runtime::store::host_function::HostCall;
use crate::runtime::store::instance::InstanceData;
use std::ptr::NonNull;

/// The store of a host function's call, and who called.
pub struct Caller<'a, T: 'static> {
    store: StoreContextMut<'a, T>,
    instance: Option<NonNull<InstanceData>>,
}

impl<T: 'static> Caller<'_, T> {
    /// # Safety
    /// The call must be of a store of `T`, and the caller not live longer than it.
    #[inline]
    pub(crate) unsafe fn new(call: HostCall) -> Self {
        // SAFETY: wasm is suspended while the host function runs, and whoever entered wasm waits for it: nobody else uses
        // the store. It is the first field of a `StoreInner`.
        let inner = unsafe { &mut *call.store.cast::<StoreInner<T>>() };
        Self { store: StoreContextMut(inner), instance: call.instance }
    }

    /// The embedder's data.
    #[must_use]
    pub fn data(&self) -> &T {
        &self.store.0.data
    }

    /// The embedder's data.
    pub fn data_mut(&mut self) -> &mut T {
        &mut self.store.0.data
    }

    /// The engine of the store.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.store.0.opaque.engine
    }

    /// An export of the instance that imported this function and now calls it. None also when the function was called as a
    /// value, or by the host: then nobody imported it.
    pub fn get_export(&mut self, name: &str) -> Option<Extern> {
        // SAFETY: instances live as long as their store.
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
