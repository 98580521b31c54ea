//! Calling convention: which register or overflow slot each argument and result is in.

use crate::types::{FuncType, ValType};

/// Number of registers for arguments of the integer class, after the context.
pub const INT_PARAMS: usize = 5;
/// Number of registers for arguments of the vector class.
pub const VEC_PARAMS: usize = 8;
/// Number of registers for results of the integer class.
pub const INT_RESULTS: usize = 2;
/// Number of registers for results of the vector class.
pub const VEC_RESULTS: usize = 2;

/// Size in bytes of a slot of the overflow area, of a global's cell and of a vector register's image: that of a `v128`,
/// the widest value.
pub const SLOT: u32 = 16;
/// Number of slots of the overflow area. A signature has at most 1,000 parameters and 1,000 results
/// (<https://webassembly.github.io/spec/js-api/#limits>), and the two are never live at the same time.
pub const OVERFLOW_SLOTS: usize = 1000;

/// Location of one argument or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The n-th integer register: after the context for arguments, the n-th result register for results.
    Int(u8),
    /// The n-th vector register.
    Vec(u8),
    /// The n-th slot of the overflow area; little-endian, from the slot's first byte.
    Overflow(u16),
}

/// Says whether values of this type are in vector registers. Floats and vectors are; integers and references are in
/// integer registers.
#[must_use]
pub fn is_vector_class(ty: ValType) -> bool {
    matches!(ty, ValType::F32 | ValType::F64 | ValType::V128)
}

fn places(types: &[ValType], ints: usize, vecs: usize) -> Vec<Place> {
    let (mut int, mut vec, mut overflow) = (0, 0, 0);
    let mut next = |used: &mut usize, limit: usize, register: fn(u8) -> Place| {
        if *used < limit {
            *used += 1;
            #[expect(clippy::cast_possible_truncation, reason = "limits are below 256")]
            register(*used as u8 - 1)
        } else {
            overflow += 1;
            Place::Overflow(overflow - 1)
        }
    };
    types
        .iter()
        .map(
            |&ty| if is_vector_class(ty) { next(&mut vec, vecs, Place::Vec) } else { next(&mut int, ints, Place::Int) },
        )
        .collect()
}

/// Assigns a place to each parameter and each result of `ty`, in order.
#[must_use]
pub fn assign(ty: &FuncType) -> (Vec<Place>, Vec<Place>) {
    (places(&ty.params, INT_PARAMS, VEC_PARAMS), places(&ty.results, INT_RESULTS, VEC_RESULTS))
}

/// Images of the registers for arguments and results. The entry stub loads argument registers from it and stores result
/// registers to it; the host stub spills argument registers to it.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(16))]
pub struct Registers {
    /// Vector registers for arguments; the first [`VEC_RESULTS`] hold results after the call.
    pub vec: [u128; VEC_PARAMS],
    /// Integer registers for arguments after the context; the first [`INT_RESULTS`] hold results after the call.
    pub int: [u64; INT_PARAMS],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_numbered_apart() {
        use ValType::{F32, I32, I64, V128};
        let ty =
            FuncType { params: [I32, F32, I64, I32, I32, I32, I32, V128].into(), results: [I32, I32, I32, F32].into() };
        let (params, results) = assign(&ty);
        assert_eq!(params[1], Place::Vec(0));
        assert_eq!(params[5], Place::Int(4));
        assert_eq!(params[6], Place::Overflow(0));
        assert_eq!(params[7], Place::Vec(1));
        assert_eq!(results, [Place::Int(0), Place::Int(1), Place::Overflow(0), Place::Vec(0)]);
    }
}
