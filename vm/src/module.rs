//! Modules as data: what parsing and validation find out, apart from code, LLVM and stores.

mod const_expr;
#[cfg(feature = "compiler")]
pub(crate) mod convert;
pub mod description;
mod function_names;
#[cfg(feature = "compiler")]
pub(crate) mod hints;
#[cfg(feature = "compiler")]
mod initializer;
#[cfg(feature = "compiler")]
pub(crate) mod parse;
#[cfg(feature = "compiler")]
pub(crate) mod parsed;
#[cfg(feature = "compiler")]
mod reader;
mod segment;
#[cfg(feature = "compiler")]
pub(crate) mod survey;
#[cfg(all(test, feature = "compiler"))]
mod tests;
#[cfg(feature = "compiler")]
pub(crate) mod unsupported;
