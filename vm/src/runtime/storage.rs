//! Storage of instances: linear memories, tables, their quotas, and threads that wait at memories.

pub(crate) mod memory;
pub(crate) mod quota;
pub(crate) mod table;
pub(crate) mod wait;
