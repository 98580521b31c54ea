//! Finding imports by their names.

use super::func::host_function;
use super::{AsContext, AsContextMut, Caller, Extern, Func, Instance, IntoFunc, Memory, Module, SharedMemory, Val};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::runtime::host_func::HostFunction;
use crate::types::FuncType;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::sync::Arc;

/// Definitions by name, from which modules take their imports. Things in it belong to one store, except host functions
/// and shared memories, which it puts into whatever store of `T` asks for them.
pub struct Linker<T: 'static> {
    engine: Engine,
    shadowing: bool,
    modules: HashMap<String, HashMap<String, Definition>>,
    data: PhantomData<fn(T)>,
}

#[derive(Clone)]
enum Definition {
    Extern(Extern),
    Host(Arc<HostFunction>),
    Shared(SharedMemory),
}

impl<T> Clone for Linker<T> {
    fn clone(&self) -> Self {
        Self {
            engine: self.engine.clone(),
            shadowing: self.shadowing,
            modules: self.modules.clone(),
            data: PhantomData,
        }
    }
}

impl<T> Linker<T> {
    /// An empty linker.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), shadowing: false, modules: HashMap::new(), data: PhantomData }
    }

    /// Whether a name may be defined again, the last definition being the one that counts. Default: no.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.shadowing = allow;
        self
    }

    fn insert(&mut self, module: &str, name: &str, definition: Definition) -> Result<&mut Self> {
        let names = self.modules.entry(module.to_owned()).or_default();
        if !self.shadowing && names.contains_key(name) {
            return Err(Error::Duplicate { module: module.to_owned(), name: name.to_owned() });
        }
        names.insert(name.to_owned(), definition);
        Ok(self)
    }

    /// Defines a thing of `store`.
    ///
    /// # Errors
    /// [`Error::Duplicate`] when the name is defined and shadowing not allowed; [`Error::Usage`] when the store is of
    /// another engine.
    pub fn define(
        &mut self,
        store: &impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self> {
        self.check(store)?;
        self.insert(module, name, Definition::Extern(item.into()))
    }

    /// Defines a shared memory, for whatever store asks for it.
    ///
    /// # Errors
    /// [`Error::Duplicate`] when the name is defined and shadowing not allowed; [`Error::Usage`] when the memory is of another
    /// engine.
    pub fn define_shared(&mut self, module: &str, name: &str, memory: &SharedMemory) -> Result<&mut Self> {
        if !self.engine.same(memory.engine()) {
            return Err(Error::Usage("the memory belongs to another engine than the linker".into()));
        }
        self.insert(module, name, Definition::Shared(memory.clone()))
    }

    /// Defines a function of the host whose type follows from that of the closure.
    ///
    /// # Errors
    /// [`Error::Duplicate`] when the name is defined and shadowing not allowed.
    pub fn func_wrap<P, R>(&mut self, module: &str, name: &str, closure: impl IntoFunc<T, P, R>) -> Result<&mut Self> {
        let function = closure.into_func(&self.engine);
        self.insert(module, name, Definition::Host(function))
    }

    /// Defines a function of the host whose type is known only at run time; see [`Func::new`].
    ///
    /// # Errors
    /// [`Error::Duplicate`] when the name is defined and shadowing not allowed.
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        closure: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let function = host_function(&self.engine, ty, closure);
        self.insert(module, name, Definition::Host(function))
    }

    /// Defines every export of an instance, under the module name given.
    ///
    /// # Errors
    /// [`Error::Duplicate`] when a name is defined and shadowing not allowed; [`Error::Usage`] when the store is of another
    /// engine.
    ///
    /// # Panics
    /// If the instance belongs to another store.
    pub fn instance(&mut self, store: impl AsContext<Data = T>, module: &str, instance: Instance) -> Result<&mut Self> {
        self.check(&store)?;
        for (name, item) in instance.exports(&store) {
            self.insert(module, &name, Definition::Extern(item))?;
        }
        Ok(self)
    }

    fn check(&self, store: &impl AsContext) -> Result<()> {
        if self.engine.same(store.as_context().engine()) {
            return Ok(());
        }
        Err(Error::Usage("the store belongs to another engine than the linker".into()))
    }

    /// What is defined by that name. A function of the host becomes a function of the store, anew each time. None also when
    /// the store is of another engine.
    #[must_use]
    pub fn get(&self, mut store: impl AsContextMut<Data = T>, module: &str, name: &str) -> Option<Extern> {
        let opaque = &mut store.as_context_mut().0.opaque;
        match self.modules.get(module)?.get(name)? {
            Definition::Extern(item) => Some(*item),
            Definition::Host(function) if self.engine.same(&opaque.engine) => {
                Some(Extern::Func(Func::of_host(opaque, Arc::clone(function))))
            }
            Definition::Shared(memory) => Memory::from_shared(store, memory).ok().map(Extern::Memory),
            Definition::Host(_) => None,
        }
    }

    /// Instantiates a module with what is defined by the names of its imports.
    ///
    /// # Errors
    /// [`Error::UnknownImport`] when something is not defined, else as [`Instance::new`].
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>, module: &Module) -> Result<Instance> {
        self.check(&store)?;
        let unknown = |module: &str, name: &str| Error::UnknownImport { module: module.into(), name: name.into() };
        let imports = module.imports().map(|import| {
            let (module, name) = (import.module(), import.name());
            self.get(&mut store, module, name).ok_or_else(|| unknown(module, name))
        });
        let imports = imports.collect::<Result<Vec<_>>>()?;
        Instance::new(store, module, &imports)
    }
}
