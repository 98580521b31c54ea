//! The ABI: memory layouts and calling convention on which compiled code and the runtime agree.
//!
//! Nothing here knows LLVM or a store. `lower` emits loads and stores at these offsets, the runtime lays out its records
//! accordingly, and both classify signatures with [`assign`]. The [`fingerprint`] that artifacts carry covers all of it.

mod builtin;
mod context;
pub mod continuation;
mod convention;
mod exception;
pub mod fingerprint;
mod function;
pub mod heap;
mod layout;
mod reference;
pub(crate) mod slots;
mod storage;
mod store;

pub use builtin::{Builtin, Completion, MachineType, ReturnType, Signature};
pub(crate) use builtin::{Status, each_builtin};
pub use context::*;
pub use convention::*;
pub use exception::*;
pub use function::*;
pub use layout::{POINTER, TYPE_ID};
pub use reference::*;
pub use storage::*;
pub use store::*;
