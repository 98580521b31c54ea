//! Modules: compiling, loading, serializing and inspecting them.

use crate::artifact::{Artifact, Bulk, Header, format};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::module::description::{Description, Entity, Export, Import};
use crate::runtime::code::module::LoadedModule;
use crate::system::reservation::Reservation;
use crate::types::{ExternType, HeapType};
use std::fs::File;
#[cfg(feature = "compiler")]
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

/// Size in bytes from which a file is mapped. Smaller files are read, because a process has a limited number of mappings.
const MAPPED: u64 = 1 << 20;

/// A compiled module, which can be instantiated in any store of its engine. Cloning it is cheap.
/// Spec: [modules](https://webassembly.github.io/spec/core/syntax/modules.html)
#[derive(Clone, Debug)]
pub struct Module(pub(crate) Arc<LoadedModule>);

impl Module {
    /// Validates and compiles a module in the binary format. With the cargo feature `wat`, which is on by default, the module
    /// may also be in the text format.
    /// Spec: [binary format](https://webassembly.github.io/spec/core/binary/index.html),
    /// [text format](https://webassembly.github.io/spec/core/text/index.html)
    ///
    /// # Errors
    /// [`Error::Invalid`] if the bytes are not a valid module under the engine's features; [`Error::Unsupported`] if the
    /// module uses a feature that this VM does not implement; [`Error::Limit`] if the module exceeds a limit;
    /// [`Error::Codegen`] if LLVM fails; [`Error::Internal`] for a bug in this VM; [`Error::Resources`] if the host has no
    /// memory for the code.
    #[cfg(feature = "compiler")]
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self> {
        let bytes = bytes.as_ref();
        #[cfg(feature = "wat")]
        let bytes = &*super::text::binary(engine, bytes)?;
        Self::from_binary(engine, bytes)
    }

    /// Validates and compiles a module in the binary format only.
    ///
    /// # Errors
    /// As for [`Module::new`].
    #[cfg(feature = "compiler")]
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Self> {
        let artifact = engine.compile(bytes)?;
        // SAFETY: the artifact comes from the compiler.
        unsafe { Self::from_artifact(engine, artifact) }
    }

    /// Validates and compiles the module in a file: see [`Module::new`].
    ///
    /// # Errors
    /// [`Error::File`] if the file can't be read; [`Error::Limit`] if it is larger than
    /// [`Config::max_module_size`](crate::Config::max_module_size), in which case not all of it is read; otherwise as for
    /// [`Module::new`].
    ///
    /// ```no_run
    /// let engine = wassay_vm::Engine::default();
    /// let module = wassay_vm::Module::from_file(&engine, "hello.wasm")?;
    /// # Ok::<(), wassay_vm::Error>(())
    /// ```
    #[cfg(feature = "compiler")]
    pub fn from_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let most = engine.config().limits.module_size;
        let read = || {
            let mut bytes = Vec::new();
            // One byte more than the limit: a device has no end to read to.
            File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|source| Error::File { path: path.to_owned(), source })?;
        Self::new(engine, bytes)
    }

    /// Checks that the bytes are a valid module, in the binary format, under the engine's features.
    /// Spec: [validation](https://webassembly.github.io/spec/core/valid/index.html)
    ///
    /// # Errors
    /// [`Error::Invalid`] if they are not; [`Error::Limit`] if the module exceeds a limit.
    #[cfg(feature = "compiler")]
    pub fn validate(engine: &Engine, bytes: &[u8]) -> Result<()> {
        engine.validate(bytes)
    }

    /// Serializes the module to an artifact: bytes for [`Module::deserialize`] and [`Module::deserialize_file`], on hosts with
    /// the same CPU features. The bytes do not depend on where the module is loaded.
    ///
    /// # Errors
    /// [`Error::Artifact`] if the module can't be encoded.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        self.0.code().to_artifact().to_bytes()
    }

    /// Loads an artifact without compiling. The bytes are copied. Damage anywhere in them is detected by their hashes.
    ///
    /// # Safety
    /// An artifact is as trusted as a program: it contains machine code, which runs as it is, and a description, which is not
    /// validated again. The bytes must come from [`Module::serialize`] or
    /// [`Engine::precompile_module`](crate::Engine::precompile_module). The hashes detect accidental damage only; they can be
    /// forged together with an artifact.
    ///
    /// # Errors
    /// [`Error::Artifact`] if the bytes are damaged or no artifact, or if the artifact was made by another build of this crate,
    /// with another LLVM, for another host, or under settings that give other results than the engine's; [`Error::Limit`] if
    /// instances would be too large, or the process has too many mappings; [`Error::Resources`] if the host has no memory.
    pub unsafe fn deserialize(engine: &Engine, bytes: &[u8]) -> Result<Self> {
        if (bytes.len() as u64) < MAPPED {
            // SAFETY: the caller's promise.
            return unsafe { Self::from_artifact(engine, Artifact::from_bytes(bytes)?) };
        }
        let header = Header::read(bytes, bytes.len() as u64)?;
        // SAFETY: the caller's promise.
        unsafe { Self::in_place(engine, &header, Reservation::of_bytes(bytes)?, bytes.len(), true) }
    }

    /// Loads an artifact from a file. A file of 1 MiB or more is mapped, not read: its code, line tables, names and data come
    /// into memory when they are used, and all processes that map the file share them.
    ///
    /// The size, the description and the tables through which code is found are checked for damage before any code becomes
    /// executable. The rest is checked only under
    /// [`Config::check_mapped_artifacts`](crate::Config::check_mapped_artifacts). A smaller file is read and checked whole.
    ///
    /// # Safety
    /// As for [`Module::deserialize`]. In addition, the file must not change while the module, or anything made of it, is
    /// alive. Replace it by renaming another file, never by writing into it. If the file is cut short, an access to the
    /// missing part ends the process (`SIGBUS`).
    ///
    /// # Errors
    /// As for [`Module::deserialize`], and [`Error::Artifact`] if the file can't be read.
    pub unsafe fn deserialize_file(engine: &Engine, path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let name = |error: &dyn std::fmt::Display| Error::Artifact(format!("{}: {error}", path.display()));
        let file = File::open(path).map_err(|error| name(&error))?;
        let length = file.metadata().map_err(|error| name(&error))?.len();
        if length < MAPPED {
            // SAFETY: the caller's promise.
            return unsafe { Self::deserialize(engine, &std::fs::read(path).map_err(|error| name(&error))?) };
        }
        let mut start = [0; Header::SIZE];
        file.read_exact_at(&mut start, 0).map_err(|error| name(&error))?;
        let header = Header::read(&start, length)?;
        let length = usize::try_from(length).map_err(|error| name(&error))?;
        let whole = engine.config().check_mapped_artifacts;
        // SAFETY: the caller's promise.
        unsafe { Self::in_place(engine, &header, Reservation::of_file(&file, length)?, length, whole) }
    }

    /// Loads an artifact from the first `length` bytes of a reservation. Its header was read before; `whole` says whether all
    /// hashes are checked.
    ///
    /// # Safety
    /// As for [`Module::deserialize_file`].
    unsafe fn in_place(
        engine: &Engine,
        header: &Header,
        space: Reservation,
        length: usize,
        whole: bool,
    ) -> Result<Self> {
        let space = Arc::new(space);
        let bytes = std::ptr::slice_from_raw_parts(space.base().as_ptr().cast_const(), length);
        // SAFETY: the reservation has that many bytes, which are only read. The caller promises that they do not change.
        let bytes = unsafe { Bulk::part(bytes, Arc::clone(&space) as _) };
        let part = |section| bytes.slice(header.range(section)).unwrap_or_default();
        let artifact = format::decode(header, part, whole)?;
        // SAFETY: the caller's promise.
        Ok(Self(unsafe { LoadedModule::new(engine, artifact, Some(space))? }))
    }

    /// Loads an artifact.
    ///
    /// # Safety
    /// The artifact must come from this crate's compiler.
    pub(crate) unsafe fn from_artifact(engine: &Engine, artifact: Artifact) -> Result<Self> {
        // SAFETY: the caller's promise.
        Ok(Self(unsafe { LoadedModule::new(engine, artifact, None)? }))
    }

    /// Returns the engine that the module was compiled or loaded for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.0.engine()
    }

    /// Returns the module's name, if its name section has one.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.description().name.as_deref()
    }

    /// Returns the imports, in order.
    pub fn imports(&self) -> impl ExactSizeIterator<Item = ImportType<'_>> {
        self.description().imports.iter().map(move |import| ImportType { owner: self, import })
    }

    /// Returns the exports, in order.
    pub fn exports(&self) -> impl ExactSizeIterator<Item = ExportType<'_>> {
        self.description().exports.iter().map(move |export| ExportType { owner: self, export })
    }

    /// Returns the module's description.
    fn description(&self) -> &Description {
        self.0.description()
    }

    /// Returns the canonical type of a function or tag.
    fn heap_type(&self, entity: Entity) -> Option<HeapType> {
        let description = self.description();
        let index = match entity {
            Entity::Func(i) => description.functions[i as usize],
            Entity::Tag(i) => description.tags[i as usize],
            Entity::Table(_) | Entity::Memory(_) | Entity::Global(_) => return None,
        };
        Some(HeapType::Concrete(self.0.types()[index as usize].id))
    }

    /// Returns the type of the export with this name.
    #[must_use]
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        self.0.export(name).map(|export| self.0.extern_type(export.entity))
    }
}

/// An import of a module: its name and type.
/// Spec: [imports](https://webassembly.github.io/spec/core/syntax/modules.html#imports)
#[derive(Clone, Copy, Debug)]
pub struct ImportType<'a> {
    owner: &'a Module,
    import: &'a Import,
}

impl<'a> ImportType<'a> {
    /// Returns the module part of the name.
    #[must_use]
    pub fn module(&self) -> &'a str {
        &self.import.module
    }
    /// Returns the name inside that module.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.import.name
    }
    /// Returns the engine of the importing module.
    pub(super) fn engine(&self) -> &'a Engine {
        self.owner.0.engine()
    }
    /// Returns the type that a definition of the import must match.
    #[must_use]
    pub fn ty(&self) -> ExternType {
        self.owner.0.extern_type(self.import.entity)
    }
    /// Returns the canonical type of a function or tag, which may be a member of a recursion group. Returns `None` for a table,
    /// memory or global.
    #[must_use]
    pub fn heap_type(&self) -> Option<HeapType> {
        self.owner.heap_type(self.import.entity)
    }
    /// Says whether a function must have exactly this type, and no subtype of it (proposal custom-descriptors).
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.import.exact
    }
}

/// An export of a module: its name and type.
/// Spec: [exports](https://webassembly.github.io/spec/core/syntax/modules.html#exports)
#[derive(Clone, Copy, Debug)]
pub struct ExportType<'a> {
    owner: &'a Module,
    export: &'a Export,
}

impl<'a> ExportType<'a> {
    /// Returns the export's name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        &self.export.name
    }
    /// Returns the export's type.
    #[must_use]
    pub fn ty(&self) -> ExternType {
        self.owner.0.extern_type(self.export.entity)
    }
    /// Returns the canonical type of a function or tag, which may be a member of a recursion group. Returns `None` for a table,
    /// memory or global.
    #[must_use]
    pub fn heap_type(&self) -> Option<HeapType> {
        self.owner.heap_type(self.export.entity)
    }
}
