//! Access to the instance and the store that belong to a context.

use crate::abi;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::instance::InstanceData;

/// The instance of a context.
///
/// # Safety
/// `context` must be that of an instance, and the store must stay alive as long as the reference is used.
pub(super) unsafe fn instance(context: &*mut u8) -> &InstanceData {
    // SAFETY: the context's header has a pointer to its instance. Instances live as long as their store, and are only
    // read.
    unsafe { &**context.add(abi::CONTEXT_INSTANCE as usize).cast::<*const InstanceData>() }
}

/// Unpacks two indices from one register, the low half first.
#[expect(clippy::cast_possible_truncation, reason = "two indices in one register")]
pub(super) fn halves(packed: u64) -> (u32, u32) {
    (packed as u32, (packed >> 32) as u32)
}

/// The store of a context's instance. While a builtin runs, wasm is suspended and nothing else uses the store.
///
/// # Safety
/// `context` must be that of an instance.
pub(super) unsafe fn store(context: *mut u8) -> *mut StoreOpaque {
    // SAFETY: the context's header has a pointer to the store.
    unsafe { *context.add(abi::CONTEXT_STORE as usize).cast::<*mut StoreOpaque>() }
}
