//! Runs WebAssembly test suites on many engines, in parallel, and reports what happened.

mod alignment;
pub mod cli;
pub mod compare;
mod data;
pub mod engine;
mod escape;
pub mod expect;
pub mod features;
pub mod filter;
mod glob;
pub mod model;
pub mod operators;
pub mod partition;
pub mod protocol;
pub mod recorder;
mod regular_file;
pub mod report;
pub mod script;
pub mod suite;
pub mod supervisor;
pub mod task;
pub mod worker;
