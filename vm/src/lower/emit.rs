//! Building blocks of lowering: operands, basic blocks, memory accesses, traps and calls of builtins.

mod access;
mod branch;
pub(super) mod builtin;
mod operand;
mod range;
mod trap;
