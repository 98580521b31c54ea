//! A WebAssembly virtual machine that compiles with LLVM.

pub mod abi;
pub mod artifact;
mod error;
pub mod module;
mod trap;
mod types;

pub use error::{Error, Result};
pub use trap::{Frame, Trap, WasmBacktrace};
pub use types::{ExternType, FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, TableType, ValType};
