//! Tests of the runtime with code assembled by hand, independent of the compiler.

mod code;
mod debug;
mod host;
mod instances;
mod traps;
