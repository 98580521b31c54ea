//! The compiler: conducts all steps from the bytes of a module to an artifact.
//!
//! Calls go one way: the compiler calls parsing (`module/`), lowering (`lower/`) and code generation (`codegen/`), and
//! none of these calls it. [`compiler`] is the entry, [`schedule`] runs the codegen units in parallel, [`unit`]
//! compiles one of them.

mod budget;
mod compiler;
mod contained;
mod deadline;
mod memory_semaphore;
mod partition;
mod pool;
mod schedule;
#[cfg(test)]
mod tests;
mod unit;

pub(crate) use compiler::{Compiler, validate};
