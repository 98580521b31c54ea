//! Continuations: what a reference to one points to, and how values pass when stacks are switched.
//!
//! All values that a switch takes along, in whatever direction, lie in the store's overflow area, one slot each from the
//! first slot on: no register is theirs, because who goes on is not whom the code was compiled to call.

use super::{VMTag, offset};

/// What a reference to a continuation points to: an object of the heap. It can be resumed once; then it is empty, and a
/// continuation that goes on later is another object.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMContinuation {
    /// Canonical type, engine-wide.
    pub type_id: u32,
    /// The other half of an object's header.
    pub extra: u32,
    /// The runtime's record of the stack to go on with; null once that was done.
    pub fiber: *mut u8,
}
/// Bytes of a [`VMContinuation`].
pub const CONTINUATION_SIZE: u32 = size_of::<VMContinuation>() as u32;

/// What one clause of a `resume` handles. The code lays them out in its frame, where they stay while it waits.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMHandler {
    /// The tag's address, plus [`HANDLER_SWITCH`] if the clause is for `switch`.
    pub tag: usize,
    /// Canonical type of the continuation that the clause's label gets.
    pub type_id: u32,
}
/// Offset of [`VMHandler::type_id`].
pub const HANDLER_TYPE: u32 = offset!(VMHandler, type_id);
/// Bytes of a [`VMHandler`].
pub const HANDLER_SIZE: u32 = size_of::<VMHandler>() as u32;
/// Marks a clause for `switch` in [`VMHandler::tag`]; tags are aligned to more than this.
pub const HANDLER_SWITCH: usize = 1;

/// What [`Builtin::Resume`](super::Builtin::Resume) gives when the continuation has returned. Otherwise it is one more
/// than the number of the clause that handles what it suspended with.
pub const RETURNED: u64 = 0;

/// What [`Builtin::ContBind`](super::Builtin::ContBind) gives for a continuation that was resumed before; no object lies
/// there.
pub const CONSUMED: u64 = 1;

const _: () = assert!(align_of::<VMTag>() > HANDLER_SWITCH);
