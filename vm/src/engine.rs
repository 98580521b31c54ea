//! What modules and stores share: settings, and one numbering of types.

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

/// A handle to what modules and stores share. Cloning it is cheap and gives the same engine.
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
    /// An engine with the given settings.
    ///
    /// # Errors
    /// [`Error::Config`](crate::Error::Config) for settings that contradict each other or the host: a CPU or a
    /// feature whose name is not known.
    pub fn new(config: &Config) -> Result<Self> {
        let engine = Self::with(config.clone());
        #[cfg(feature = "compiler")]
        if let Some(name) = &config.unknown_feature {
            return Err(Error::Config(format!("unknown feature `{}`", Shown(name))));
        }
        // The host's own CPU is asked for only by who compiles.
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

    /// Whether both are handles to one engine.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

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

    /// Compiles a module to the bytes that [`Module::deserialize`](crate::Module::deserialize) takes, without loading
    /// it. The CPU that the engine compiles for ([`Config::cpu`](crate::Config::cpu)) need not be that of the host.
    ///
    /// # Errors
    /// As [`Module::new`](crate::Module::new).
    #[cfg(feature = "compiler")]
    pub fn precompile_module(&self, bytes: &[u8]) -> Result<Vec<u8>> {
        self.compile(bytes)?.to_bytes()
    }

    /// Returns the LLVM IR that the functions of a module are lowered to, before LLVM's passes, as one text for each
    /// codegen unit.
    ///
    /// Function `n` of the module's index space is `@fn`. Its type says which registers hold its values (`abi`); its
    /// first parameter is the context of the instance. The IR is for people and tests, and may change with every
    /// version.
    ///
    /// # Errors
    /// As [`Module::new`](crate::Module::new).
    #[cfg(feature = "compiler")]
    pub fn llvm_ir(&self, bytes: &[u8]) -> Result<Vec<String>> {
        self.0.compiler.llvm_ir(self.config(), bytes)
    }

    /// Types are added and forgotten in whole groups, by code that expects no panic: one in another thread is a bug that has
    /// been reported there.
    fn types(&self) -> RwLockReadGuard<'_, TypeRegistry> {
        self.0.types.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// A module's types; `groups` are its recursion groups of more than one type. The engine knows them by their numbers
    /// as long as somebody holds them.
    ///
    /// # Errors
    /// [`Error::Limit`](crate::Error::Limit) when the engine has as many types as it can have.
    pub(crate) fn module_types(&self, types: &[SubType], groups: &[Range<u32>]) -> Result<Box<[Arc<RegisteredType>]>> {
        if let Some(known) = self.types().find(types, groups) {
            return Ok(known);
        }
        self.0.types.write().unwrap_or_else(PoisonError::into_inner).add(types, groups)
    }

    /// The function type as the engine knows it: final, in no group, and equal to what is equal to it.
    pub(crate) fn func_type(&self, ty: &FuncType) -> Arc<RegisteredType> {
        self.host_type(ty.clone().into()).expect("function types are never too many")
    }

    /// A type, in no group, that refers to others by their numbers, as the engine knows it.
    ///
    /// # Errors
    /// [`Error::Limit`](crate::Error::Limit) when the engine has as many types as it can have; never for function types.
    pub(crate) fn host_type(&self, ty: SubType) -> Result<Arc<RegisteredType>> {
        let known = self.types().find_one(&ty).cloned();
        match known {
            Some(known) => Ok(known),
            None => self.0.types.write().unwrap_or_else(PoisonError::into_inner).add_one(ty),
        }
    }

    /// The type of a number, if it is one that this engine gave.
    pub(crate) fn find_registered(&self, id: u32) -> Option<Arc<RegisteredType>> {
        self.types().get(id).map(Arc::clone)
    }

    /// The array of what compiled code and the collector know of types, by their numbers; null as long as there are none.
    pub(crate) fn type_table(&self) -> *const VMType {
        self.types().table()
    }

    /// The type of a number that this engine gave, of a type that somebody holds: what is in a store, or a handle.
    pub(crate) fn registered(&self, id: u32) -> Arc<RegisteredType> {
        Arc::clone(self.types().get(id).expect("a type that is held has its number"))
    }

    /// Whether every value of type `given` is one of type `wanted`.
    pub(crate) fn value_matches(&self, given: ValType, wanted: ValType) -> bool {
        given == wanted || self.types().value_matches(given, wanted)
    }

    /// Whether everything that `given` stands for is something that `wanted` stands for.
    pub(crate) fn heap_matches(&self, given: HeapType, wanted: HeapType) -> bool {
        given == wanted || self.types().heap_matches(given, wanted)
    }

    /// The most general type of the hierarchy that `heap` is in; none for a number that is no type's.
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
