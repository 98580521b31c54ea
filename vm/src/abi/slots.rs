//! Arguments and results in registers and the overflow area, one after the other: [`abi::assign`](crate::abi::assign)
//! without its lists, so that for types known to rustc the places are constants.

use crate::abi::{INT_PARAMS, INT_RESULTS, OVERFLOW_SLOTS, Place, Registers, VEC_PARAMS, VEC_RESULTS, is_vector_class};
use crate::types::ValType;

/// Where the next argument or result is.
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
    /// # Safety
    /// Both pointers must be good for as long as this is used, and there must be no more than [`OVERFLOW_SLOTS`] arguments.
    #[inline]
    pub(crate) unsafe fn params(registers: *mut Registers, overflow: *mut [u128; OVERFLOW_SLOTS]) -> Self {
        Self { registers, overflow, ints: INT_PARAMS, vecs: VEC_PARAMS, int: 0, vec: 0, beyond: 0 }
    }

    /// # Safety
    /// As for [`SlotCursor::params`], of results.
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

    /// Puts the next value, of type `ty`, where it belongs.
    #[inline(always)]
    #[expect(clippy::cast_possible_truncation, reason = "what goes in integer registers has 64 bits")]
    pub(crate) fn write(&mut self, ty: ValType, raw: u128) {
        let place = self.place(ty);
        // SAFETY: the promise of who made this. No references are made: the registers may not be initialised.
        unsafe {
            match place {
                Place::Int(at) => (&raw mut (*self.registers).int).cast::<u64>().add(at.into()).write(raw as u64),
                Place::Vec(at) => (&raw mut (*self.registers).vec).cast::<u128>().add(at.into()).write(raw),
                Place::Overflow(at) => self.overflow.cast::<u128>().add(at.into()).write(raw),
            }
        }
    }

    /// Takes the next value, of type `ty`. Bits beyond the type's mean nothing.
    ///
    /// # Safety
    /// The value must be there.
    #[inline(always)]
    pub(crate) unsafe fn read(&mut self, ty: ValType) -> u128 {
        let place = self.place(ty);
        // SAFETY: as in `write`, and the caller's promise.
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
    use crate::abi::assign;
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
