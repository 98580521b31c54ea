//! Linear memories and tables, as compiled code sees them.

use super::layout::{POINTER, offset};
use crate::types::MemoryType;
use std::sync::atomic::AtomicU64;

/// A linear memory.
#[derive(Debug)]
#[repr(C)]
pub struct VMMemory {
    /// Address of the first byte. It never changes: a memory grows by making more of its reservation accessible.
    pub base: *mut u8,
    /// Number of accessible bytes. Other threads may be growing a shared memory. No memory ever shrinks.
    pub length: AtomicU64,
}
/// Offset of [`VMMemory::length`].
pub const MEMORY_LENGTH: u32 = offset!(VMMemory, length);

/// Says whether a memory of this type is guarded: compiled code does not check its accesses, and guard pages after the
/// memory stop those that are out of bounds.
///
/// The guard pages cover all that a 32-bit address and offset can reach. Other memories have bounds checks: with a page
/// size other than 64 KiB, the end of a memory may lie inside a page of the host, and the range of 64-bit addresses is too
/// large to be reserved.
#[must_use]
pub fn is_guarded(ty: &MemoryType) -> bool {
    !ty.memory64 && ty.page_size_log2 == 16
}

/// A table. A null element is a null pointer.
#[derive(Debug)]
#[repr(C)]
pub struct VMTable {
    /// Address of the first element. It never changes.
    pub base: *mut u8,
    /// Number of elements, of [`TABLE_ELEMENT`] bytes each.
    pub length: u64,
}
/// Offset of [`VMTable::length`].
pub const TABLE_LENGTH: u32 = offset!(VMTable, length);
/// Size of a table's element in bytes: an element is a reference, and so a pointer.
pub const TABLE_ELEMENT: u32 = POINTER;

/// Entry of an instance's context for a memory or table.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct VMStorage {
    /// Copy of the definition's `base`, which never changes.
    pub base: *mut u8,
    /// The [`VMMemory`] or [`VMTable`], which has the length. It may belong to another instance.
    pub definition: *mut u8,
}
/// Offset of [`VMStorage::base`].
pub const STORAGE_BASE: u32 = offset!(VMStorage, base);
/// Offset of [`VMStorage::definition`].
pub const STORAGE_DEFINITION: u32 = offset!(VMStorage, definition);
/// Size of a [`VMStorage`], in bytes.
pub const STORAGE_SIZE: u32 = size_of::<VMStorage>() as u32;
