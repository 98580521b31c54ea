//! Code generation: from an LLVM module to an ELF object, and from objects to one position-independent code image.

pub(crate) mod effort;
mod hold;
mod ir;
pub(crate) mod link;
pub(crate) mod machine;
pub(crate) mod object;
mod pipeline;
mod quiet;
mod rebase;
mod relocate;
pub(crate) mod target;
