//! Exceptions and tags.

use super::layout::offset;

/// A tag. Its address is its identity.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMTag {
    /// Canonical type. Its parameters are the values that an exception with this tag carries.
    pub type_id: u32,
}

/// The fixed part of an exception: the object that an `exnref` points to. The values follow, one
/// [`SLOT`](super::SLOT) each, little-endian from the slot's first byte.
#[derive(Debug)]
#[repr(C, align(16))]
pub struct VMException {
    /// [`heap::HEADER_EXCEPTION`](super::heap::HEADER_EXCEPTION): an exception is an object of the heap.
    pub header: u32,
    /// Number of values.
    pub values: u32,
    /// The exception's tag.
    pub tag: *const VMTag,
    /// The unwinder's header: exception class, clean-up function, and two private words.
    /// <https://itanium-cxx-abi.github.io/cxx-abi/abi-eh.html#base-data>
    pub unwind: [u64; 4],
}
/// Offset of [`VMException::tag`].
pub const EXCEPTION_TAG: u32 = offset!(VMException, tag);
/// Offset of [`VMException::unwind`]. Landing pads get the address of that field.
pub const EXCEPTION_UNWIND: u32 = offset!(VMException, unwind);
/// Offset of the first value, which follows the [`VMException`].
pub const EXCEPTION_VALUES: u32 = size_of::<VMException>() as u32;

/// Symbol of the runtime's personality routine in objects. A reference to it becomes a slot of the code image, which is
/// filled in when the image is mapped.
pub const PERSONALITY: &str = "wassay_personality";
