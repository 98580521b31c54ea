//! Structures and arrays: how the runtime allocates, reads and writes them.
//! Spec: <https://webassembly.github.io/spec/core/exec/runtime.html#structure-instances>

use super::StoreOpaque;
use crate::abi::heap::{ARRAY_LENGTH, HEADER_ARRAY, OBJECT_TYPE, array_elements, storage_size};
use crate::trap::Trap;
use crate::type_registry::RegisteredType;
use crate::types::{CompositeType, StorageType, ValType};
use std::ptr::NonNull;

impl StoreOpaque {
    /// Allocates a structure of zeros and nulls. May collect: see [`StoreOpaque::allocate`].
    ///
    /// # Safety
    /// The type must be a structure type of this store's engine.
    pub(crate) unsafe fn new_struct(&mut self, ty: &RegisteredType) -> Result<NonNull<u8>, Trap> {
        // SAFETY: the caller's promise.
        unsafe { self.allocate(ty.id, ty.layout.size.into(), 0) }.ok_or(Trap::AllocationFailed)
    }

    /// Allocates an array of zeros and nulls. May collect: see [`StoreOpaque::allocate`].
    ///
    /// # Safety
    /// The type must be of this store's engine.
    pub(crate) unsafe fn new_array(&mut self, ty: &RegisteredType, length: u32) -> Result<NonNull<u8>, Trap> {
        let bytes = ty.array_bytes(length).ok_or(Trap::AllocationFailed)?;
        // SAFETY: guaranteed by the caller. Only array types compute the bytes of an array.
        unsafe { self.allocate(ty.id | HEADER_ARRAY, bytes, length) }.ok_or(Trap::AllocationFailed)
    }
}

/// Returns the type number of an object.
///
/// # Safety
/// `object` must be a structure or an array.
pub(crate) unsafe fn type_of(object: NonNull<u8>) -> u32 {
    // SAFETY: guaranteed by the caller. An object begins with its header.
    unsafe { object.add(OBJECT_TYPE as usize).cast::<u32>().read() & !HEADER_ARRAY }
}

/// Returns the length of an array.
///
/// # Safety
/// `array` must be an array.
pub(crate) unsafe fn array_length(array: NonNull<u8>) -> u32 {
    // SAFETY: guaranteed by the caller. The length is the second word of the header.
    unsafe { array.add(ARRAY_LENGTH as usize).cast::<u32>().read() }
}

/// Returns the offset and storage type of a field of a structure type, or of an element of an array type; none if there
/// is no such field. (The length of an array is not checked: only the object has it.)
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

/// Like [`part`], for a part that must exist.
#[expect(clippy::expect_used, reason = "an invariant of validated code and checked values, not of input")]
pub(crate) fn expected_part(ty: &RegisteredType, number: u32) -> (usize, StorageType) {
    part(ty, number).expect("validated indices name existing fields and elements")
}

/// Reads a field or element. A packed one is zero-extended.
///
/// # Safety
/// The object must have a field or element at this offset, with this storage type.
pub(crate) unsafe fn read(object: NonNull<u8>, at: usize, storage: StorageType) -> u128 {
    // SAFETY: guaranteed by the caller. Fields are aligned.
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

/// Writes the low bits of a value to a field or element.
///
/// # Safety
/// As for [`read`]; a reference must be one of the object's store, and of the field's type.
#[expect(clippy::cast_possible_truncation, reason = "bits above the width of the type are ignored")]
pub(crate) unsafe fn write(object: NonNull<u8>, at: usize, storage: StorageType, value: u128) {
    // SAFETY: guaranteed by the caller. Fields are aligned.
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

/// Writes a value of `size` bytes `count` times in a row.
///
/// # Safety
/// There must be so many bytes, in elements of that size of an array.
#[expect(clippy::cast_possible_truncation, reason = "bits above the width of the type are ignored")]
pub(crate) unsafe fn fill(to: NonNull<u8>, size: u32, count: usize, value: u128) {
    // SAFETY: guaranteed by the caller. Elements are aligned.
    unsafe {
        match size {
            1 => to.write_bytes(value as u8, count),
            2 => fill_with(to, count, value as u16),
            4 => fill_with(to, count, value as u32),
            8 => fill_with(to, count, value as u64),
            16 => fill_with(to, count, value),
            _ => unreachable!("elements never have {size} bytes"),
        }
    }
}

/// Writes a value `count` times in a row.
///
/// # Safety
/// `to` must point to `count` aligned values of the type.
unsafe fn fill_with<T: Copy>(to: NonNull<u8>, count: usize, value: T) {
    // SAFETY: guaranteed by the caller. Nothing else accesses the array meanwhile.
    unsafe { std::slice::from_raw_parts_mut(to.cast::<T>().as_ptr(), count) }.fill(value);
}
