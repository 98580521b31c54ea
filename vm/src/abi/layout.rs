//! Offsets and sizes that all layouts use.

/// Gives the offset of a field in bytes, as the `u32` that compiled code uses.
macro_rules! offset {
    ($ty:ty, $field:ident) => {
        std::mem::offset_of!($ty, $field) as u32
    };
}
pub(super) use offset;

/// Size of a pointer, in bytes.
pub const POINTER: u32 = size_of::<*mut u8>() as u32;
/// Size of a type's canonical number, in bytes.
pub const TYPE_ID: u32 = size_of::<u32>() as u32;
