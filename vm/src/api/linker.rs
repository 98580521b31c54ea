//! Finding imports by their names.

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

/// Definitions by name, from which modules take their imports. Things in it belong to one store, except host functions
/// and shared memories, which it puts into whatever store of `T` asks for them.
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
    /// An empty linker.
    #[must_use]
    pub fn new(engine: &Engine) -> Self {
        Self { engine: engine.clone(), shadowing: false, modules: HashMap::new(), data: PhantomData }
    }

    /// The engine that it was made for.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.engine
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
    /// [`Error::Duplicate`] when the name is defined and shadowing not allowed; [`Error::ForeignEngine`] when the store is of
    /// another engine, [`Error::ForeignStore`] when the thing is of another store.
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

    /// Defines a shared memory, for whatever store asks for it.
    ///
    /// # Errors
    /// [`Error::Duplicate`] when the name is defined and shadowing not allowed; [`Error::ForeignEngine`] when the memory is of another
    /// engine.
    pub fn define_shared(&mut self, module: &str, name: &str, memory: &SharedMemory) -> Result<&mut Self> {
        checks::engine("a memory", &self.engine, memory.engine())?;
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

    /// Defines a function of the host whose type is known only at run time; see [`Func::new`](super::Func::new).
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
        let function = host_function(checks::function(&self.engine, ty)?, closure);
        self.insert(module, name, Definition::Host(function))
    }

    /// As [`Linker::func_new`], of a type that the engine knows by a number: see [`Func::of_type`](super::Func::of_type).
    ///
    /// # Errors
    /// [`Error::Duplicate`] when the name is defined and shadowing not allowed; [`Error::UnknownType`] when the number is not
    /// that of a type of functions.
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

    /// Defines what is defined by one name by another one as well.
    ///
    /// # Errors
    /// [`Error::UnknownImport`] when nothing is defined by the first name; [`Error::Duplicate`] when the other is defined and
    /// shadowing not allowed.
    pub fn alias(&mut self, module: &str, name: &str, as_module: &str, as_name: &str) -> Result<&mut Self> {
        let found = self.find(module, name).cloned().ok_or_else(|| unknown(module, name))?;
        self.insert(as_module, as_name, found)
    }

    /// Instantiates a module, and defines all that it exports under the module name given.
    ///
    /// # Errors
    /// As [`Linker::instantiate`] and [`Linker::instance`].
    pub fn module(&mut self, mut store: impl AsContextMut<Data = T>, name: &str, module: &Module) -> Result<&mut Self> {
        let instance = self.instantiate(&mut store, module)?;
        self.instance(&store, name, instance)
    }

    /// Defines each function that a module imports and that is not defined, as one that traps with
    /// [`Trap::Unreachable`](crate::Trap::Unreachable) when it is called. Other things stay undefined.
    ///
    /// # Errors
    /// [`Error::ForeignEngine`] when the module is of another engine.
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

    fn find(&self, module: &str, name: &str) -> Option<&Definition> {
        self.modules.get(module)?.get(name)
    }

    /// Defines every export of an instance, under the module name given.
    ///
    /// # Errors
    /// [`Error::Duplicate`] when a name is defined and shadowing not allowed; [`Error::ForeignEngine`] when the store is of another
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
        checks::engine("a store", &self.engine, store.as_context().engine())
    }

    /// What is defined by that name. A function of the host becomes a function of the store, anew each time. None also when
    /// the store is of another engine.
    #[must_use]
    pub fn get(&self, mut store: impl AsContextMut<Data = T>, module: &str, name: &str) -> Option<Extern> {
        if self.check(&store).is_err() {
            return None;
        }
        self.find(module, name)?.put(&mut store)
    }

    /// Checks and looks up what a module imports once, for any number of instances in stores of `T`.
    ///
    /// # Errors
    /// [`Error::UnknownImport`] when something is not defined; [`Error::IncompatibleImport`] when a function of the host is of
    /// another type than is asked for, or a thing of another kind (the types of other things, which may grow, are looked at when
    /// they are used); [`Error::ForeignEngine`] when the module is of another engine.
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

    /// Instantiates a module with what is defined by the names of its imports.
    ///
    /// # Errors
    /// [`Error::UnknownImport`] when something is not defined, else as [`Instance::new`].
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
