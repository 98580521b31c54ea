//! Aggregate instructions: structures, arrays and `i31`.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#aggregate-instructions>

mod array;
mod array_bulk;
mod i31;
mod object;
mod structure;
