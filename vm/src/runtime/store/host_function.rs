//! Functions of the host, as a store holds them.

use super::StoreOpaque;
use super::instance::InstanceData;
use crate::abi::{OVERFLOW_SLOTS, Registers};
use crate::error::Result;
use crate::runtime::arch::{HostContext, HostReturn};
use crate::type_registry::RegisteredType;
use std::ptr::NonNull;
use std::sync::Arc;

/// What the host stub calls.
pub(crate) type HostEntry = unsafe extern "C" fn(*mut HostContext, *mut Registers) -> HostReturn;

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

pub(crate) type HostClosure = dyn Fn(HostCall) -> Result<()> + Send + Sync;

/// A function of the host. Several stores may have it.
pub struct HostFunction {
    pub(crate) ty: Arc<RegisteredType>,
    pub(crate) call: Box<HostClosure>,
    /// What the host stub calls to run `call`.
    pub(crate) entry: HostEntry,
}

/// The context of a host function's code: what to call, and for whom.
#[repr(C)]
pub(crate) struct HostRecord {
    /// What the host stub reads. First, so that a pointer to it is one to the whole.
    pub(crate) context: HostContext,
    pub(crate) function: Arc<HostFunction>,
    pub(crate) instance: Option<NonNull<InstanceData>>,
}
