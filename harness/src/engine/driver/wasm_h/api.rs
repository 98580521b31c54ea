//! Bindings of the functions of `wasm.h` that the driver calls, loaded by name from a shared library.
//!
//! The signatures are those of the current header, in which calls take vectors:
//! <https://github.com/WebAssembly/wasm-c-api/blob/main/include/wasm.h>.

use super::crash_handler;
use libloading::Library;
use std::path::Path;

/// Declares opaque types, which are used behind pointers only.
macro_rules! opaque {
    ($($name:ident)*) => { $(
        #[repr(C)]
        #[derive(Debug)]
        pub(super) struct $name { _private: [u8; 0] }
    )* };
}

opaque! { Engine Store Module Instance Trap Extern Func Global Ref Foreign FuncType GlobalType ValType ImportType ExportType }

/// `wasm_*_vec_t`: a number of elements and a pointer to them.
#[repr(C)]
#[derive(Debug)]
pub(super) struct Vector<T> {
    pub(super) size: usize,
    pub(super) data: *mut T,
}

impl<T> Vector<T> {
    /// An empty vector, which the library fills.
    pub(super) fn empty() -> Self {
        Self { size: 0, data: std::ptr::null_mut() }
    }

    /// Borrows elements that the library only reads.
    pub(super) fn of(elements: &[T]) -> Self {
        Self { size: elements.len(), data: elements.as_ptr().cast_mut() }
    }

    /// Borrows the elements.
    ///
    /// # Safety
    ///
    /// `data` must point to `size` elements, or `size` must be 0, as long as the slice is in use.
    pub(super) unsafe fn elements(&self) -> &[T] {
        if self.size == 0 || self.data.is_null() {
            return &[];
        }
        // SAFETY: the caller guarantees that `data` points to `size` elements.
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }
}

/// `wasm_valkind_t`.
pub(super) mod kind {
    pub(in super::super) const I32: u8 = 0;
    pub(in super::super) const I64: u8 = 1;
    pub(in super::super) const F32: u8 = 2;
    pub(in super::super) const F64: u8 = 3;
    pub(in super::super) const EXTERNREF: u8 = 128;
    pub(in super::super) const FUNCREF: u8 = 129;
}

/// `wasm_val_t`. Floats are bits, because a float register may change a NaN.
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) struct Val {
    pub(super) kind: u8,
    pub(super) of: ValData,
}

/// The union in [`Val`].
#[repr(C)]
#[derive(Clone, Copy)]
pub(super) union ValData {
    pub(super) i32: i32,
    pub(super) i64: i64,
    pub(super) f32: u32,
    pub(super) f64: u64,
    pub(super) reference: *mut Ref,
}

/// Defines a table of function pointers, which loads them by name, and a method for each function. The method records that
/// the function is called, for the crash handler.
macro_rules! functions {
    (
        $(#[$about:meta])* $table:ident
        $(fn $name:ident($($arg:ident: $ty:ty),*) $(-> $result:ty)?;)*
    ) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(super) struct $table {
            $($name: unsafe extern "C" fn($($ty),*) $(-> $result)?,)*
        }

        impl $table {
            /// Loads every function.
            ///
            /// # Errors
            ///
            /// The name of the first function that the library does not have.
            ///
            /// # Safety
            ///
            /// The functions of these names in the library must have the signatures of `wasm.h`.
            pub(super) unsafe fn load(library: &'static Library) -> Result<Self, String> {
                Ok(Self {
                    $(
                        // SAFETY: the library is never unloaded, and the caller guarantees the type.
                        $name: *unsafe { library.get(concat!(stringify!($name), "\0")) }
                            .map_err(|_| concat!("it has no `", stringify!($name), "`").to_owned())?,
                    )*
                })
            }

            $(
                /// Calls the function of this name.
                ///
                /// # Safety
                ///
                /// The arguments must meet the requirements of `wasm.h`.
                pub(super) unsafe fn $name(&self $(, $arg: $ty)*) $(-> $result)? {
                    crash_handler::enter(concat!(stringify!($name), "\0"));
                    // SAFETY: the caller guarantees the requirements.
                    unsafe { (self.$name)($($arg),*) }
                }
            )*
        }
    };
}

functions! {
    /// Functions that every engine needs.
    Api
    fn wasm_engine_new() -> *mut Engine;
    fn wasm_engine_delete(engine: *mut Engine);
    fn wasm_store_new(engine: *mut Engine) -> *mut Store;
    fn wasm_store_delete(store: *mut Store);
    fn wasm_module_new(store: *mut Store, wasm: *const Vector<u8>) -> *mut Module;
    fn wasm_module_delete(module: *mut Module);
    fn wasm_module_imports(module: *const Module, out: *mut Vector<*mut ImportType>);
    fn wasm_module_exports(module: *const Module, out: *mut Vector<*mut ExportType>);
    fn wasm_importtype_vec_delete(vector: *mut Vector<*mut ImportType>);
    fn wasm_exporttype_vec_delete(vector: *mut Vector<*mut ExportType>);
    fn wasm_importtype_module(import: *const ImportType) -> *const Vector<u8>;
    fn wasm_importtype_name(import: *const ImportType) -> *const Vector<u8>;
    fn wasm_exporttype_name(export: *const ExportType) -> *const Vector<u8>;
    fn wasm_instance_new(
        store: *mut Store,
        module: *const Module,
        imports: *const Vector<*mut Extern>,
        trap: *mut *mut Trap
    ) -> *mut Instance;
    fn wasm_instance_delete(instance: *mut Instance);
    fn wasm_instance_exports(instance: *const Instance, out: *mut Vector<*mut Extern>);
    fn wasm_extern_vec_delete(vector: *mut Vector<*mut Extern>);
    fn wasm_extern_as_func(of: *mut Extern) -> *mut Func;
    fn wasm_extern_as_global(of: *mut Extern) -> *mut Global;
    fn wasm_func_type(func: *const Func) -> *mut FuncType;
    fn wasm_functype_delete(of: *mut FuncType);
    fn wasm_functype_params(of: *const FuncType) -> *const Vector<*mut ValType>;
    fn wasm_functype_results(of: *const FuncType) -> *const Vector<*mut ValType>;
    fn wasm_valtype_kind(of: *const ValType) -> u8;
    fn wasm_func_call(func: *const Func, args: *const Vector<Val>, results: *mut Vector<Val>) -> *mut Trap;
    fn wasm_global_type(global: *const Global) -> *mut GlobalType;
    fn wasm_globaltype_delete(of: *mut GlobalType);
    fn wasm_globaltype_content(of: *const GlobalType) -> *const ValType;
    fn wasm_global_get(global: *const Global, out: *mut Val);
    fn wasm_ref_delete(reference: *mut Ref);
    fn wasm_trap_message(trap: *const Trap, out: *mut Vector<u8>);
    fn wasm_trap_delete(trap: *mut Trap);
    fn wasm_byte_vec_delete(vector: *mut Vector<u8>);
}

functions! {
    /// Functions for values of the host, which some libraries do not have.
    ForeignApi
    fn wasm_foreign_new(store: *mut Store) -> *mut Foreign;
    fn wasm_foreign_as_ref(foreign: *mut Foreign) -> *mut Ref;
    fn wasm_foreign_delete(foreign: *mut Foreign);
    fn wasm_ref_same(one: *const Ref, other: *const Ref) -> bool;
}

/// Loads a library and never unloads it: engines leave threads and signal handlers behind, whose code must stay mapped.
///
/// # Errors
///
/// The message of the loader.
pub(super) fn open(path: &Path) -> Result<&'static Library, String> {
    crash_handler::enter("dlopen\0");
    // SAFETY: this runs the constructors of the library. The user has named the library to run it, and the crash handler
    // reports a crash.
    let library = unsafe { Library::new(path) }.map_err(|error| {
        let reason = std::error::Error::source(&error).map_or_else(|| error.to_string(), ToString::to_string);
        format!("it can't be loaded: {reason}")
    })?;
    Ok(Box::leak(Box::new(library)))
}

/// An owned object of the library, which is deleted when this is dropped.
#[derive(Debug)]
pub(super) struct Owned<T> {
    pointer: *mut T,
    api: &'static Api,
    delete: unsafe fn(&Api, *mut T),
}

impl<T> Owned<T> {
    /// Takes ownership of an object; `None` if the pointer is null.
    ///
    /// # Safety
    ///
    /// `pointer` must be null, or an object that has no other owner and that `delete` deletes.
    pub(super) unsafe fn new(api: &'static Api, pointer: *mut T, delete: unsafe fn(&Api, *mut T)) -> Option<Self> {
        // Not `then_some`, which would create and drop the value, and so delete the object, if the condition is false.
        (!pointer.is_null()).then(|| Self { pointer, api, delete })
    }

    /// The pointer, for calls of the library.
    pub(super) fn pointer(&self) -> *mut T {
        self.pointer
    }
}

impl<T> Drop for Owned<T> {
    fn drop(&mut self) {
        // SAFETY: the object is alive, and the caller of `new` guaranteed that `delete` deletes it.
        unsafe { (self.delete)(self.api, self.pointer) }
    }
}
