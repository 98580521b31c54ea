//! Memories and tables with 64-bit addresses, and memories with pages of one byte: what is checked by code.

mod common;
#[path = "support/proposals.rs"]
mod proposals;

#[path = "memory64/bounds.rs"]
mod bounds;
#[path = "memory64/bulk.rs"]
mod bulk;
#[path = "memory64/growth.rs"]
mod growth;
#[path = "memory64/tables.rs"]
mod tables;
