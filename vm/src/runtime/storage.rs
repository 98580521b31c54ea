//! What instances store data in: linear memories and tables.

pub(crate) mod memory;
pub(crate) mod quota;
pub(crate) mod table;
pub(crate) mod wait;
