//! Reference instructions: null, functions, tests, casts and descriptors.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#reference-instructions>

mod basic;
mod cast;
mod descriptor;
mod type_test;
