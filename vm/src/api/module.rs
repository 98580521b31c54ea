//! Modules, compiled and mapped.

use crate::abi::ContextLayout;
use crate::artifact::Artifact;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::module::description::{Description, Entity, Export, Import};
use crate::registry::RegisteredType;
use crate::runtime::image::CodeImage;
use crate::types::{ExternType, Renumber};
use std::sync::Arc;

/// A compiled module, ready to be instantiated in any store of its engine. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Module(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    engine: Engine,
    code: Arc<CodeImage>,
    layout: ContextLayout,
    /// Each type as the engine knows it.
    types: Box<[Arc<RegisteredType>]>,
    /// Positions of exports, by name.
    exports: Box<[u32]>,
}

impl Module {
    /// Validates and compiles the bytes of a module in the binary format.
    ///
    /// # Errors
    /// [`Error::Invalid`] for bytes that are no valid module under the engine's features, [`Error::Unsupported`] for a
    /// valid one that uses what this VM does not run, [`Error::Limit`] for one that is too large, [`Error::Codegen`] when
    /// LLVM fails, [`Error::Resources`] when the host can't hold the code.
    #[cfg(feature = "compiler")]
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self> {
        let artifact = crate::compile::compile(engine, bytes.as_ref())?;
        // SAFETY: it comes from the compiler just now.
        unsafe { Self::from_artifact(engine, artifact) }
    }

    /// Whether the bytes are a valid module under the engine's features.
    ///
    /// # Errors
    /// [`Error::Invalid`] when they are not.
    #[cfg(feature = "compiler")]
    pub fn validate(engine: &Engine, bytes: &[u8]) -> Result<()> {
        crate::compile::validate(engine, bytes)
    }

    /// The module as bytes that [`Module::deserialize`] takes, on a host with the same CPU features.
    ///
    /// # Errors
    /// [`Error::Artifact`] when it can't be encoded.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        self.0.code.to_artifact().to_bytes()
    }

    /// The module that [`Module::serialize`] gave as bytes; compiles nothing.
    ///
    /// # Safety
    /// The bytes contain machine code, which is run as it is: they must come from [`Module::serialize`] unchanged.
    ///
    /// # Errors
    /// [`Error::Artifact`] when they are something else, of another version of this crate, or for another host.
    pub unsafe fn deserialize(engine: &Engine, bytes: &[u8]) -> Result<Self> {
        // SAFETY: the caller's promise.
        unsafe { Self::from_artifact(engine, Artifact::from_bytes(bytes)?) }
    }

    /// # Safety
    /// The artifact must come from this crate's compiler.
    pub(crate) unsafe fn from_artifact(engine: &Engine, artifact: Artifact) -> Result<Self> {
        artifact.target.check_settings(engine.config())?;
        let description = &artifact.description;
        let layout = description.context_layout().ok_or_else(|| Error::Limit("its instances are too large".into()))?;
        let types = engine.all_registered(&engine.type_ids(&description.types, &description.rec_groups)?);
        let mut exports: Box<[u32]> = (0..).take(description.exports.len()).collect();
        exports.sort_unstable_by_key(|&at| &description.exports[at as usize].name);
        // SAFETY: the caller's promise.
        let code = unsafe { CodeImage::new(artifact)? };
        Ok(Self(Arc::new(Shared { engine: engine.clone(), code, layout, types, exports })))
    }

    /// The engine it was made for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.0.engine
    }

    /// Its name, from the name section.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.description().name.as_deref()
    }

    /// What it imports, in order.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> {
        self.description().imports.iter().map(move |import| ImportType { owner: self, import })
    }

    /// What it exports, in order.
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> {
        self.description().exports.iter().map(move |export| ExportType { owner: self, export })
    }

    pub(crate) fn description(&self) -> &Description {
        &self.0.code.description
    }

    pub(crate) fn code(&self) -> &CodeImage {
        &self.0.code
    }

    pub(crate) fn layout(&self) -> &ContextLayout {
        &self.0.layout
    }

    pub(crate) fn types(&self) -> &[Arc<RegisteredType>] {
        &self.0.types
    }

    /// A type that the description gives, in the engine's numbers.
    pub(crate) fn canonical<T: Renumber>(&self, ty: &T) -> T {
        ty.renumber(&|index| self.0.types[index as usize].id)
    }

    /// Type of an imported or exported thing.
    pub(crate) fn extern_type(&self, entity: Entity) -> ExternType {
        self.canonical(&self.description().extern_type(entity))
    }

    /// The export of that name.
    pub(crate) fn export(&self, name: &str) -> Option<&Export> {
        let exports = &self.description().exports;
        let at = self.0.exports.binary_search_by_key(&name, |&at| exports[at as usize].name.as_str()).ok()?;
        Some(&exports[self.0.exports[at] as usize])
    }
}

/// What a module asks for.
#[derive(Clone, Copy, Debug)]
pub struct ImportType<'a> {
    owner: &'a Module,
    import: &'a Import,
}

impl<'a> ImportType<'a> {
    /// Module part of the name.
    #[must_use]
    pub fn module(&self) -> &'a str {
        &self.import.module
    }
    /// Name inside that module.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.import.name
    }
    /// Type of what must be given.
    #[must_use]
    pub fn ty(&self) -> ExternType {
        self.owner.extern_type(self.import.entity)
    }
    /// Whether a function must be of just that type, and of no subtype of it.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.import.exact
    }
}

/// What a module offers.
#[derive(Clone, Copy, Debug)]
pub struct ExportType<'a> {
    owner: &'a Module,
    export: &'a Export,
}

impl<'a> ExportType<'a> {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.export.name
    }
    /// Its type.
    #[must_use]
    pub fn ty(&self) -> ExternType {
        self.owner.extern_type(self.export.entity)
    }
}
