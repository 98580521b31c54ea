//! Compiled code in memory: mapping it, making it executable, and resolving addresses in it.

pub(crate) mod arena;
pub(crate) mod image;
pub(crate) mod module;
pub(crate) mod registry;
pub(crate) mod symbols;
pub(crate) mod trace;
