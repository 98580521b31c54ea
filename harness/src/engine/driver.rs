//! Engines in other programs that answer requests one by one: both ends of the driver protocol.
//!
//! A driver is a program that reads requests and writes answers, each one JSON object on a line. `DRIVERS.md` describes
//! the protocol for authors of drivers.
//!
//! - `protocol`: the messages. Both ends use it, and it knows neither.
//! - [`client`]: the harness's end, which is an [`Engine`](crate::engine::Engine).
//! - `wasm_h`: a driver program for shared libraries with the C API `wasm.h`, part of this binary
//!   (`wassay driver wasm-h`). The other shipped driver is `drivers/js.mjs`.

pub mod client;
pub(crate) mod protocol;
pub(crate) mod wasm_h;
