//! The embedding API: thin handles over the runtime, with checks of all that safe code passes in.

mod any_ref;
mod array_ref;
mod caller;
mod checks;
mod definition;
mod descriptor;
mod exception;
mod extern_ref;
mod externs;
mod func;
mod global;
mod heap_types;
mod instance;
mod instance_pre;
mod into_func;
mod linker;
mod memory;
mod module;
mod object;
mod root_scope;
mod shared_memory;
mod store;
mod struct_ref;
mod table;
#[cfg(feature = "wat")]
mod text;
mod typed;
mod untyped;
mod values;
#[cfg(doctest)]
mod variance;
mod wasm_ty;

use crate::config::Config;
use crate::engine::Engine;
use crate::error::Error;
use std::cell::Cell;
use std::rc::Rc;

/// Checks which types are `Send` and `Sync`, independent of the embedder's data (`NotSync` and `NotSend`).
const _: () = {
    type NotSync = Cell<u8>;
    type NotSend = Rc<u8>;

    const fn sent<T: Send>() {}
    const fn shared<T: Send + Sync>() {}
    shared::<(Engine, Config, Module, SharedMemory, Instance, Extern)>();
    shared::<(Func, Table, Memory, Global, Tag, Val, Ref, Error)>();
    shared::<(AnyRef, StructRef, ArrayRef, ExternRef, Exception, Continuation, OwnedRooted<AnyRef>)>();
    shared::<(StructType, ArrayType, ImportType<'static>, ExportType<'static>, TypedFunc<i32, i32>)>();
    // These hold closures, which are `Send` and `Sync`, and no `T`.
    shared::<(Linker<NotSend>, InstancePre<NotSend>)>();
    // These hold a `T`.
    shared::<(Store<()>, StoreContext<'static, ()>, StoreContextMut<'static, ()>)>();
    sent::<(Store<NotSync>, StoreContextMut<'static, NotSync>)>();
};

/// Checks that types do not implement a trait: otherwise the name `IS_NOT` is ambiguous, which is a compile error.
macro_rules! assert_not_impl {
    ($bound:ident: $($ty:ty)*) => {
        const _: () = {
            trait Other<A> {
                const IS_NOT: () = ();
            }
            impl<T: ?Sized> Other<()> for T {}
            impl<T: ?Sized + $bound> Other<u8> for T {}
            $(let () = <$ty as Other<_>>::IS_NOT;)*
        };
    };
}
assert_not_impl!(Send: Store<Rc<u8>> StoreContext<'static, Cell<u8>> StoreContextMut<'static, Rc<u8>> Caller<'static, ()>);
assert_not_impl!(Sync: Store<Cell<u8>> StoreContext<'static, Cell<u8>> StoreContextMut<'static, Cell<u8>> Caller<'static, ()>);

pub use crate::rooted::{AnyRef, ArrayRef, Continuation, Exception, ExternRef, StructRef};
pub use caller::Caller;
pub use exception::Tag;
pub use externs::Extern;
pub use func::Func;
pub use global::Global;
pub use heap_types::{ArrayType, StructType};
pub use instance::Instance;
pub use instance_pre::InstancePre;
pub use into_func::IntoFunc;
pub use linker::Linker;
pub use memory::Memory;
pub use module::{ExportType, ImportType, Module};
pub use root_scope::{OwnedRooted, Reference, RootScope};
pub use shared_memory::SharedMemory;
pub use store::{AsContext, AsContextMut, Store, StoreContext, StoreContextMut};
pub use table::Table;
pub use typed::TypedFunc;
pub use values::{Ref, Val};
pub use wasm_ty::{WasmParams, WasmResults, WasmRet, WasmTy};
