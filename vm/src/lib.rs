//! A WebAssembly virtual machine that compiles with LLVM.

pub mod abi;
mod api;
pub mod artifact;
#[cfg(feature = "compiler")]
mod codegen;
#[cfg(feature = "compiler")]
mod compile;
mod config;
mod engine;
mod error;
#[cfg(feature = "compiler")]
mod lower;
pub mod module;
mod runtime;
mod trap;
mod types;

pub use api::{
    AsContext, AsContextMut, Caller, Exception, ExportType, Extern, ExternRef, Func, Global, ImportType, Instance,
    IntoFunc, Linker, Memory, Module, Ref, Store, StoreContext, StoreContextMut, Table, Tag, TypedFunc, Val,
    WasmParams, WasmResults, WasmRet, WasmTy,
};
pub use config::{Config, Level, MemoryMode};
pub use engine::Engine;
pub use error::{Error, Result};
pub use trap::{Frame, Trap, WasmBacktrace};
pub use types::{ExternType, FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, TableType, ValType};
