//! The way between host and wasm: calls in both directions, and traps, which end them.

mod aside;
mod backtrace;
pub(crate) mod host_call;
pub(crate) mod invoke;
mod signals;
mod thread;
