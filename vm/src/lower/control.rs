//! Control instructions: blocks, branches, calls, exceptions and continuations.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions>

mod call;
mod continuation;
mod exception;
mod hint;
mod legacy_exception;
mod structured;
mod tail_call;
