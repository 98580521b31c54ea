//! Runs WebAssembly test suites on many engines, in parallel, and reports what happened.

pub mod model;
