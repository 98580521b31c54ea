//! Functions as values, and imported functions.

use super::layout::offset;

/// A function as a value: the record that a `funcref` points to.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMFuncRef {
    /// Entry point, with the calling convention of [`assign`](super::assign).
    pub code: *const u8,
    /// First argument of `code`: the callee's [context](super::ContextLayout), or a host function's record.
    pub context: *mut u8,
    /// Canonical type. Equal types of an engine have equal numbers.
    pub type_id: u32,
    /// Number of the type's supertypes.
    pub supertypes: u32,
    /// The type's display: the numbers of its supertypes, the most general one first. A type with `n` supertypes of its own
    /// is a supertype of those types whose display has it at position `n`. The display lives as long as the type is held,
    /// which the function's store does.
    pub display: *const u32,
}
/// Offset of [`VMFuncRef::code`].
pub const FUNC_REF_CODE: u32 = offset!(VMFuncRef, code);
/// Offset of [`VMFuncRef::context`].
pub const FUNC_REF_CONTEXT: u32 = offset!(VMFuncRef, context);
/// Offset of [`VMFuncRef::type_id`].
pub const FUNC_REF_TYPE: u32 = offset!(VMFuncRef, type_id);
/// Offset of [`VMFuncRef::supertypes`].
pub const FUNC_REF_SUPERTYPES: u32 = offset!(VMFuncRef, supertypes);
/// Offset of [`VMFuncRef::display`].
pub const FUNC_REF_DISPLAY: u32 = offset!(VMFuncRef, display);
/// Size of a [`VMFuncRef`], in bytes.
pub const FUNC_REF_SIZE: u32 = size_of::<VMFuncRef>() as u32;

/// Entry of an instance's context for an imported function: how to call it, and the value of `ref.func`.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMFuncImport {
    /// Entry point.
    pub code: *const u8,
    /// First argument of `code`. For a host function this is a record that also names the importing instance.
    pub context: *mut u8,
    /// Identity of the function: the same in each instance that imports it.
    pub func_ref: *const VMFuncRef,
}
/// Offset of [`VMFuncImport::code`].
pub const FUNC_IMPORT_CODE: u32 = offset!(VMFuncImport, code);
/// Offset of [`VMFuncImport::context`].
pub const FUNC_IMPORT_CONTEXT: u32 = offset!(VMFuncImport, context);
/// Offset of [`VMFuncImport::func_ref`].
pub const FUNC_IMPORT_REF: u32 = offset!(VMFuncImport, func_ref);
/// Size of a [`VMFuncImport`], in bytes.
pub const FUNC_IMPORT_SIZE: u32 = size_of::<VMFuncImport>() as u32;
