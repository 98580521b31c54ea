//! Modules as data: what the parser learned, apart from code, LLVM and stores.

pub mod description;
