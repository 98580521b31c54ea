//! Runs WebAssembly test suites on many engines, in parallel, and reports what happened.

pub mod engine;
pub mod expect;
pub mod features;
pub mod model;
pub mod report;
pub mod script;
pub mod suite;
