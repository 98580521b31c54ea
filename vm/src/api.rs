//! What embedders see.

mod caller;
mod continuation;
mod data_refs;
mod descriptor;
mod exception;
mod externs;
mod func;
mod global;
mod heap_types;
mod instance;
mod into_func;
mod linker;
mod memory;
mod module;
mod objects;
mod root_scope;
mod shared_memory;
mod store;
mod table;
mod typed;
mod values;
mod wasm_ty;

/// What several threads may share, or pass on.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<crate::Engine>();
    shared::<Module>();
    shared::<Linker<()>>();
    shared::<Store<()>>();
    shared::<SharedMemory>();
    shared::<Instance>();
    shared::<Val>();
    shared::<crate::Error>();
};

pub use caller::Caller;
pub use continuation::Continuation;
pub use data_refs::AnyRef;
pub use exception::{Exception, Tag};
pub use externs::Extern;
pub use func::Func;
pub use global::Global;
pub use heap_types::{ArrayType, StructType};
pub use instance::Instance;
pub use into_func::IntoFunc;
pub use linker::Linker;
pub use memory::Memory;
pub use module::{ExportType, ImportType, Module};
pub use objects::{ArrayRef, StructRef};
pub use root_scope::{Owned, Reference, RootScope};
pub use shared_memory::SharedMemory;
pub use store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
pub use table::Table;
pub use typed::TypedFunc;
pub use values::{ExternRef, Ref, Val};
pub use wasm_ty::{WasmParams, WasmResults, WasmRet, WasmTy};
