//! Calls from wasm to host functions.

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
    /// A host function of type `ty`, which must be a function type. `call` reads arguments of that type and writes
    /// results of it.
    ///
    /// # Safety
    /// `call` must be sound for every [`HostCall`] of any store that the function is added to.
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

/// Runs a host function. The host stub calls this.
///
/// # Safety
/// Only the host stub may call it, on behalf of wasm code of the record's store.
unsafe extern "C" fn dispatch(record: *mut HostContext, registers: *mut Registers) -> HostReturn {
    // SAFETY: records live as long as their store.
    let &HostRecord { ref context, ref function, instance } = unsafe { &*record.cast::<HostRecord>() };
    let store = context.store.cast::<StoreOpaque>();
    let call = HostCall { store, instance, registers };
    // SAFETY: the store is alive, and nothing else uses it until the function does.
    unsafe { (*store).drop_values() };
    // Unwind safety: state that a panicking closure left half done is behind its own `&`, as with any `Fn` that threads
    // share.
    // SAFETY: the store is alive, and nothing else uses it until the function does.
    let scope = handles(unsafe { &mut *store }).height();
    let ended = catch_unwind(AssertUnwindSafe(|| (function.call)(call)));
    // SAFETY: as above, after the function has returned.
    activation::reactivate(unsafe { (*store).vm.activation.cast() });
    let ended = ended.map(|returned| match returned {
        Err(Error::Exception(exception)) => {
            // SAFETY: as above, after the function has returned. No collection happens before the exception is thrown.
            exception.0.resolve(unsafe { &*store }).map(|exception| exception as *mut _)
        }
        other => other.map(|()| null_mut()),
    });
    // The handles that the function got end here. Wasm alone keeps those objects alive from now on.
    // SAFETY: as above.
    handles(unsafe { &mut *store }).end_scope(scope);
    let pending = match ended {
        Ok(Ok(exception)) => return HostReturn { leave: null_mut(), exception },
        Ok(Err(error)) => Pending::Error(error),
        Err(payload) => Pending::Panic(payload),
    };
    // SAFETY: this is the end of a host function that the host stub called.
    let activation = unsafe { fail(store, pending) };
    HostReturn { leave: activation.cast(), exception: null_mut() }
}

/// Ends the innermost activation of `store` because a host function failed. Returns the activation, to which the host
/// stub then unwinds.
///
/// # Safety
/// `store` must be running a host function that this thread called through the host stub.
unsafe fn fail(store: *mut StoreOpaque, pending: Pending) -> *mut Activation {
    // SAFETY: the activation lies in a frame of `invoke` further up this stack. The host function has returned, so
    // nothing else uses the store.
    unsafe {
        let activation = (*store).vm.activation.cast::<Activation>();
        (*activation).trap = Some(Trap::Host);
        (*store).pending = Some(pending);
        backtrace::capture(&mut (*store).trace, &*activation, None, (*activation).stub.host_frame);
        activation
    }
}
