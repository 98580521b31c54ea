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
mod registry;
mod runtime;
mod trap;
mod types;

pub use api::{
    AnyRef, AsContext, AsContextMut, Caller, ExnRef, ExportType, Extern, ExternRef, Func, Global, ImportType, Instance,
    IntoFunc, Linker, Memory, Module, Ref, Store, StoreContext, StoreContextMut, Table, TypedFunc, Val, WasmParams,
    WasmResults, WasmRet, WasmTy,
};
pub use config::{Config, Level, MemoryMode};
pub use engine::Engine;
pub use error::{Error, Result};
pub use trap::{Frame, Trap, WasmBacktrace};
pub use types::{
    CompositeType, ExternType, FieldType, FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, StorageType,
    SubType, TableType, ValType,
};
