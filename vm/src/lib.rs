//! A WebAssembly virtual machine that compiles with LLVM.
//!
//! A [`Module`] is compiled once for an [`Engine`], and runs as an [`Instance`] in any number of [`Store`]s. Names are
//! those that embedders of other engines in Rust know.
//!
//! ```
//! # #[cfg(feature = "wat")] {
//! use wassay_vm::{Engine, Linker, Module, Store, Trap};
//!
//! let text = r#"(module (func (export "div") (param i32 i32) (result i32)
//!     (i32.div_s (local.get 0) (local.get 1))))"#;
//! let engine = Engine::default();
//! let module = Module::new(&engine, text)?;
//! let mut store = Store::new(&engine, ());
//! let instance = Linker::new(&engine).instantiate(&mut store, &module)?;
//! let div = instance.get_typed_func::<(i32, i32), i32>(&mut store, "div")?;
//! assert_eq!(div.call(&mut store, (7, 2))?, 3);
//!
//! let error = div.call(&mut store, (7, 0)).unwrap_err();
//! assert_eq!(error.trap(), Some(Trap::IntegerDivideByZero));
//! # }
//! # Ok::<(), wassay_vm::Error>(())
//! ```
//!
//! Without the cargo feature `compiler` (on by default) the crate needs neither LLVM nor a parser, and runs what
//! [`Module::serialize`] gave elsewhere.
//!
//! How it is built: `ARCHITECTURE.md` beside this crate's `Cargo.toml`.

/// Modules that the crate's own tests look into: public only under the cargo feature `internals`, which is not on by default,
/// and no part of the API.
macro_rules! internals {
    ($($name:ident)*) => {$(
        #[cfg(feature = "internals")]
        pub mod $name;
        #[cfg(not(feature = "internals"))]
        #[allow(dead_code, unreachable_pub, unused_imports, reason = "the tests use it")]
        mod $name;
    )*};
}

internals! { abi artifact bulk module }
mod api;
#[cfg(feature = "compiler")]
mod codegen;
#[cfg(feature = "compiler")]
mod compile;
mod config;
mod engine;
mod error;
#[cfg(feature = "compiler")]
mod llvm;
#[cfg(feature = "compiler")]
mod lower;
mod rooted;
mod runtime;
mod shown;
mod system;
mod trap;
mod type_registry;
mod types;

pub use api::{
    AnyRef, ArrayRef, ArrayType, AsContext, AsContextMut, Caller, Continuation, Exception, ExportType, Extern,
    ExternRef, Func, Global, ImportType, Instance, InstancePre, IntoFunc, Linker, Memory, Module, OwnedRooted, Ref,
    Reference, RootScope, SharedMemory, Store, StoreContext, StoreContextMut, StructRef, StructType, Table, Tag,
    TypedFunc, Val, WasmParams, WasmResults, WasmRet, WasmTy,
};
pub use config::{Config, MemoryMode, OptLevel, RelaxedSimd};
pub use engine::Engine;
pub use error::{Error, Result};
#[cfg(feature = "compiler")]
pub use llvm::version::llvm_version;
#[cfg(feature = "compiler")]
pub use lower::NOT_BUILT;
pub use runtime::heap::HeapStats;
pub use runtime::storage::wait::WaitResult;
pub use trap::{Frame, Trap, WasmBacktrace};
pub use types::{
    CompositeType, ExternType, FieldType, FuncType, GlobalType, HeapType, Limits, MemoryType, RefType, StorageType,
    SubType, TableType, ValType,
};
