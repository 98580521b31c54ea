//! Calls from wasm to functions of the host.

use super::backtrace;
use crate::abi::Registers;
use crate::error::{Error, Result};
use crate::runtime::arch::{HostContext, HostReturn};
use crate::runtime::heap::handles::Handles;
use crate::runtime::store::activation::{self, Activation};
use crate::runtime::store::host_function::{HostCall, HostFunction, HostRecord};
use crate::runtime::store::{Pending, StoreOpaque};
use crate::trap::Trap;
use crate::type_registry::RegisteredType;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::null_mut;
use std::sync::{Arc, PoisonError};

impl HostFunction {
    /// `call` reads arguments of the type `ty`, one of functions, and writes results of that type.
    ///
    /// # Safety
    /// It must stand being called with a [`HostCall`] of any store that the function is put into.
    pub(crate) unsafe fn new(
        ty: Arc<RegisteredType>,
        call: impl Fn(HostCall) -> Result<()> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { ty, call: Box::new(call), entry: dispatch })
    }
}

fn handles(store: &mut StoreOpaque) -> &mut Handles {
    store.handles.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a host function: what the host stub calls.
///
/// # Safety
/// Only the host stub may call it, on behalf of wasm code of the record's store.
unsafe extern "C" fn dispatch(record: *mut HostContext, registers: *mut Registers) -> HostReturn {
    // SAFETY: records live as long as their store.
    let &HostRecord { ref context, ref function, instance } = unsafe { &*record.cast::<HostRecord>() };
    let store = context.store.cast::<StoreOpaque>();
    let call = HostCall { store, instance, registers };
    // SAFETY: the store is alive, and nobody else uses it before the function does.
    unsafe { (*store).drop_values() };
    // What the closure may have left half done is behind its own `&`: as with any `Fn` that threads share.
    // SAFETY: the store is alive, and nobody else uses it before the function does.
    let scope = handles(unsafe { &mut *store }).height();
    let ended = catch_unwind(AssertUnwindSafe(|| (function.call)(call)));
    // SAFETY: as above, after the function has returned.
    activation::go_on_in(unsafe { (*store).vm.activation.cast() });
    let ended = ended.map(|returned| match returned {
        // SAFETY: as above, after the function has returned. Nothing is collected before it is thrown.
        Err(Error::Exception(exception)) => exception.0.of(unsafe { &*store }).map(|exception| exception as *mut _),
        other => other.map(|()| null_mut()),
    });
    // What the function had references to is wasm's again.
    // SAFETY: as above.
    handles(unsafe { &mut *store }).end_scope(scope);
    let pending = match ended {
        Ok(Ok(exception)) => return HostReturn { leave: null_mut(), exception },
        Ok(Err(error)) => Pending::Error(error),
        Err(payload) => Pending::Panic(payload),
    };
    // SAFETY: this is the end of a host function that the stub called.
    let activation = unsafe { fail(store, pending) };
    HostReturn { leave: activation.cast(), exception: null_mut() }
}

/// Ends the innermost activation of `store` from a host function that failed. Gives the activation, for the host stub to
/// leave to.
///
/// # Safety
/// `store` must be running a host function that this thread called through the host stub.
unsafe fn fail(store: *mut StoreOpaque, pending: Pending) -> *mut Activation {
    // SAFETY: the activation lies in a frame of `invoke` further up this stack; the host function has returned, so that
    // nobody else uses the store.
    unsafe {
        let activation = (*store).vm.activation.cast::<Activation>();
        (*activation).trap = Some(Trap::Host);
        (*store).pending = Some(pending);
        backtrace::capture(&mut (*store).trace, &*activation, None, (*activation).stub.host_frame);
        activation
    }
}
