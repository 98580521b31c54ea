//! Structures and arrays as the runtime makes, reads and writes them.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances>

use super::StoreOpaque;
use crate::abi::heap::{ARRAY_LENGTH, HEADER_ARRAY, OBJECT_TYPE, array_elements, storage_size};
use crate::trap::Trap;
use crate::type_registry::RegisteredType;
use crate::types::{CompositeType, StorageType, ValType};
use std::ptr::NonNull;

impl StoreOpaque {
    /// A structure of zeros and nulls. May collect: see [`StoreOpaque::allocate`].
    ///
    /// # Safety
    /// It must be a type of structures, of this store's engine.
    pub(crate) unsafe fn new_struct(&mut self, ty: &RegisteredType) -> Result<NonNull<u8>, Trap> {
        // SAFETY: the caller's promise.
        unsafe { self.allocate(ty.id, ty.layout.size.into(), 0) }.ok_or(Trap::AllocationFailed)
    }

    /// An array of zeros and nulls. May collect: see [`StoreOpaque::allocate`].
    ///
    /// # Safety
    /// The type must be of this store's engine.
    pub(crate) unsafe fn new_array(&mut self, ty: &RegisteredType, length: u32) -> Result<NonNull<u8>, Trap> {
        let bytes = ty.array_bytes(length).ok_or(Trap::AllocationFailed)?;
        // SAFETY: the caller's promise; only types of arrays say how many bytes one has.
        unsafe { self.allocate(ty.id | HEADER_ARRAY, bytes, length) }.ok_or(Trap::AllocationFailed)
    }
}

/// Number of an object's type.
///
/// # Safety
/// `object` must be a structure or an array.
pub(crate) unsafe fn type_of(object: NonNull<u8>) -> u32 {
    // SAFETY: the caller's promise; an object begins with its header.
    unsafe { object.add(OBJECT_TYPE as usize).cast::<u32>().read() & !HEADER_ARRAY }
}

/// Length of an array.
///
/// # Safety
/// `array` must be one.
pub(crate) unsafe fn array_length(array: NonNull<u8>) -> u32 {
    // SAFETY: the caller's promise; this is the header's second word.
    unsafe { array.add(ARRAY_LENGTH as usize).cast::<u32>().read() }
}

/// Where a field lies in a structure of this type, or an element in an array, and how it is stored; none if there is no
/// such field. (Of an array only the object knows its length.)
pub(crate) fn part(ty: &RegisteredType, number: u32) -> Option<(usize, StorageType)> {
    match &ty.composite {
        CompositeType::Func(_) | CompositeType::Cont(_) => None,
        CompositeType::Struct(fields) => {
            let offset = *ty.layout.offsets.get(number as usize)?;
            Some((offset as usize, fields[number as usize].storage))
        }
        CompositeType::Array(element) => {
            let size = storage_size(element.storage) as usize;
            Some((array_elements(element) as usize + number as usize * size, element.storage))
        }
    }
}

/// As [`part`], of a part that there must be.
#[expect(clippy::expect_used, reason = "an invariant of validated code and checked values, not of input")]
pub(crate) fn expected_part(ty: &RegisteredType, number: u32) -> (usize, StorageType) {
    part(ty, number).expect("an object has each part that a value is for")
}

/// Reads a field or element; a packed one without its sign.
///
/// # Safety
/// There must be one at this offset of the object, stored this way.
pub(crate) unsafe fn read(object: NonNull<u8>, at: usize, storage: StorageType) -> u128 {
    // SAFETY: the caller's promise; fields are aligned.
    unsafe {
        let place = object.add(at);
        match storage {
            StorageType::I8 => place.read().into(),
            StorageType::I16 => place.cast::<u16>().read().into(),
            StorageType::Val(ValType::I32 | ValType::F32) => place.cast::<u32>().read().into(),
            StorageType::Val(ValType::I64 | ValType::F64 | ValType::Ref(_)) => place.cast::<u64>().read().into(),
            StorageType::Val(ValType::V128) => place.cast::<u128>().read(),
        }
    }
}

/// Writes a field or element: the low bits of a value.
///
/// # Safety
/// As for [`read`]; a reference must be one of the object's store, and of the field's type.
#[expect(clippy::cast_possible_truncation, reason = "bits beyond the type's mean nothing")]
pub(crate) unsafe fn write(object: NonNull<u8>, at: usize, storage: StorageType, value: u128) {
    // SAFETY: the caller's promise; fields are aligned.
    unsafe {
        let place = object.add(at);
        match storage {
            StorageType::I8 => place.write(value as u8),
            StorageType::I16 => place.cast::<u16>().write(value as u16),
            StorageType::Val(ValType::I32 | ValType::F32) => place.cast::<u32>().write(value as u32),
            StorageType::Val(ValType::I64 | ValType::F64 | ValType::Ref(_)) => place.cast::<u64>().write(value as u64),
            StorageType::Val(ValType::V128) => place.cast::<u128>().write(value),
        }
    }
}

/// Writes a value `count` times, one `size` bytes after the other.
///
/// # Safety
/// There must be so many bytes, of elements of an array of that size.
#[expect(clippy::cast_possible_truncation, reason = "bits beyond the type's mean nothing")]
pub(crate) unsafe fn fill(to: NonNull<u8>, size: u32, count: usize, value: u128) {
    // SAFETY: the caller's promise; elements are aligned.
    unsafe {
        match size {
            1 => to.write_bytes(value as u8, count),
            2 => fill_with(to, count, value as u16),
            4 => fill_with(to, count, value as u32),
            8 => fill_with(to, count, value as u64),
            16 => fill_with(to, count, value),
            _ => unreachable!("no element has {size} bytes"),
        }
    }
}

/// # Safety
/// There must be `count` values of the type, aligned.
unsafe fn fill_with<T: Copy>(to: NonNull<u8>, count: usize, value: T) {
    // SAFETY: the caller's promise; nobody else looks at the array meanwhile.
    unsafe { std::slice::from_raw_parts_mut(to.cast::<T>().as_ptr(), count) }.fill(value);
}
