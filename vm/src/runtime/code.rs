//! Compiled code in memory: where it lies, how it becomes executable, and how an address in it is resolved.

pub(crate) mod arena;
pub(crate) mod image;
pub(crate) mod module;
pub(crate) mod registry;
pub(crate) mod symbols;
pub(crate) mod trace;
