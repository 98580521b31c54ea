//! Cursor over the places of arguments or results, which reads and writes them one after the other.
//!
//! It computes the same places as [`assign`](super::assign) but without lists. For types known to rustc, the places become
//! constants.

use super::convention::{
    INT_PARAMS, INT_RESULTS, OVERFLOW_SLOTS, Place, Registers, VEC_PARAMS, VEC_RESULTS, is_vector_class,
};
use crate::types::ValType;

/// A cursor over arguments or results in register images and the overflow area.
pub struct SlotCursor {
    registers: *mut Registers,
    overflow: *mut [u128; OVERFLOW_SLOTS],
    ints: usize,
    vecs: usize,
    int: usize,
    vec: usize,
    beyond: usize,
}

impl SlotCursor {
    /// Returns a cursor over arguments.
    ///
    /// # Safety
    /// Both pointers must be valid as long as the cursor is used, and there must be at most [`OVERFLOW_SLOTS`] arguments.
    #[inline]
    pub(crate) unsafe fn params(registers: *mut Registers, overflow: *mut [u128; OVERFLOW_SLOTS]) -> Self {
        Self { registers, overflow, ints: INT_PARAMS, vecs: VEC_PARAMS, int: 0, vec: 0, beyond: 0 }
    }

    /// Returns a cursor over results.
    ///
    /// # Safety
    /// As for [`SlotCursor::params`], with results in place of arguments.
    #[inline]
    pub(crate) unsafe fn results(registers: *mut Registers, overflow: *mut [u128; OVERFLOW_SLOTS]) -> Self {
        Self { registers, overflow, ints: INT_RESULTS, vecs: VEC_RESULTS, int: 0, vec: 0, beyond: 0 }
    }

    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "there are few registers and at most 1,000 slots")]
    fn place(&mut self, ty: ValType) -> Place {
        let (used, limit) = if is_vector_class(ty) { (&mut self.vec, self.vecs) } else { (&mut self.int, self.ints) };
        if *used < limit {
            *used += 1;
            let register = *used as u8 - 1;
            if is_vector_class(ty) { Place::Vec(register) } else { Place::Int(register) }
        } else {
            self.beyond += 1;
            Place::Overflow(self.beyond as u16 - 1)
        }
    }

    /// Writes the next value, of type `ty`, to its place.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "values in integer registers have at most 64 bits")]
    pub(crate) fn write(&mut self, ty: ValType, raw: u128) {
        let place = self.place(ty);
        // SAFETY: the constructor's caller promised valid pointers. Only raw pointers are used, no references: the registers
        // may be uninitialised.
        unsafe {
            match place {
                Place::Int(at) => (&raw mut (*self.registers).int).cast::<u64>().add(at.into()).write(raw as u64),
                Place::Vec(at) => (&raw mut (*self.registers).vec).cast::<u128>().add(at.into()).write(raw),
                Place::Overflow(at) => self.overflow.cast::<u128>().add(at.into()).write(raw),
            }
        }
    }

    /// Reads the next value, of type `ty`. Bits beyond the type's width have no meaning.
    ///
    /// # Safety
    /// A value of that type must have been written to the place.
    #[inline(always)]
    pub(crate) unsafe fn read(&mut self, ty: ValType) -> u128 {
        let place = self.place(ty);
        // SAFETY: as in `write`; the caller promises that the value is initialised.
        unsafe {
            match place {
                Place::Int(at) => (&raw const (*self.registers).int).cast::<u64>().add(at.into()).read().into(),
                Place::Vec(at) => (&raw const (*self.registers).vec).cast::<u128>().add(at.into()).read(),
                Place::Overflow(at) => self.overflow.cast::<u128>().add(at.into()).read(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::abi::convention::assign;
    use crate::types::FuncType;
    use std::ptr::null_mut;

    #[test]
    fn agrees_with_assign() {
        let kinds = [ValType::I32, ValType::F64, ValType::I64, ValType::V128, ValType::FUNCREF, ValType::F32];
        let types = || (0..40).map(|i| kinds[i * i % 6]);
        let (params, results) = assign(&FuncType::new(types(), types()));
        // SAFETY: nothing is read or written.
        let (mut p, mut r) = unsafe { (SlotCursor::params(null_mut(), null_mut()), SlotCursor::results(null_mut(), null_mut())) };
        assert!(types().map(|ty| p.place(ty)).eq(params));
        assert!(types().map(|ty| r.place(ty)).eq(results));
    }
}
