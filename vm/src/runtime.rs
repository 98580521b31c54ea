//! Running artifacts: everything between the embedding API and the machine. Knows nothing of LLVM.
//!
//! Each folder is a floor: it names the floors above it in this list, and none below. `arch` stubs; code images; memories
//! and tables; the collected heap; fibers; the store, which holds all of that; calls between host and wasm; instantiation;
//! and the builtins that compiled code calls.

pub(crate) mod arch;
pub(crate) mod builtins;
pub(crate) mod code;
pub(crate) mod entry;
pub(crate) mod fiber;
pub(crate) mod heap;
pub(crate) mod instantiation;
pub(crate) mod storage;
pub(crate) mod store;

#[cfg(test)]
mod tests;
