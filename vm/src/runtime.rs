//! Running artifacts: everything between the embedding API and the machine. Knows nothing of LLVM.
//!
//! Each folder is a floor, which names those below it and none above. From the ground up: [`arch`], stubs and what else
//! depends on the architecture; [`code`], images in memory; [`storage`], memories and tables; [`heap`], collected objects;
//! [`fiber`], stacks of continuations; [`store`], which holds all of these; [`entry`], calls between host and wasm;
//! [`instantiation`]; and [`builtins`], which compiled code calls.

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
