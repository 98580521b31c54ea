//! Running artifacts: address space, code images, stores and what lives in them, and the way between host and wasm.
//! Knows nothing of LLVM.

pub(crate) mod activation;
pub(crate) mod arch;
pub(crate) mod arena;
pub(crate) mod array;
pub(crate) mod aside;
pub(crate) mod backtrace;
pub(crate) mod builtins;
pub(crate) mod code_registry;
pub(crate) mod const_eval;
pub(crate) mod exception;
pub(crate) mod fiber;
pub(crate) mod fixed;
pub(crate) mod heap;
pub(crate) mod host_cpu;
pub(crate) mod host_func;
pub(crate) mod image;
pub(crate) mod instance;
pub(crate) mod link;
pub(crate) mod mappings;
pub(crate) mod memory;
pub(crate) mod object;
pub(crate) mod quota;
pub(crate) mod segments;
pub(crate) mod signals;
pub(crate) mod space;
pub(crate) mod store;
pub(crate) mod table;
pub(crate) mod thread;
pub(crate) mod unwind;
pub(crate) mod wait;

#[cfg(test)]
mod tests;
