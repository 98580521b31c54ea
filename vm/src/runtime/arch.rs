//! What differs between architectures: the way into wasm, the way out to the host, and what a fault tells.

#[cfg(target_arch = "x86_64")]
mod x86_64;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::*;

#[cfg(not(target_arch = "x86_64"))]
compile_error!("this architecture has no stubs yet");
