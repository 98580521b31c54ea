//! Host functions in a store, and the calls that wasm makes of them.

use super::StoreOpaque;
use super::instance::InstanceData;
use crate::abi::{OVERFLOW_SLOTS, Registers};
use crate::error::Result;
use crate::runtime::arch::{HostContext, HostReturn};
use crate::type_registry::RegisteredType;
use std::ptr::NonNull;
use std::sync::Arc;

/// The function that the host stub calls.
pub(crate) type HostEntry = unsafe extern "C" fn(*mut HostContext, *mut Registers) -> HostReturn;

/// One call of a host function: its caller, and the registers and overflow slots of arguments and results.
#[derive(Clone, Copy)]
pub(crate) struct HostCall {
    pub(crate) store: *mut StoreOpaque,
    /// The instance that imported the function; none when it was called as a value.
    pub(crate) instance: Option<NonNull<InstanceData>>,
    pub(crate) registers: *mut Registers,
}

impl HostCall {
    /// Returns the overflow area of the store.
    ///
    /// # Safety
    /// The call must not have returned.
    pub(crate) unsafe fn overflow(&self) -> *mut [u128; OVERFLOW_SLOTS] {
        // SAFETY: guaranteed by the caller: the store is alive during the call.
        unsafe { StoreOpaque::overflow(self.store) }
    }
}

pub(crate) type HostClosure = dyn Fn(HostCall) -> Result<()> + Send + Sync;

/// A host function. Several stores may share it.
pub struct HostFunction {
    pub(crate) ty: Arc<RegisteredType>,
    pub(crate) call: Box<HostClosure>,
    /// The function that the host stub calls to run `call`.
    pub(crate) entry: HostEntry,
}

/// The context of a host function: what the host stub reads, the function, and the importing instance.
#[repr(C)]
pub(crate) struct HostRecord {
    /// The part that the host stub reads. First, so that a pointer to it is also a pointer to the whole.
    pub(crate) context: HostContext,
    pub(crate) function: Arc<HostFunction>,
    pub(crate) instance: Option<NonNull<InstanceData>>,
}
