//! Modules, compiled and mapped.

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

/// Files of fewer bytes are read: a mapping is a thing of which a process has a limited number.
const MAPPED: u64 = 1 << 20;

/// A compiled module, ready to be instantiated in any store of its engine. Cloning it is cheap.
#[derive(Clone, Debug)]
pub struct Module(pub(crate) Arc<LoadedModule>);

impl Module {
    /// Validates and compiles the bytes of a module in the binary format, or, with the cargo feature `wat`, which is on by
    /// default, in the text format.
    ///
    /// # Errors
    /// [`Error::Invalid`] for bytes that are no valid module under the engine's features, [`Error::Unsupported`] for a
    /// valid one that uses what this VM does not run, [`Error::Limit`] for one that is too large, [`Error::Codegen`] when
    /// LLVM fails, [`Error::Internal`] for a mistake of this VM, [`Error::Resources`] when the host can't hold the code.
    #[cfg(feature = "compiler")]
    pub fn new(engine: &Engine, bytes: impl AsRef<[u8]>) -> Result<Self> {
        let bytes = bytes.as_ref();
        #[cfg(feature = "wat")]
        let bytes = &*super::text::binary(engine, bytes)?;
        Self::from_binary(engine, bytes)
    }

    /// Validates and compiles the bytes of a module in the binary format, and in no other.
    ///
    /// # Errors
    /// As [`Module::new`].
    #[cfg(feature = "compiler")]
    pub fn from_binary(engine: &Engine, bytes: &[u8]) -> Result<Self> {
        let artifact = engine.compile(bytes)?;
        // SAFETY: it comes from the compiler just now.
        unsafe { Self::from_artifact(engine, artifact) }
    }

    /// Validates and compiles what a file contains: see [`Module::new`].
    ///
    /// # Errors
    /// [`Error::File`] when it can't be read; [`Error::Limit`] when it is larger than the engine takes, of which no more is
    /// read then; else as [`Module::new`].
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
            // One byte more than may be: what has no end, as a device, is not read to it.
            File::open(path)?.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
            Ok(bytes)
        };
        let bytes = read().map_err(|source| Error::File { path: path.to_owned(), source })?;
        Self::new(engine, bytes)
    }

    /// Whether the bytes are a valid module under the engine's features.
    ///
    /// # Errors
    /// [`Error::Invalid`] when they are not.
    #[cfg(feature = "compiler")]
    pub fn validate(engine: &Engine, bytes: &[u8]) -> Result<()> {
        engine.validate(bytes)
    }

    /// The module as bytes that [`Module::deserialize`] and [`Module::deserialize_file`] take, on a host with the same CPU
    /// features. They are the same wherever the module was loaded.
    ///
    /// # Errors
    /// [`Error::Artifact`] when it can't be encoded.
    pub fn serialize(&self) -> Result<Vec<u8>> {
        self.0.code().to_artifact().to_bytes()
    }

    /// The module that [`Module::serialize`] gave as bytes, which are copied; compiles nothing. Damage anywhere in them is
    /// noticed by their hashes.
    ///
    /// # Safety
    /// An artifact is as trusted as a program: it contains machine code, which is run as it is, and a description, which is
    /// believed. The bytes must come from [`Module::serialize`] or
    /// [`Engine::precompile_module`](crate::Engine::precompile_module). Hashes tell what was damaged by accident from what was
    /// not; whoever forges an artifact can forge its hashes too.
    ///
    /// # Errors
    /// [`Error::Artifact`] when they are damaged or something else, made by another build of this crate, by another LLVM, for
    /// another host, or under settings that give other results than the engine's; [`Error::Limit`] when instances would be too
    /// large, or the process has too many mappings of memory; [`Error::Resources`] when the host has no room.
    pub unsafe fn deserialize(engine: &Engine, bytes: &[u8]) -> Result<Self> {
        if (bytes.len() as u64) < MAPPED {
            // SAFETY: the caller's promise.
            return unsafe { Self::from_artifact(engine, Artifact::from_bytes(bytes)?) };
        }
        let header = Header::read(bytes, bytes.len() as u64)?;
        // SAFETY: the caller's promise.
        unsafe { Self::in_place(engine, &header, Reservation::of_bytes(bytes)?, bytes.len(), true) }
    }

    /// The module that a file contains, as [`Module::serialize`] gave it. Large code, line tables, names and data are not
    /// read: they are mapped from the file, and come into memory when they are used, shared by all processes that use them.
    ///
    /// Size, description and all that code is found by are checked for damage before anything is mapped as code; the rest only
    /// if [`Config::check_mapped_artifacts`](crate::Config::check_mapped_artifacts) says so. What is small is read like any
    /// other file, and checked whole.
    ///
    /// # Safety
    /// As for [`Module::deserialize`]; and the file must not change while the module, or anything made of it, is alive: put
    /// another one in its place by renaming, never by writing into it. If it is cut short, code that runs into the missing end
    /// stops the process (`SIGBUS`).
    ///
    /// # Errors
    /// As for [`Module::deserialize`], and [`Error::Artifact`] when the file can't be read.
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

    /// The module of an artifact of `length` bytes that a reservation begins with, and whose header was read.
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
        // SAFETY: the reservation has that many bytes, which are only read, and the caller promises that they stay so.
        let bytes = unsafe { Bulk::part(bytes, Arc::clone(&space) as _) };
        let part = |section| bytes.slice(header.range(section)).unwrap_or_default();
        let artifact = format::decode(header, part, whole)?;
        // SAFETY: the caller's promise.
        Ok(Self(unsafe { LoadedModule::new(engine, artifact, Some(space))? }))
    }

    /// # Safety
    /// The artifact must come from this crate's compiler.
    pub(crate) unsafe fn from_artifact(engine: &Engine, artifact: Artifact) -> Result<Self> {
        // SAFETY: the caller's promise.
        Ok(Self(unsafe { LoadedModule::new(engine, artifact, None)? }))
    }

    /// The engine it was made for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        self.0.engine()
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

    fn description(&self) -> &Description {
        self.0.description()
    }

    fn heap_type(&self, entity: Entity) -> Option<HeapType> {
        let description = self.description();
        let index = match entity {
            Entity::Func(i) => description.functions[i as usize],
            Entity::Tag(i) => description.tags[i as usize],
            Entity::Table(_) | Entity::Memory(_) | Entity::Global(_) => return None,
        };
        Some(HeapType::Concrete(self.0.types()[index as usize].id))
    }

    /// The type of the export of that name.
    #[must_use]
    pub fn get_export(&self, name: &str) -> Option<ExternType> {
        self.0.export(name).map(|export| self.0.extern_type(export.entity))
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
    pub(super) fn engine(&self) -> &'a Engine {
        self.owner.0.engine()
    }
    /// Type of what must be given.
    #[must_use]
    pub fn ty(&self) -> ExternType {
        self.owner.0.extern_type(self.import.entity)
    }
    /// The type of a function or tag as the engine knows it, by a number, be it one of a recursion group.
    #[must_use]
    pub fn heap_type(&self) -> Option<HeapType> {
        self.owner.heap_type(self.import.entity)
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
        self.owner.0.extern_type(self.export.entity)
    }
    /// The type of a function or tag as the engine knows it, by a number, be it one of a recursion group.
    #[must_use]
    pub fn heap_type(&self) -> Option<HeapType> {
        self.owner.heap_type(self.export.entity)
    }
}
