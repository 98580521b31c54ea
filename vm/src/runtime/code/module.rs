//! A loaded module, ready to be instantiated: its code image, its description and its canonical types.

use super::image::CodeImage;
use crate::abi::ContextLayout;
use crate::artifact::Artifact;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::module::description::{Description, Entity, Export};
use crate::system::reservation::Reservation;
use crate::type_registry::RegisteredType;
use crate::types::{ExternType, Renumber};
use std::sync::Arc;

/// A module whose code is in memory.
#[derive(Debug)]
pub(crate) struct LoadedModule {
    engine: Engine,
    code: Arc<CodeImage>,
    layout: ContextLayout,
    /// The canonical type of each type of the module.
    types: Box<[Arc<RegisteredType>]>,
    /// Positions of exports in the description, sorted by name.
    exports: Box<[u32]>,
}

impl LoadedModule {
    /// Loads an artifact. `mapped` is the reservation that contains the artifact's arrays, if it was mapped for this
    /// module alone.
    ///
    /// # Safety
    /// The artifact must come from this crate's compiler.
    ///
    /// # Errors
    /// [`Error::Artifact`] when the artifact does not fit this build, host or engine; [`Error::Limit`] when its
    /// instances would be too large, or there are too many types or mappings; [`Error::Resources`] when the host has no
    /// room.
    pub(crate) unsafe fn new(
        engine: &Engine,
        artifact: Artifact,
        mapped: Option<Arc<Reservation>>,
    ) -> Result<Arc<Self>> {
        artifact.target.check_settings(engine.config())?;
        let description = &artifact.description;
        let layout =
            description.context_layout().ok_or_else(|| Error::Limit("instances of the module are too large".into()))?;
        let types = engine.module_types(&description.types, &description.rec_groups)?;
        let mut exports: Box<[u32]> = (0..).take(description.exports.len()).collect();
        exports.sort_unstable_by_key(|&at| &description.exports[at as usize].name);
        // SAFETY: the caller's promise.
        let code = unsafe { CodeImage::new(artifact, mapped)? };
        Ok(Arc::new(Self { engine: engine.clone(), code, layout, types, exports }))
    }

    /// Returns the engine that the module was loaded for.
    pub(crate) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(crate) fn description(&self) -> &Description {
        self.code.description()
    }

    pub(crate) fn code(&self) -> &CodeImage {
        &self.code
    }

    /// Returns the layout of the contexts of its instances.
    pub(crate) fn layout(&self) -> &ContextLayout {
        &self.layout
    }

    /// Returns the canonical types, by the module's type indices.
    pub(crate) fn types(&self) -> &[Arc<RegisteredType>] {
        &self.types
    }

    /// Replaces the type indices in a type of the description by the engine's type numbers.
    pub(crate) fn canonical<T: Renumber>(&self, ty: &T) -> T {
        ty.renumber(&|index| self.types[index as usize].id)
    }

    /// Returns the type of an import or export, in the engine's type numbers.
    pub(crate) fn extern_type(&self, entity: Entity) -> ExternType {
        self.canonical(&self.description().extern_type(entity))
    }

    /// Finds an export by name, with a binary search.
    pub(crate) fn export(&self, name: &str) -> Option<&Export> {
        let exports = &self.description().exports;
        let at = self.exports.binary_search_by_key(&name, |&at| exports[at as usize].name.as_str()).ok()?;
        Some(&exports[self.exports[at] as usize])
    }
}
