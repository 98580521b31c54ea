//! Entry: calls between host and wasm in both directions, and traps, which end them.

mod aside;
mod backtrace;
pub(crate) mod host_call;
pub(crate) mod invoke;
mod signals;
mod thread;
