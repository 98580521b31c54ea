//! Modules as data: what the parser learned, apart from code, LLVM and stores.

#[cfg(feature = "compiler")]
pub(crate) mod convert;
pub mod description;
#[cfg(feature = "compiler")]
pub(crate) mod hints;
#[cfg(feature = "compiler")]
pub(crate) mod parse;
#[cfg(feature = "compiler")]
pub(crate) mod survey;
#[cfg(feature = "compiler")]
pub(crate) mod unsupported;
