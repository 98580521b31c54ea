//! What modules and stores share: settings, and one numbering of function types.

use crate::config::Config;
use crate::error::Result;
use crate::types::FuncType;
use std::collections::HashMap;
#[cfg(feature = "compiler")]
use std::sync::OnceLock;
use std::sync::{Arc, PoisonError, RwLock};

/// A handle to what modules and stores share. Cloning it is cheap and gives the same engine.
#[derive(Clone, Debug)]
pub struct Engine(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    #[cfg_attr(not(feature = "compiler"), expect(dead_code, reason = "only the compiler reads settings so far"))]
    config: Config,
    types: RwLock<Types>,
    #[cfg(feature = "compiler")]
    pool: OnceLock<rayon::ThreadPool>,
}

/// Function types and their numbers. They are never forgotten: an engine sees few, and a number may outlive its module
/// in a table of another.
#[derive(Debug, Default)]
struct Types {
    by_id: Vec<Arc<FuncType>>,
    ids: HashMap<Arc<FuncType>, u32>,
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
    /// [`Error::Usage`](crate::Error::Usage) for settings that contradict each other or the host; none do so far.
    pub fn new(config: &Config) -> Result<Self> {
        Ok(Self::with(config.clone()))
    }

    fn with(config: Config) -> Self {
        Self(Arc::new(Shared {
            config,
            types: RwLock::default(),
            #[cfg(feature = "compiler")]
            pool: OnceLock::new(),
        }))
    }

    /// Whether both are handles to one engine.
    #[must_use]
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    #[cfg(feature = "compiler")]
    pub(crate) fn config(&self) -> &Config {
        &self.0.config
    }

    /// The threads that compile, started when they are first needed.
    #[cfg(feature = "compiler")]
    pub(crate) fn compile_pool(&self) -> Result<&rayon::ThreadPool> {
        if let Some(pool) = self.0.pool.get() {
            return Ok(pool);
        }
        let pool = crate::compile::pool(self.0.config.compile_threads)?;
        Ok(self.0.pool.get_or_init(|| pool))
    }

    /// The canonical number of a function type: equal types have equal numbers.
    pub(crate) fn type_id(&self, ty: &FuncType) -> u32 {
        if let Some(&id) = self.0.types.read().unwrap_or_else(PoisonError::into_inner).ids.get(ty) {
            return id;
        }
        let mut types = self.0.types.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(&id) = types.ids.get(ty) {
            return id;
        }
        let ty = Arc::new(ty.clone());
        let id = u32::try_from(types.by_id.len()).expect("a type takes more than a byte, so there are fewer than 2^32");
        types.by_id.push(Arc::clone(&ty));
        types.ids.insert(ty, id);
        id
    }

    /// The function type of a number that [`Engine::type_id`] of this engine gave.
    pub(crate) fn func_type(&self, id: u32) -> Arc<FuncType> {
        Arc::clone(&self.0.types.read().unwrap_or_else(PoisonError::into_inner).by_id[id as usize])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::ValType;

    #[test]
    fn equal_types_have_equal_numbers() {
        let engine = Engine::default();
        let a = engine.type_id(&FuncType::new([ValType::I32], []));
        let b = engine.type_id(&FuncType::new([], [ValType::I32]));
        assert_ne!(a, b);
        assert_eq!(a, engine.clone().type_id(&FuncType::new([ValType::I32], [])));
        assert_eq!(*engine.func_type(b), FuncType::new([], [ValType::I32]));
        assert!(engine.same(&engine.clone()));
        assert!(!engine.same(&Engine::default()));
    }
}
