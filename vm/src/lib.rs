//! A WebAssembly virtual machine that compiles with LLVM.
//!
//! This crate compiles WebAssembly modules to machine code and runs them in a sandbox. The names of its types are those
//! that embedders of other engines in Rust know.
//!
//! ```
//! # #[cfg(feature = "wat")] {
//! use wassay_vm::{Engine, Linker, Module, Store, Trap};
//!
//! let text = r#"(module
//!     (import "host" "report" (func $report (param i32)))
//!     (func (export "div") (param i32 i32) (result i32)
//!         (call $report (local.get 0))
//!         (i32.div_s (local.get 0) (local.get 1))))"#;
//!
//! // Compile once.
//! let engine = Engine::default();
//! let module = Module::new(&engine, text)?;
//!
//! // Define the imports. The closure can use the data of the store, here a counter.
//! let mut linker = Linker::new(&engine);
//! linker.func_wrap("host", "report", |mut caller: wassay_vm::Caller<'_, u32>, _: i32| *caller.data_mut() += 1)?;
//!
//! // Instantiate and call.
//! let mut store = Store::new(&engine, 0);
//! let instance = linker.instantiate(&mut store, &module)?;
//! let div = instance.get_typed_func::<(i32, i32), i32>(&mut store, "div")?;
//! assert_eq!(div.call(&mut store, (7, 2))?, 3);
//!
//! // A trap is an error with a backtrace. The store can be used afterwards.
//! let error = div.call(&mut store, (7, 0)).unwrap_err();
//! assert_eq!(error.trap(), Some(Trap::IntegerDivideByZero));
//! assert_eq!(*store.data(), 2);
//! # }
//! # Ok::<(), wassay_vm::Error>(())
//! ```
//!
//! # Concepts
//!
//! - **Engine**: an [`Engine`] has the settings ([`Config`]), the types and the compiler threads that modules and stores
//!   share. Most programs have one.
//! - **Module**: a [`Module`] is compiled WebAssembly: code and descriptions, without state. It is compiled once, and
//!   instantiated any number of times, on any thread.
//! - **Store**: a [`Store`] owns instances and all that they consist of: memories, tables, globals, functions and the
//!   collected heap, and a value of the embedder. Nothing in a store is freed before the store is dropped, except objects of
//!   the heap and values of the host that nothing refers to any more. One thread at a time uses a store.
//! - **Handles**: [`Func`], [`Memory`], [`Table`], [`Global`], [`Tag`] and [`Instance`] are small copyable handles to objects
//!   in a store. Methods take the store as an argument. A handle used with another store is [`Error::ForeignStore`], or a
//!   panic where the method returns no error.
//! - **Instance**: an [`Instance`] is a module with its imports resolved. Its exports are found by name.
//! - **Linker**: a [`Linker`] finds the imports of a module by name. [`Linker::instantiate_pre`] does so once for many
//!   instances.
//! - **Host functions**: closures that wasm imports and calls ([`Func::wrap`], [`Linker::func_wrap`]). They reach the store
//!   through their [`Caller`]. A host function may fail with any error, which the caller of wasm then gets.
//! - **Rooted references**: references to objects of the heap and to values of the host ([`AnyRef`], [`StructRef`],
//!   [`ArrayRef`], [`ExternRef`], [`Exception`], [`Continuation`]) are roots of the garbage collector. They are valid until
//!   their scope ends ([`RootScope`]); an [`OwnedRooted`] has no scope.
//! - **Traps and errors**: wasm that traps returns [`Error::Trap`] with a [`Trap`] code and a [`WasmBacktrace`]. An uncaught
//!   exception returns [`Error::Exception`]. Misuse of the API is an error too ([`Error::is_misuse`]).
//! - **Memory modes**: [`MemoryMode::Precise`] keeps every trap and every store before it, as the specification says.
//!   [`MemoryMode::Relaxed`] is faster and may lose them. Neither lets an access leave the sandbox.
//! - **Artifacts**: [`Module::serialize`] and [`Engine::precompile_module`] give machine code as bytes.
//!   [`Module::deserialize`] and [`Module::deserialize_file`] load it without compiling. An artifact is as trusted as a
//!   program, so loading one is `unsafe`.
//! - **Threads**: engines, modules, linkers and shared memories can be used by several threads at a time. A
//!   [`SharedMemory`] is a linear memory that several stores have. Stores can be sent to other threads if their data can.
//!   Wasm may run on any stack, also on that of a coroutine, which must not move to another thread while it is inside wasm.
//! - **Fork**: a forked process can use the engines and modules of its parent, and starts compiler threads of its own. Fork
//!   while nothing compiles: locks that other threads hold at the fork stay locked in the child.
//! - **Limits**: [`Config`] limits the size of modules, memories and tables, and the memory and time for compiling.
//!   [`Store::set_heap_limit`] and [`Store::set_continuation_limit`] limit what wasm allocates. There is no limit of run
//!   time: wasm that loops does not return.
//!
//! # What it implements
//!
//! WebAssembly 1.0, 2.0 and 3.0, and the proposals threads, wide arithmetic, custom page sizes, legacy exceptions, custom
//! descriptors and stack switching. With the cargo feature `compiler`, `NOT_BUILT` lists what is missing, with reasons.
//! [`Config::features`](Config) chooses what validation accepts.
//!
//! # Platforms
//!
//! Linux on x86-64: 64-bit pointers, little-endian, developed and tested with glibc. Other platforms are a compile error.
//! The runtime has stubs in assembly, and decodes signals of Linux. It needs an unwinder with `_Unwind_RaiseException` and
//! `__register_frame`, such as libgcc's. The compiler needs a CPU with SSE4.1 for its code, and LLVM 22 as a library.
//!
//! # Cargo features
//!
//! | Feature | Default | Effect |
//! |---|---|---|
//! | `compiler` | yes | The compiler: `Module::new` and all else that turns bytes of wasm into code. Needs LLVM and a parser. Without it the crate only loads artifacts. |
//! | `wat` | yes | `Module::new` accepts the text format too. Includes `compiler`. |
//! | `anyhow` | no | A host function may return `anyhow::Error`, and [`Error::downcast_ref`] finds the error inside. |
//! | `internals` | no | Makes modules public that the tests of this crate look into. Not part of the API: it changes without notice. |
//!
//! # Where to find what
//!
//! - Settings and limits: [`Config`], [`OptLevel`], [`MemoryMode`], [`RelaxedSimd`].
//! - Types of WebAssembly: [`ValType`], [`RefType`], [`HeapType`], [`FuncType`], [`ExternType`] and their parts; types
//!   registered with an engine: [`StructType`], [`ArrayType`].
//! - Compiling, loading and inspecting: [`Engine`], [`Module`], [`ImportType`], [`ExportType`].
//! - Instantiating: [`Linker`], [`InstancePre`], [`Instance`], [`Extern`].
//! - Calling, in both directions: [`Func`] with [`Val`] for types known at run time; [`TypedFunc`] with [`WasmParams`] and
//!   [`WasmResults`] for types known to rustc; [`IntoFunc`], [`WasmRet`] and [`Caller`] for host functions.
//! - Data: [`Memory`], [`SharedMemory`], [`Table`], [`Global`], and the rooted references.
//! - Failures: [`Error`](enum@Error), [`Trap`], [`WasmBacktrace`], [`Frame`].
//!
//! The programs in `vm/examples/` show each topic: `hello`, `host_functions`, `memory`, `references`, `threads`, `errors`
//! and `artifacts`. Run one with `cargo run -p wassay-vm --example NAME`. How the crate is built: `ARCHITECTURE.md` beside
//! its `Cargo.toml`, and `docs/` of the repository.

#[cfg(not(all(target_os = "linux", target_arch = "x86_64", target_pointer_width = "64")))]
compile_error!(
    "wassay-vm supports only Linux on x86-64 with 64-bit pointers. The runtime enters and leaves wasm by x86-64 assembly and \
     handles the signals of Linux, and the compiler generates code for x86-64 only. To port it, start with \
     `vm/src/runtime/arch/`, `vm/src/codegen/target.rs` and `vm/src/system/`."
);

/// Declares modules that the crate's own tests look into. They are public only under the cargo feature `internals`, and are
/// not part of the API.
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
