//! What the lowering of many operators is made of.

mod access;
mod branch;
pub(super) mod builtin;
mod operand;
mod range;
mod trap;
