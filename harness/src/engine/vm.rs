//! Our own VM as an engine.

use super::spectest::{self, Item, Num};
use super::value::{Heap, Ref, Value};
use super::{Done, Engine, Error, InstanceId, Mode, ModuleId, Session, Stop, unknown_mode};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use wasmparser::WasmFeatures;
use wassay_vm as vm;

/// The engine. It keeps the VM's engines, one a mode and set of features, because they are costly to set up.
#[derive(Default)]
pub struct Vm {
    engines: Mutex<HashMap<(String, u64), vm::Engine>>,
}

/// What a mode means to the VM.
fn settings(mode: &str) -> Option<(vm::OptLevel, vm::MemoryMode, vm::RelaxedSimd)> {
    use vm::{MemoryMode, OptLevel, RelaxedSimd};
    match mode {
        "o0" => Some((OptLevel::None, MemoryMode::Precise, RelaxedSimd::Deterministic)),
        "o3" => Some((OptLevel::Speed, MemoryMode::Precise, RelaxedSimd::Deterministic)),
        "o3-relaxed" => Some((OptLevel::Speed, MemoryMode::Relaxed, RelaxedSimd::Deterministic)),
        // Run when asked for: it differs in twenty operators.
        "o0-fast-simd" => Some((OptLevel::None, MemoryMode::Precise, RelaxedSimd::Fast)),
        "o3-fast-simd" => Some((OptLevel::Speed, MemoryMode::Precise, RelaxedSimd::Fast)),
        _ => None,
    }
}

impl Engine for Vm {
    fn name(&self) -> &'static str {
        "vm"
    }

    fn version(&self) -> String {
        env!("CARGO_PKG_VERSION").to_owned()
    }

    fn about(&self) -> &'static str {
        "this project's VM, which compiles with LLVM"
    }

    fn modes(&self) -> Vec<Mode> {
        vec![
            Mode { name: "o0", about: "LLVM does as little as possible" },
            Mode { name: "o3", about: "LLVM optimises" },
            Mode { name: "o3-relaxed", about: "LLVM optimises, and memory after a trap is unspecified" },
        ]
    }

    fn has_mode(&self, mode: &str) -> bool {
        settings(mode).is_some()
    }

    fn missing(&self) -> Vec<String> {
        Vec::new()
    }

    fn session(&self, mode: &str, features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        let (level, memory, relaxed_simd) = settings(mode).ok_or_else(|| unknown_mode(self, mode))?;
        let start = |error: vm::Error| Error::Start { engine: "vm", reason: error.to_string() };
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (mode.to_owned(), features.bits());
        let engine = match engines.get(&key) {
            Some(engine) => engine.clone(),
            None => {
                let mut config = vm::Config::new();
                // Workers are the parallel part: one compiles on one thread.
                config
                    .opt_level(level)
                    .memory_mode(memory)
                    .relaxed_simd(relaxed_simd)
                    .features(features.iter_names().map(|(name, _)| name));
                config.compile_threads(NonZeroUsize::MIN);
                let engine = vm::Engine::new(&config).map_err(start)?;
                engines.insert(key, engine.clone());
                engine
            }
        };
        Ok(Box::new(VmSession::new(&engine).map_err(start)?))
    }
}

/// What scripts import from under one name.
#[derive(Clone)]
enum Namespace {
    /// The host module.
    Host(Arc<HashMap<&'static str, vm::Extern>>),
    Instance(vm::Instance),
    /// The shared memories of an instance that another thread runs.
    Shared(Arc<HashMap<String, vm::Extern>>),
}

/// One script's store and what is in it.
struct VmSession {
    engine: vm::Engine,
    store: vm::Store<()>,
    modules: Vec<vm::Module>,
    instances: Vec<Namespace>,
    /// Kept here, not in a linker: a name that is registered anew must lose all that it stood for.
    registered: HashMap<String, Namespace>,
    /// External references by the number that scripts know them by, so that one number is one reference.
    externs: HashMap<u32, vm::ExternRef>,
}

impl VmSession {
    fn new(engine: &vm::Engine) -> vm::Result<Self> {
        let mut store = vm::Store::new(engine, ());
        let host = host_module(&mut store)?;
        Ok(Self {
            engine: engine.clone(),
            store,
            modules: Vec::new(),
            instances: Vec::new(),
            registered: HashMap::from([(spectest::NAME.to_owned(), Namespace::Host(Arc::new(host)))]),
            externs: HashMap::new(),
        })
    }

    fn import(&mut self, module: &str, name: &str) -> Option<vm::Extern> {
        match self.registered.get(module)? {
            Namespace::Host(items) => items.get(name).copied(),
            Namespace::Instance(instance) => instance.get_export(&mut self.store, name),
            Namespace::Shared(items) => items.get(name).copied(),
        }
    }

    fn instance(&self, id: InstanceId) -> Done<vm::Instance> {
        match self.namespace(id)? {
            Namespace::Instance(instance) => Ok(instance),
            _ => Err(Stop::Error("another thread runs the instance".to_owned())),
        }
    }

    fn namespace(&self, id: InstanceId) -> Done<Namespace> {
        self.instances.get(id.0).cloned().ok_or_else(|| Stop::Error("no such instance".to_owned()))
    }

    /// What of an instance other threads can have.
    fn shared(&self, id: InstanceId) -> Done<Vec<(String, vm::SharedMemory)>> {
        let items: Vec<(String, vm::Extern)> = match self.namespace(id)? {
            Namespace::Instance(instance) => instance.exports(&self.store),
            Namespace::Shared(items) => items.iter().map(|(name, item)| (name.clone(), *item)).collect(),
            Namespace::Host(_) => Vec::new(),
        };
        let memories = items.into_iter().filter_map(|(name, item)| Some((name, item.into_memory()?)));
        Ok(memories.filter_map(|(name, memory)| Some((name, memory.as_shared(&self.store)?))).collect())
    }

    /// The value of the host that scripts know by a number.
    fn host_value(&mut self, number: u32) -> Done<vm::ExternRef> {
        if let Some(known) = self.externs.get(&number) {
            return Ok(*known);
        }
        let made = vm::ExternRef::new(&mut self.store, number).map_err(stop)?;
        self.externs.insert(number, made);
        Ok(made)
    }

    /// The number that scripts know a value of the host by, if it is one.
    fn host_number(&self, value: vm::ExternRef) -> Option<u32> {
        value.data(&self.store).ok()?.downcast_ref::<u32>().copied()
    }

    /// A value for a parameter of a type.
    fn argument(&mut self, value: Value, ty: Option<&vm::ValType>) -> Done<vm::Val> {
        Ok(match value {
            Value::I32(n) => vm::Val::I32(n),
            Value::I64(n) => vm::Val::I64(n),
            Value::F32(bits) => vm::Val::F32(bits),
            Value::F64(bits) => vm::Val::F64(bits),
            Value::V128(bits) => vm::Val::V128(bits),
            Value::Ref(Ref::Null(heap)) => match (heap.top(), ty) {
                (Some(Heap::Func), _) => vm::Val::FuncRef(None),
                (Some(Heap::Extern), _) => vm::Val::ExternRef(None),
                (Some(Heap::Any), _) => vm::Val::AnyRef(None),
                (Some(Heap::Exn), _) => vm::Val::ExnRef(None),
                (Some(Heap::Cont), _) => vm::Val::ContRef(None),
                // Which null it is, only the parameter says.
                (None, Some(ty @ vm::ValType::Ref(_))) => vm::Val::default_of(*ty),
                _ => return Err(no_such_value(value)),
            },
            Value::Ref(Ref::Extern(Some(number))) => vm::Val::ExternRef(Some(self.host_value(number)?)),
            Value::Ref(Ref::Host(number)) => vm::AnyRef::from_extern(self.host_value(number)?).into(),
            Value::Ref(_) => return Err(no_such_value(value)),
        })
    }

    fn result(&self, value: vm::Val) -> Done<Value> {
        Ok(match value {
            vm::Val::I32(n) => Value::I32(n),
            vm::Val::I64(n) => Value::I64(n),
            vm::Val::F32(bits) => Value::F32(bits),
            vm::Val::F64(bits) => Value::F64(bits),
            vm::Val::V128(bits) => Value::V128(bits),
            vm::Val::FuncRef(None) => Value::Ref(Ref::Null(Heap::Func)),
            vm::Val::FuncRef(Some(_)) => Value::Ref(Ref::Func),
            vm::Val::ExternRef(None) => Value::Ref(Ref::Null(Heap::Extern)),
            vm::Val::ExternRef(Some(value)) => Value::Ref(Ref::Extern(self.host_number(value))),
            vm::Val::AnyRef(None) => Value::Ref(Ref::Null(Heap::Any)),
            vm::Val::AnyRef(Some(value)) if value.as_i31().is_some() => Value::Ref(Ref::I31),
            vm::Val::AnyRef(Some(value)) if value.as_struct(&self.store).map_err(stop)?.is_some() => {
                Value::Ref(Ref::Struct)
            }
            vm::Val::AnyRef(Some(value)) if value.as_array(&self.store).map_err(stop)?.is_some() => {
                Value::Ref(Ref::Array)
            }
            vm::Val::AnyRef(Some(value)) => Value::Ref(self.host_number(value.to_extern()).map_or(Ref::Any, Ref::Host)),
            vm::Val::ExnRef(None) => Value::Ref(Ref::Null(Heap::Exn)),
            vm::Val::ExnRef(Some(_)) => Value::Ref(Ref::Exn),
            vm::Val::ContRef(None) => Value::Ref(Ref::Null(Heap::Cont)),
            vm::Val::ContRef(Some(_)) => Value::Ref(Ref::Cont),
            other => return Err(Stop::Error(format!("a result that the harness does not know: {other:?}"))),
        })
    }
}

impl Session for VmSession {
    fn compile(&mut self, wasm: &[u8]) -> Done<ModuleId> {
        let module = vm::Module::from_binary(&self.engine, wasm).map_err(stop)?;
        self.modules.push(module);
        Ok(ModuleId(self.modules.len() - 1))
    }

    fn validate(&mut self, wasm: &[u8]) -> Done<()> {
        vm::Module::validate(&self.engine, wasm).map_err(stop)
    }

    fn instantiate(&mut self, module: ModuleId) -> Done<InstanceId> {
        let module = self.modules.get(module.0).cloned().ok_or_else(|| Stop::Error("no such module".to_owned()))?;
        let mut imports = Vec::new();
        for import in module.imports() {
            let (from, name) = (import.module(), import.name());
            let unknown = || Stop::Unlinkable(format!("unknown import: `{from}` `{name}`"));
            imports.push(self.import(from, name).ok_or_else(unknown)?);
        }
        let instance = vm::Instance::new(&mut self.store, &module, &imports).map_err(stop)?;
        self.instances.push(Namespace::Instance(instance));
        Ok(InstanceId(self.instances.len() - 1))
    }

    fn register(&mut self, name: &str, instance: InstanceId) -> Done<()> {
        let namespace = self.namespace(instance)?;
        self.registered.insert(name.to_owned(), namespace);
        Ok(())
    }

    fn invoke(&mut self, instance: InstanceId, name: &str, args: &[Value]) -> Done<Vec<Value>> {
        let instance = self.instance(instance)?;
        let func = instance.get_func(&mut self.store, name);
        let func = func.ok_or_else(|| Stop::Error(format!("no function `{name}` is exported")))?;
        let ty = func.ty(&self.store);
        let params = args.iter().enumerate().map(|(index, arg)| self.argument(*arg, ty.params.get(index)));
        let params = params.collect::<Done<Vec<_>>>()?;
        let mut results: Vec<vm::Val> = ty.results.iter().map(|ty| vm::Val::default_of(*ty)).collect();
        func.call(&mut self.store, &params, &mut results).map_err(stop)?;
        results.into_iter().map(|value| self.result(value)).collect()
    }

    fn get(&mut self, instance: InstanceId, name: &str) -> Done<Value> {
        let instance = self.instance(instance)?;
        let global = instance.get_global(&mut self.store, name);
        let global = global.ok_or_else(|| Stop::Error(format!("no global `{name}` is exported")))?;
        let value = global.get(&mut self.store);
        self.result(value)
    }

    fn memory(&mut self, instance: InstanceId, name: &str) -> Done<Vec<u8>> {
        let export = self.instance(instance)?.get_export(&mut self.store, name);
        let memory = export.and_then(vm::Extern::into_memory);
        let memory = memory.ok_or_else(|| Stop::Error(format!("no memory `{name}` is exported")))?;
        let size = memory.size(&self.store) << memory.ty(&self.store).page_size_log2;
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        memory.read(&self.store, 0, &mut bytes).map_err(stop)?;
        Ok(bytes)
    }

    /// A store belongs to one thread, so the thread has one of its own, and of the instance what is shared.
    fn thread(&mut self, shared: Option<InstanceId>) -> Done<(Box<dyn Session + Send>, Option<InstanceId>)> {
        let mut session = Self::new(&self.engine).map_err(stop)?;
        let mut id = None;
        if let Some(shared) = shared {
            let mut items = HashMap::new();
            for (name, memory) in self.shared(shared)? {
                let memory = vm::Memory::from_shared(&mut session.store, &memory).map_err(stop)?;
                items.insert(name, vm::Extern::Memory(memory));
            }
            session.instances.push(Namespace::Shared(Arc::new(items)));
            id = Some(InstanceId(0));
        }
        Ok((Box::new(session), id))
    }
}

fn no_such_value(value: Value) -> Stop {
    Stop::Error(format!("the VM has no value {value}"))
}

fn stop(error: vm::Error) -> Stop {
    match error {
        vm::Error::Invalid { message, offset } => Stop::Invalid(format!("{message} (at offset {offset:#x})")),
        vm::Error::Unsupported { feature, what, .. } => Stop::Unsupported { feature: feature.to_owned(), what },
        vm::Error::UnknownImport { .. } | vm::Error::IncompatibleImport { .. } => Stop::Unlinkable(error.to_string()),
        vm::Error::Trap { trap: vm::Trap::CallStackExhausted, .. } => {
            Stop::Exhaustion(vm::Trap::CallStackExhausted.message().to_owned())
        }
        vm::Error::Trap { trap: vm::Trap::UnhandledTag, .. } => {
            Stop::Suspension(vm::Trap::UnhandledTag.message().to_owned())
        }
        vm::Error::Trap { trap, .. } => Stop::Trap(trap.message().to_owned()),
        vm::Error::Exception(_) => Stop::Exception(error.to_string()),
        other => Stop::Error(other.to_string()),
    }
}

/// The host module, as far as the VM can have it.
fn host_module(store: &mut vm::Store<()>) -> vm::Result<HashMap<&'static str, vm::Extern>> {
    let mut items = HashMap::new();
    for (name, item) in spectest::ITEMS {
        match host_item(store, *item) {
            Ok(item) => {
                items.insert(*name, item);
            }
            // Nothing that the VM runs can import it then.
            Err(vm::Error::Unsupported { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(items)
}

fn host_item(store: &mut vm::Store<()>, item: Item) -> vm::Result<vm::Extern> {
    Ok(match item {
        Item::Func(params) => {
            let ty = vm::FuncType::new(params.iter().map(|param| num(*param)), []);
            vm::Func::new(store, ty, |_caller, _params, _results| Ok(()))?.into()
        }
        Item::Global(value) => {
            let (content, value) = match value {
                Value::I32(n) => (vm::ValType::I32, vm::Val::I32(n)),
                Value::I64(n) => (vm::ValType::I64, vm::Val::I64(n)),
                Value::F32(bits) => (vm::ValType::F32, vm::Val::F32(bits)),
                Value::F64(bits) => (vm::ValType::F64, vm::Val::F64(bits)),
                Value::V128(bits) => (vm::ValType::V128, vm::Val::V128(bits)),
                Value::Ref(_) => (vm::ValType::EXTERNREF, vm::Val::ExternRef(None)),
            };
            vm::Global::new(store, vm::GlobalType { content, mutable: false }, value)?.into()
        }
        Item::Table { min, max, table64 } => {
            let limits = vm::Limits { min, max: Some(max) };
            let ty = vm::TableType { limits, element: vm::RefType::FUNCREF, table64 };
            vm::Table::new(store, ty, vm::Ref::Func(None))?.into()
        }
        Item::Memory { min, max, shared } => {
            let ty = vm::MemoryType { shared, ..vm::MemoryType::new(min, Some(max)) };
            vm::Memory::new(store, ty)?.into()
        }
    })
}

fn num(ty: Num) -> vm::ValType {
    match ty {
        Num::I32 => vm::ValType::I32,
        Num::I64 => vm::ValType::I64,
        Num::F32 => vm::ValType::F32,
        Num::F64 => vm::ValType::F64,
    }
}
