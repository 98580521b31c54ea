//! The runtime with code assembled by hand: what it does with an artifact does not depend on who made that.

mod code;
mod debug;
mod host;
mod instances;
mod traps;
