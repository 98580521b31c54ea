//! Memory instructions: loads, stores, bounds checks, bulk and atomic operators.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#memory-instructions>

mod access;
mod atomic;
mod bounds;
mod bulk;
