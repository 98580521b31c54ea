//! Continuations: the object that a reference points to, and how values are passed between stacks.
//!
//! All values that a stack switch passes, in either direction, are in the store's overflow area: one slot each, from the
//! first slot on. They are not in registers, because the code that continues is not the callee that the switching code was
//! compiled to call.

use super::exception::VMTag;
use super::layout::offset;

/// A continuation: the object of the heap that a reference points to. It can be resumed once, and is empty afterwards. If
/// the resumed code suspends again, its rest is another object.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMContinuation {
    /// Canonical type.
    pub type_id: u32,
    /// Second word of the object's header.
    pub extra: u32,
    /// The runtime's record of the stack to resume; null once it was resumed.
    pub fiber: *mut u8,
}
/// Size of a [`VMContinuation`], in bytes.
pub const CONTINUATION_SIZE: u32 = size_of::<VMContinuation>() as u32;

/// One clause of a `resume`. Compiled code lays out its clauses in its frame, where they stay until the `resume` ends.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMHandler {
    /// Address of the tag, plus [`HANDLER_SWITCH`] if the clause handles `switch`.
    pub tag: usize,
    /// Canonical type of the continuation that the clause's label receives.
    pub type_id: u32,
}
/// Offset of [`VMHandler::type_id`].
pub const HANDLER_TYPE: u32 = offset!(VMHandler, type_id);
/// Size of a [`VMHandler`], in bytes.
pub const HANDLER_SIZE: u32 = size_of::<VMHandler>() as u32;
/// Bit of [`VMHandler::tag`] that marks a clause for `switch`. It is free because tags have a larger alignment.
pub const HANDLER_SWITCH: usize = 1;

/// Result of [`Builtin::Resume`](super::Builtin::Resume) if the continuation has returned. If it has suspended, the result
/// is one more than the number of the clause that handles the tag.
pub const RETURNED: u64 = 0;

/// Result of [`Builtin::ContBind`](super::Builtin::ContBind) for a continuation that was resumed before. It is no object's
/// address.
pub const CONSUMED: u64 = 1;

const _: () = assert!(align_of::<VMTag>() > HANDLER_SWITCH);
