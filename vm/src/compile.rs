//! The compiler: from bytes to an artifact, by parsing, lowering, code generation and linking.

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
