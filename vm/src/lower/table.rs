//! Table instructions: single elements and ranges.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#table-instructions>

mod access;
mod bulk;
