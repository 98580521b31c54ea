//! Code generation: an LLVM module becomes an ELF object, and objects are linked to one position-independent code
//! image.
//!
//! This knows neither WebAssembly's operators nor who calls it: the compiler passes it one LLVM module at a time.

pub(crate) mod effort;
mod fold_barrier;
mod intrinsic;
mod ir;
pub(crate) mod link;
pub(crate) mod machine;
pub(crate) mod object;
mod pipeline;
mod quiet;
mod rebase;
mod relocate;
pub(crate) mod target;
