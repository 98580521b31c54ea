//! Instances.

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

/// A module that was given its imports.
/// Spec: <https://webassembly.github.io/spec/core/exec/modules.html#instantiation>
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Instance(pub(crate) Handle<InstanceData>);

impl Instance {
    /// Instantiates a module: checks `imports`, which are in the order of [`Module::imports`], then initialises globals,
    /// tables and memories, and runs the start function.
    ///
    /// # Errors
    /// [`Error::IncompatibleImport`] when an import is not of the type asked for; [`Error::Count`] when there are too many
    /// or too few; [`Error::ForeignStore`] and [`Error::ForeignEngine`] when something belongs to another store or engine;
    /// [`Error::Limit`] when the store's tables or memories would have more than they may; [`Error::Resources`] when the
    /// host has no room; [`Error::Trap`] when a segment does not fit or the start function traps (what was written until then stays).
    pub fn new(mut store: impl AsContextMut, module: &Module, imports: &[Extern]) -> Result<Self> {
        let opaque = &mut store.as_context_mut().0.opaque;
        checks::engine("a module", &opaque.engine, module.engine())?;
        let given = imports.iter().map(|import| import.address(opaque)).collect::<Result<Vec<_>>>()?;
        let opaque = opaque.this();
        // SAFETY: the store is borrowed exclusively until this returns, and not used by that borrow meanwhile; it keeps the
        // instance. Module and imports were checked to be of it.
        unsafe {
            let instance = instantiate(opaque, &module.0, &given)?;
            Ok(Self(Handle::new(&*opaque, instance)))
        }
    }

    /// The export of that name.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    #[must_use]
    pub fn get_export(&self, store: impl AsContext, name: &str) -> Option<Extern> {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a handle of this store gives what is alive.
        let instance = unsafe { self.0.expect(opaque).as_ref() };
        let address = instance.entity(instance.module.export(name)?.entity);
        // SAFETY: the instance is of this store, so all it refers to is, and lives as long as it.
        Some(unsafe { Extern::of(opaque, address) })
    }

    /// The exported function of that name. Panics as [`Instance::get_export`].
    #[must_use]
    pub fn get_func(&self, store: impl AsContext, name: &str) -> Option<Func> {
        self.get_export(store, name)?.into_func()
    }

    /// The exported memory of that name. Panics as [`Instance::get_export`].
    #[must_use]
    pub fn get_memory(&self, store: impl AsContext, name: &str) -> Option<Memory> {
        self.get_export(store, name)?.into_memory()
    }

    /// The exported table of that name. Panics as [`Instance::get_export`].
    #[must_use]
    pub fn get_table(&self, store: impl AsContext, name: &str) -> Option<Table> {
        self.get_export(store, name)?.into_table()
    }

    /// The exported global of that name. Panics as [`Instance::get_export`].
    #[must_use]
    pub fn get_global(&self, store: impl AsContext, name: &str) -> Option<Global> {
        self.get_export(store, name)?.into_global()
    }

    /// The exported tag of that name. Panics as [`Instance::get_export`].
    #[must_use]
    pub fn get_tag(&self, store: impl AsContext, name: &str) -> Option<Tag> {
        self.get_export(store, name)?.into_tag()
    }

    /// The exported function of that name, as one of a type that rustc knows.
    ///
    /// # Errors
    /// [`Error::UnknownExport`] when there is none, [`Error::TypeMismatch`] when it is of another type.
    ///
    /// # Panics
    /// As [`Instance::get_export`].
    pub fn get_typed_func<P: WasmParams, R: WasmResults>(
        &self,
        store: impl AsContext,
        name: &str,
    ) -> Result<TypedFunc<P, R>> {
        let func = self.get_func(&store, name);
        func.ok_or_else(|| Error::UnknownExport { kind: "function", name: name.into() })?.typed(&store)
    }

    /// Every export, in the module's order.
    ///
    /// # Panics
    /// As [`Instance::get_export`].
    #[must_use]
    pub fn exports(&self, store: impl AsContext) -> Vec<(String, Extern)> {
        let opaque = &store.as_context().0.opaque;
        // SAFETY: a handle of this store gives what is alive.
        let instance = unsafe { self.0.expect(opaque).as_ref() };
        let exports = &instance.description().exports;
        // SAFETY: as in `get_export`.
        let item = |entity| unsafe { Extern::of(opaque, instance.entity(entity)) };
        exports.iter().map(|export| (export.name.clone(), item(export.entity))).collect()
    }
}
