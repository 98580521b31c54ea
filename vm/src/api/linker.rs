//! Linker: finds the imports of modules by their names.

use super::caller::Caller;
use super::checks;
use super::definition::Definition;
use super::externs::Extern;
use super::instance::Instance;
use super::instance_pre::InstancePre;
use super::into_func::IntoFunc;
use super::module::Module;
use super::shared_memory::SharedMemory;
use super::store::{AsContext, AsContextMut};
use super::untyped::host_function;
use super::values::Val;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::trap::Trap;
use crate::types::{ExternType, FuncType, HeapType};
use std::collections::HashMap;
use std::marker::PhantomData;

/// A set of definitions by name, from which modules get their imports.
///
/// A name has two parts: a module name and a name inside that module. Host functions and shared memories can be put into any
/// store of `T`. All other definitions are objects of one store, and can be used with that store only.
pub struct Linker<T: 'static> {
    engine: Engine,
    shadowing: bool,
    modules: HashMap<String, HashMap<String, Definition>>,
    data: PhantomData<fn(T) -> T>,
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
    /// Creates an empty linker.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), shadowing: false, modules: HashMap::new(), data: PhantomData }
    }

    /// Returns the engine that the linker was created for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Sets whether a name may be defined again. The last definition counts. Default: no.
    pub fn allow_shadowing(&mut self, allow: bool) -> &mut Self {
        self.shadowing = allow;
        self
    }

    /// Defines a name.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the name is defined and shadowing is not allowed.
    fn insert(&mut self, module: &str, name: &str, definition: Definition) -> Result<&mut Self> {
        let names = self.modules.entry(module.to_owned()).or_default();
        if !self.shadowing && names.contains_key(name) {
            return Err(Error::Duplicate { module: module.to_owned(), name: name.to_owned() });
        }
        names.insert(name.to_owned(), definition);
        Ok(self)
    }

    /// Defines a name as an object of `store`.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the name is defined and shadowing is not allowed; [`Error::ForeignEngine`] if the store is of
    /// another engine; [`Error::ForeignStore`] if the object is of another store.
    pub fn define(
        &mut self,
        store: &impl AsContext<Data = T>,
        module: &str,
        name: &str,
        item: impl Into<Extern>,
    ) -> Result<&mut Self> {
        self.check(store)?;
        let item = item.into();
        item.address(&store.as_context().0.opaque)?;
        self.insert(module, name, Definition::Extern(item))
    }

    /// Defines a name as a shared memory, for any store.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the name is defined and shadowing is not allowed; [`Error::ForeignEngine`] if the memory is of
    /// another engine.
    pub fn define_shared(&mut self, module: &str, name: &str, memory: &SharedMemory) -> Result<&mut Self> {
        checks::engine("a memory", &self.engine, memory.engine())?;
        self.insert(module, name, Definition::Shared(memory.clone()))
    }

    /// Defines a name as a host function whose type is that of the closure, for any store.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the name is defined and shadowing is not allowed.
    pub fn func_wrap<P, R>(&mut self, module: &str, name: &str, closure: impl IntoFunc<T, P, R>) -> Result<&mut Self> {
        let function = closure.into_func(&self.engine);
        self.insert(module, name, Definition::Host(function))
    }

    /// Defines a name as a host function whose type is known only at run time, for any store: see
    /// [`Func::new`](super::Func::new).
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the name is defined and shadowing is not allowed; otherwise as for
    /// [`Func::new`](super::Func::new).
    pub fn func_new(
        &mut self,
        module: &str,
        name: &str,
        ty: FuncType,
        closure: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let function = host_function(checks::function(&self.engine, ty)?, closure);
        self.insert(module, name, Definition::Host(function))
    }

    /// Defines a name as a host function of a type that the engine knows by a number: see
    /// [`Func::of_type`](super::Func::of_type).
    ///
    /// # Errors
    /// [`Error::Duplicate`] if the name is defined and shadowing is not allowed; [`Error::UnknownType`] if it is not the number
    /// of a function type.
    pub fn func_of_type(
        &mut self,
        module: &str,
        name: &str,
        ty: HeapType,
        closure: impl Fn(Caller<'_, T>, &[Val], &mut [Val]) -> Result<()> + Send + Sync + 'static,
    ) -> Result<&mut Self> {
        let function = host_function(checks::function_of(&self.engine, ty)?, closure);
        self.insert(module, name, Definition::Host(function))
    }

    /// Defines a second name for the definition of `module` and `name`.
    ///
    /// # Errors
    /// [`Error::UnknownImport`] if the first name is not defined; [`Error::Duplicate`] if the second name is defined and
    /// shadowing is not allowed.
    pub fn alias(&mut self, module: &str, name: &str, as_module: &str, as_name: &str) -> Result<&mut Self> {
        let found = self.find(module, name).cloned().ok_or_else(|| unknown(module, name))?;
        self.insert(as_module, as_name, found)
    }

    /// Instantiates a module and defines all its exports under the module name `name`.
    ///
    /// # Errors
    /// As for [`Linker::instantiate`] and [`Linker::instance`].
    pub fn module(&mut self, mut store: impl AsContextMut<Data = T>, name: &str, module: &Module) -> Result<&mut Self> {
        let instance = self.instantiate(&mut store, module)?;
        self.instance(&store, name, instance)
    }

    /// Defines each undefined function that a module imports as a function that traps with
    /// [`Trap::Unreachable`](crate::Trap::Unreachable) when it is called. Undefined memories, tables, globals and tags stay
    /// undefined.
    ///
    /// # Errors
    /// [`Error::ForeignEngine`] if the module is of another engine.
    pub fn define_unknown_imports_as_traps(&mut self, module: &Module) -> Result<&mut Self> {
        checks::engine("a module", &self.engine, module.engine())?;
        for import in module.imports() {
            let (name, field) = (import.module(), import.name());
            if let (ExternType::Func(_), Some(ty), None) = (import.ty(), import.heap_type(), self.find(name, field)) {
                self.func_of_type(name, field, ty, |_, _, _| Err(Trap::Unreachable.into()))?;
            }
        }
        Ok(self)
    }

    /// Finds the definition of a name.
    fn find(&self, module: &str, name: &str) -> Option<&Definition> {
        self.modules.get(module)?.get(name)
    }

    /// Defines all exports of an instance under the module name `module`.
    ///
    /// # Errors
    /// [`Error::Duplicate`] if a name is defined and shadowing is not allowed; [`Error::ForeignEngine`] if the store is of
    /// another engine.
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

    /// Checks that a store is of the linker's engine.
    fn check(&self, store: &impl AsContext) -> Result<()> {
        checks::engine("a store", &self.engine, store.as_context().engine())
    }

    /// Returns the definition of a name as an object of `store`. A host function becomes a new function of the store each
    /// time. Returns `None` if the name is not defined, or if the store is of another engine.
    #[must_use]
    pub fn get(&self, mut store: impl AsContextMut<Data = T>, module: &str, name: &str) -> Option<Extern> {
        if self.check(&store).is_err() {
            return None;
        }
        self.find(module, name)?.put(&mut store)
    }

    /// Looks up the imports of a module once, for any number of instances in stores of `T`.
    ///
    /// The types of host functions are checked now, of other definitions only the kind. Their types are checked at each
    /// instantiation, because memories and tables may grow in between.
    ///
    /// # Errors
    /// [`Error::UnknownImport`] if an import is not defined; [`Error::IncompatibleImport`] if a host function has another type
    /// or a definition is of another kind; [`Error::ForeignEngine`] if the module is of another engine.
    ///
    /// ```
    /// # #[cfg(feature = "wat")] {
    /// use wassay_vm::{Engine, Linker, Module, Store};
    /// let engine = Engine::default();
    /// let text = r#"(module (import "host" "next" (func $next (result i32)))
    ///     (func (export "run") (result i32) (call $next)))"#;
    /// let mut linker = Linker::<()>::new(&engine);
    /// linker.func_wrap("host", "next", || 5)?;
    /// let ready = linker.instantiate_pre(&Module::new(&engine, text)?)?;
    /// for _ in 0..3 {
    ///     let mut store = Store::new(&engine, ());
    ///     let run = ready.instantiate(&mut store)?.get_typed_func::<(), i32>(&store, "run")?;
    ///     assert_eq!(run.call(&mut store, ())?, 5);
    /// }
    /// # }
    /// # Ok::<(), wassay_vm::Error>(())
    /// ```
    pub fn instantiate_pre(&self, module: &Module) -> Result<InstancePre<T>> {
        checks::engine("a module", &self.engine, module.engine())?;
        let imports = module.imports().map(|import| {
            let (name, field) = (import.module(), import.name());
            let found = self.find(name, field).ok_or_else(|| unknown(name, field))?;
            found.check(&import)?;
            Ok(found.clone())
        });
        let imports = imports.collect::<Result<_>>()?;
        Ok(InstancePre { module: module.clone(), imports, data: PhantomData })
    }

    /// Instantiates a module with the definitions of its imports.
    ///
    /// # Errors
    /// [`Error::UnknownImport`] if an import is not defined; [`Error::ForeignEngine`] if the store is of another engine;
    /// otherwise as for [`Instance::new`].
    pub fn instantiate(&self, mut store: impl AsContextMut<Data = T>, module: &Module) -> Result<Instance> {
        self.check(&store)?;
        let imports = module.imports().map(|import| {
            let (module, name) = (import.module(), import.name());
            self.find(module, name).and_then(|found| found.put(&mut store)).ok_or_else(|| unknown(module, name))
        });
        let imports = imports.collect::<Result<Vec<_>>>()?;
        Instance::new(store, module, &imports)
    }
}

fn unknown(module: &str, name: &str) -> Error {
    Error::UnknownImport { module: module.into(), name: name.into() }
}
