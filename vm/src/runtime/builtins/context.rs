//! From the context that compiled code passes to the instance and the store that it belongs to.

use crate::abi;
use crate::runtime::store::StoreOpaque;
use crate::runtime::store::instance::InstanceData;

/// The instance of a context.
///
/// # Safety
/// `context` must be that of an instance of a store that is alive as long as the builtin has it.
pub(super) unsafe fn instance(context: &*mut u8) -> &InstanceData {
    // SAFETY: the header says which instance it is; instances live as long as their store, and are only read.
    unsafe { &**context.add(abi::CONTEXT_INSTANCE as usize).cast::<*const InstanceData>() }
}

/// The two indices that are packed into one register, the low half first.
#[expect(clippy::cast_possible_truncation, reason = "two indices in one register")]
pub(super) fn halves(packed: u64) -> (u32, u32) {
    (packed as u32, (packed >> 32) as u32)
}

/// The store of an instance. While a builtin runs, wasm code waits for it, and nobody else uses the store.
///
/// # Safety
/// `context` must be that of an instance.
pub(super) unsafe fn store(context: *mut u8) -> *mut StoreOpaque {
    // SAFETY: the header says which store it is.
    unsafe { *context.add(abi::CONTEXT_STORE as usize).cast::<*mut StoreOpaque>() }
}
