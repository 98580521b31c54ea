//! The engine: settings, canonical types and compiler threads that modules and stores share.

use crate::abi::heap::VMType;
#[cfg(feature = "compiler")]
use crate::artifact::Artifact;
#[cfg(feature = "compiler")]
use crate::compile::{self, Compiler};
use crate::config::Config;
#[cfg(feature = "compiler")]
use crate::error::Error;
use crate::error::Result;
#[cfg(feature = "compiler")]
use crate::shown::Shown;
use crate::type_registry::{RegisteredType, TypeRegistry};
use crate::types::{FuncType, HeapType, SubType, ValType};
use std::ops::Range;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

/// A handle to the settings and types that modules and stores share.
///
/// Cloning the handle is cheap and gives the same engine. Modules, stores and linkers of different engines cannot be used
/// together.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    config: Config,
    types: RwLock<TypeRegistry>,
    #[cfg(feature = "compiler")]
    compiler: Compiler,
}

impl Default for Engine {
    fn default() -> Self {
        Self::with(Config::default())
    }
}

impl Engine {
    /// Creates an engine with the given settings.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) if the settings contradict each other or the host, for example if the name of a
    /// CPU or feature is unknown.
    pub fn new(config: &Config) -> Result<Self> {
        let engine = Self::with(config.clone());
        #[cfg(feature = "compiler")]
        if let Some(name) = &config.unknown_feature {
            return Err(Error::Config(format!("unknown feature `{}`", Shown(name))));
        }
        // The host's own CPU is looked up later, when something is compiled.
        #[cfg(feature = "compiler")]
        if config.cpu.is_some() {
            engine.0.compiler.target(config)?;
        }
        Ok(engine)
    }

    fn with(config: Config) -> Self {
        Self(Arc::new(Shared {
            config,
            types: RwLock::default(),
            #[cfg(feature = "compiler")]
            compiler: Compiler::default(),
        }))
    }

    /// Says whether both handles refer to the same engine.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// Returns the settings.
    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// Checks that `bytes` are a valid module under the engine's features.
    #[cfg(feature = "compiler")]
    pub(crate) fn validate(&self, bytes: &[u8]) -> Result<()> {
        compile::validate(self.config(), bytes)
    }

    /// Compiles a module.
    #[cfg(feature = "compiler")]
    pub(crate) fn compile(&self, bytes: &[u8]) -> Result<Artifact> {
        self.0.compiler.compile(self.config(), bytes)
    }

    /// Compiles a module in the binary format to an artifact: bytes for
    /// [`Module::deserialize`](crate::Module::deserialize). The artifact is not loaded, so it may be for another CPU than the
    /// host's ([`Config::cpu`](crate::Config::cpu)).
    ///
    /// # Errors
    /// As for [`Module::new`](crate::Module::new).
    #[cfg(feature = "compiler")]
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.compile(bytes)?.to_bytes()
    }

    /// Returns the LLVM IR of a module's functions before any of LLVM's passes: the text of one LLVM module for each codegen
    /// unit. Function `n` of the module's index space is `@fn`. Its type says which registers its arguments and results are
    /// in, and its first parameter is the instance's context.
    ///
    /// The text is for people and tests. It may change with every version.
    ///
    /// # Errors
    /// As for [`Module::new`](crate::Module::new).
    #[cfg(feature = "compiler")]
    pub fn llvm_ir(&self, bytes: &[u8]) -> Result<Vec<String>> {
        self.0.compiler.llvm_ir(self.config(), bytes)
    }

    /// Locks the type registry for reading. A poisoned lock is ignored: the registry changes by whole recursion groups, and a
    /// panic in another thread is a bug that was reported there.
    fn types(&self) -> RwLockReadGuard<'_, TypeRegistry> {
        self.0.types.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Registers a module's types; `groups` are its recursion groups of more than one type. The engine knows a type by its
    /// number as long as something holds it.
    ///
    /// # Errors
    /// [`Error::Limit`](crate::Error::Limit) if the engine has the maximum number of types.
    pub(crate) fn module_types(&self, types: &[SubType], groups: &[Range<u32>]) -> Result<Box<[Arc<RegisteredType>]>> {
        if let Some(known) = self.types().find(types, groups) {
            return Ok(known);
        }
        self.0.types.write().unwrap_or_else(PoisonError::into_inner).add(types, groups)
    }

    /// Registers a function type that is final, has no supertype, and is a recursion group of its own.
    pub(crate) fn func_type(&self, ty: &FuncType) -> Arc<RegisteredType> {
        self.host_type(ty.clone().into()).expect("function types are registered without limit")
    }

    /// Registers a type that is a recursion group of its own and refers to other types by their canonical numbers.
    ///
    /// # Errors
    /// [`Error::Limit`](crate::Error::Limit) if the engine has the maximum number of types; never for function types.
    pub(crate) fn host_type(&self, ty: SubType) -> Result<Arc<RegisteredType>> {
        let known = self.types().find_one(&ty).cloned();
        match known {
            Some(known) => Ok(known),
            None => self.0.types.write().unwrap_or_else(PoisonError::into_inner).add_one(ty),
        }
    }

    /// Returns the type with a canonical number, or `None` if this engine knows none.
    pub(crate) fn find_registered(&self, id: u32) -> Option<Arc<RegisteredType>> {
        self.types().get(id).map(Arc::clone)
    }

    /// Returns the array of type facts for compiled code and the collector, indexed by canonical number; null as long as the
    /// engine has no types.
    pub(crate) fn type_table(&self) -> *const VMType {
        self.types().table()
    }

    /// Returns the type with a canonical number. The caller must know that something holds the type, such as a store or a
    /// handle.
    ///
    /// # Panics
    /// If no type has the number.
    pub(crate) fn registered(&self, id: u32) -> Arc<RegisteredType> {
        Arc::clone(self.types().get(id).expect("a type that is held has its number"))
    }

    /// Says whether the value type `given` matches `wanted`.
    /// Spec: <https://webassembly.github.io/spec/core/valid/matching.html>
    pub(crate) fn value_matches(&self, given: ValType, wanted: ValType) -> bool {
        given == wanted || self.types().value_matches(given, wanted)
    }

    /// Says whether the heap type `given` matches `wanted`.
    /// Spec: <https://webassembly.github.io/spec/core/valid/matching.html#heap-types>
    pub(crate) fn heap_matches(&self, given: HeapType, wanted: HeapType) -> bool {
        given == wanted || self.types().heap_matches(given, wanted)
    }

    /// Returns the top type of the hierarchy of `heap`, or `None` if the engine does not know its number.
    pub(crate) fn top(&self, heap: HeapType) -> Option<HeapType> {
        match heap {
            HeapType::Func | HeapType::Extern => Some(heap),
            heap => self.types().top(heap),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ValType;

    #[test]
    fn equal_types_have_equal_numbers() {
        let engine = Engine::default();
        let (a, b) = (FuncType::new([ValType::I32], []), FuncType::new([], [ValType::I32]));
        let (a_held, b_held) = (engine.func_type(&a), engine.func_type(&b));
        let (a, b) = (a_held.id, b_held.id);
        assert_ne!(a, b);
        assert_eq!(a, engine.clone().func_type(&FuncType::new([ValType::I32], [])).id);
        assert_eq!(engine.registered(b).signature(), &FuncType::new([], [ValType::I32]));
        assert!(engine.same(&engine.clone()));
        assert!(!engine.same(&Engine::default()));
    }
}
