//! Builtins for arrays.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-array-fill>
//!
//! # Safety
//!
//! As of [`builtins`](crate::runtime::builtins): each is called with the context of an instance, and with arguments
//! that validation and compiled code have checked.
#![expect(clippy::missing_safety_doc, reason = "section Safety of this file covers all builtins")]

use super::context::{halves, instance, store};
use crate::abi::Status;
use crate::runtime::instantiation::segments;
use crate::runtime::store::object;
use crate::trap::Trap;
use std::ptr::NonNull;

/// `array.fill`, and the second half of `array.new`.
#[expect(clippy::cast_possible_truncation, reason = "the length was checked")]
pub(super) unsafe extern "C" fn fill(_context: *mut u8, to: *mut u8, size: u32, count: u64, low: u64, high: u64) {
    let value = u128::from(high) << 64 | u128::from(low);
    if let Some(to) = NonNull::new(to) {
        // SAFETY: see the head of this file.
        unsafe { object::fill(to, size, count as usize, value) };
    }
}

/// `array.copy`. Source and destination may overlap in one array.
#[expect(clippy::cast_possible_truncation, reason = "the length was checked")]
pub(super) unsafe extern "C" fn copy(_context: *mut u8, to: *mut u8, from: *const u8, bytes: u64) {
    // SAFETY: see the head of this file.
    unsafe { std::ptr::copy(from, to, bytes as usize) };
}

fn address(made: Result<NonNull<u8>, Trap>) -> u64 {
    match made {
        Ok(array) => array.as_ptr() as u64,
        Err(Trap::AllocationFailed) => 0,
        Err(trap) => trap as u64,
    }
}

/// `array.new_data`
pub(super) unsafe extern "C" fn new_data(context: *mut u8, which: u64, from: u32, length: u32) -> u64 {
    let (ty, segment) = halves(which);
    // SAFETY: see the head of this file.
    unsafe { address(segments::array_of_data(&mut *store(context), instance(&context), ty, segment, from, length)) }
}

/// `array.new_elem`
pub(super) unsafe extern "C" fn new_elem(context: *mut u8, which: u64, from: u32, length: u32) -> u64 {
    let (ty, segment) = halves(which);
    // SAFETY: see the head of this file.
    unsafe { address(segments::array_of_elements(&mut *store(context), instance(&context), ty, segment, from, length)) }
}

/// `array.init_data`
pub(super) unsafe extern "C" fn init_data(
    context: *mut u8,
    segment: u32,
    to: *mut u8,
    from: u64,
    bytes: u64,
) -> Status {
    // SAFETY: see the head of this file.
    unsafe { segments::data_into(instance(&context), segment, from, bytes, || Some(to)) }.into()
}

/// `array.init_elem`
pub(super) unsafe extern "C" fn init_elem(
    context: *mut u8,
    segment: u32,
    to: *mut u64,
    from: u64,
    length: u64,
) -> Status {
    // SAFETY: see the head of this file.
    unsafe { segments::elements_into(instance(&context), segment, from, length, || Some(to)) }.into()
}
