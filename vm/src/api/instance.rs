//! Instances: modules with their imports resolved.

use super::checks;
use super::exception::Tag;
use super::externs::Extern;
use super::func::Func;
use super::global::Global;
use super::memory::Memory;
use super::module::Module;
use super::store::{AsContext, AsContextMut};
use super::table::Table;
use super::typed::TypedFunc;
use super::wasm_ty::{WasmParams, WasmResults};
use crate::error::{Error, Result};
use crate::runtime::instantiation::instantiate;
use crate::runtime::store::handle::Handle;
use crate::runtime::store::instance::InstanceData;

/// An instance of a module in a store. Two handles are equal if they refer to the same instance.
///
/// An instance is created with [`Instance::new`], or with a [`Linker`](crate::Linker), which finds imports by name.
/// Spec: [module instances](https://webassembly.github.io/spec/core/exec/runtime.html#module-instances)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instance(pub(crate) Handle<InstanceData>);

impl Instance {
    /// Instantiates a module: checks `imports`, which must be in the order of [`Module::imports`], creates and initialises
    /// globals, tables and memories, and calls the start function.
    /// Spec: [instantiation](https://webassembly.github.io/spec/core/exec/modules.html#instantiation)
    ///
    /// # Errors
    /// [`Error::IncompatibleImport`] if an import has another type; [`Error::Count`] if there are too many or too few imports;
    /// [`Error::ForeignStore`] or [`Error::ForeignEngine`] if an import or the module belongs to another store or engine;
    /// [`Error::Limit`] if the store's tables or memories would exceed their limits; [`Error::Resources`] if the host has no
    /// memory; [`Error::Trap`] if a segment does not fit or the start function traps, and [`Error::Exception`] if it throws.
    /// Writes of segments and of the start function before the error stay.
    pub fn new(mut store: impl AsContextMut, module: &Module, imports: &[Extern]) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        checks::engine("a module", &opaque.engine, module.engine())?;
        let given = imports.iter().map(|import| import.address(opaque)).collect::<Result<Vec<_>>>()?;
        let opaque = opaque.this();
        // SAFETY: the store is borrowed exclusively until this returns, and not used through that borrow meanwhile. The
        // instance lives as long as the store. Module and imports were checked to be of this store.
        unsafe {
            let instance = instantiate(opaque, &module.0, &given)?;
            Ok(Self(Handle::new(&*opaque, instance)))
        }
    }

    /// Returns the export with this name.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    #[must_use]
    pub fn get_export(&self, store: impl AsContext, name: &str) -> Option<Extern> {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a valid handle of this store points to a live instance.
        let instance = unsafe { self.0.expect(opaque).as_ref() };
        let address = instance.entity(instance.module.export(name)?.entity);
        // SAFETY: the instance is of this store, and so is all that it refers to, which lives as long as the store.
        Some(unsafe { Extern::of(opaque, address) })
    }

    /// Returns the exported function with this name, or `None` if there is no export of that name and kind.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    #[must_use]
    pub fn get_func(&self, store: impl AsContext, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// Returns the exported memory with this name, or `None` if there is no export of that name and kind.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    #[must_use]
    pub fn get_memory(&self, store: impl AsContext, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// Returns the exported table with this name, or `None` if there is no export of that name and kind.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    #[must_use]
    pub fn get_table(&self, store: impl AsContext, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// Returns the exported global with this name, or `None` if there is no export of that name and kind.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    #[must_use]
    pub fn get_global(&self, store: impl AsContext, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    /// Returns the exported tag with this name, or `None` if there is no export of that name and kind.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    #[must_use]
    pub fn get_tag(&self, store: impl AsContext, name: &str) -> Option<Tag> {
        self.get_export(store, name)?.into_tag()
    }

    /// Returns the exported function with this name, with a type known to rustc.
    ///
    /// # Errors
    /// [`Error::UnknownExport`] if there is none; [`Error::TypeMismatch`] if it has another type.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    pub fn get_typed_func<P: WasmParams, R: WasmResults>(
        &self,
        store: impl AsContext,
        name: &str,
    ) -> Result<TypedFunc<P, R>> {
        let func = self.get_func(&store, name);
        func.ok_or_else(|| Error::UnknownExport { kind: "function", name: name.into() })?.typed(&store)
    }

    /// Returns all exports with their names, in the module's order.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    #[must_use]
    pub fn exports(&self, store: impl AsContext) -> Vec<(String, Extern)> {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a valid handle of this store points to a live instance.
        let instance = unsafe { self.0.expect(opaque).as_ref() };
        let exports = &instance.description().exports;
        // SAFETY: as in `get_export`.
        let item = |entity| unsafe { Extern::of(opaque, instance.entity(entity)) };
        exports.iter().map(|export| (export.name.clone(), item(export.entity))).collect()
    }
}
