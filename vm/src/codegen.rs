//! From LLVM IR to one position-independent code image: codegen units, LLVM's passes, objects, and their linking.

pub(crate) mod budget;
mod hold;
mod ir;
pub(crate) mod link;
mod machine;
mod quiet;
mod rebase;
mod relocate;
mod target;
pub(crate) mod unit;

pub(crate) use machine::with_machine;
pub(crate) use target::CodeTarget;
