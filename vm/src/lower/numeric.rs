//! Numeric instructions: constants, integers, floats, conversions and wide arithmetic.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#numeric-instructions>

mod constant;
pub(super) mod convert;
mod float;
mod int;
mod wide;
