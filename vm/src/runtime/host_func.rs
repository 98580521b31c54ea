//! Functions of the host, and how wasm reaches them.

use super::activation::{self, Activation};
use super::heap::handles::Handles;
use super::instance::InstanceData;
use super::store::{Pending, StoreOpaque};
use super::thread;
use crate::abi::{OVERFLOW_SLOTS, Registers, VMException};
use crate::error::{Error, Result};
use crate::type_registry::RegisteredType;
use std::mem::offset_of;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{NonNull, null_mut};
use std::sync::{Arc, PoisonError};

/// A call of a host function: who calls, and where arguments are and results go.
#[derive(Clone, Copy)]
pub(crate) struct HostCall {
    pub(crate) store: *mut StoreOpaque,
    /// The instance that imported the function; none when it was called as a value.
    pub(crate) instance: Option<NonNull<InstanceData>>,
    pub(crate) registers: *mut Registers,
}

impl HostCall {
    /// The overflow area of the store.
    ///
    /// # Safety
    /// The call must not be over.
    pub(crate) unsafe fn overflow(&self) -> *mut [u128; OVERFLOW_SLOTS] {
        // SAFETY: the caller's promise: the store is alive while it calls.
        unsafe { StoreOpaque::overflow(self.store) }
    }
}

type Code = dyn Fn(HostCall) -> Result<()> + Send + Sync;

/// A function of the host. Several stores may have it.
pub struct HostFunction {
    pub(crate) ty: Arc<RegisteredType>,
    call: Box<Code>,
}

impl HostFunction {
    /// `call` reads arguments of the type `ty`, one of functions, and writes results of that type.
    ///
    /// # Safety
    /// It must stand being called with a [`HostCall`] of any store that the function is put into.
    pub(crate) unsafe fn new(
        ty: Arc<RegisteredType>,
        call: impl Fn(HostCall) -> Result<()> + Send + Sync + 'static,
    ) -> Arc<Self> {
        Arc::new(Self { ty, call: Box::new(call) })
    }
}

/// The context of a host function's code: what to call, and for whom.
#[repr(C)]
pub(crate) struct HostRecord {
    pub(crate) store: *mut StoreOpaque,
    pub(crate) function: Arc<HostFunction>,
    pub(crate) instance: Option<NonNull<InstanceData>>,
}
/// Offset of [`HostRecord::store`].
pub(crate) const RECORD_STORE: usize = offset_of!(HostRecord, store);

/// How a host function ended, for the host stub. Both null: go back to wasm, with the results.
#[repr(C)]
pub(crate) struct Ended {
    /// Leave to that activation.
    activation: *mut Activation,
    /// Throw that in the place of wasm.
    exception: *mut VMException,
}

fn handles(store: &mut StoreOpaque) -> &mut Handles {
    store.handles.get_mut().unwrap_or_else(PoisonError::into_inner)
}

/// Called by the host stub.
///
/// # Safety
/// Only the host stub may call it, on behalf of wasm code of the record's store.
pub(crate) unsafe extern "C" fn dispatch(record: *mut HostRecord, registers: *mut Registers) -> Ended {
    // SAFETY: records live as long as their store.
    let &HostRecord { store, ref function, instance } = unsafe { &*record };
    let call = HostCall { store, instance, registers };
    // SAFETY: the store is alive, and nobody else uses it before the function does.
    unsafe { (*store).drop_values() };
    // What the closure may have left half done is behind its own `&`: as with any `Fn` that threads share.
    // SAFETY: the store is alive, and nobody else uses it before the function does.
    let scope = handles(unsafe { &mut *store }).height();
    let ended = catch_unwind(AssertUnwindSafe(|| (function.call)(call)));
    // SAFETY: as above, after the function has returned.
    thread::go_on_in(unsafe { (*store).vm.activation.cast() });
    let ended = ended.map(|returned| match returned {
        // SAFETY: as above, after the function has returned. Nothing is collected before it is thrown.
        Err(Error::Exception(exception)) => exception.0.of(unsafe { &*store }).map(|exception| exception as *mut _),
        other => other.map(|()| null_mut()),
    });
    // What the function had references to is wasm's again.
    // SAFETY: as above.
    handles(unsafe { &mut *store }).end_scope(scope);
    let pending = match ended {
        Ok(Ok(exception)) => return Ended { activation: null_mut(), exception },
        Ok(Err(error)) => Pending::Error(error),
        Err(payload) => Pending::Panic(payload),
    };
    // SAFETY: this is the end of a host function that the stub called.
    let activation = unsafe { activation::fail(store, pending) };
    Ended { activation, exception: null_mut() }
}
