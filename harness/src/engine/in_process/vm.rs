//! This project's VM.

use super::engine::{EngineInfo, InProcessEngine};
use super::feature_gate::{FeatureGate, FeatureSupport};
use super::host_references::HostReferences;
use super::session::StoreSession;
use super::store::EngineStore;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::{InstanceId, Mode, ThreadSession};
use crate::engine::spectest::{HostItem, NumType};
use crate::engine::value::{Heap, Ref, Value};
use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};
use wasmparser::WasmFeatures;
use wassay_vm as vm;

/// The engine. It keeps the VM's engines by mode and features, because they are expensive to create.
#[derive(Default)]
pub(super) struct Vm {
    engines: Mutex<HashMap<(String, u64), vm::Engine>>,
}

/// The settings of a mode: optimisation level, memory mode, relaxed vector operators.
fn settings(mode: &str) -> Option<(vm::OptLevel, vm::MemoryMode, vm::RelaxedSimd)> {
    use vm::{MemoryMode, OptLevel, RelaxedSimd};
    match mode {
        "o0" => Some((OptLevel::None, MemoryMode::Precise, RelaxedSimd::Deterministic)),
        "o3" => Some((OptLevel::Speed, MemoryMode::Precise, RelaxedSimd::Deterministic)),
        "o3-relaxed" => Some((OptLevel::Speed, MemoryMode::Relaxed, RelaxedSimd::Deterministic)),
        // These two run only when a call names them: they differ in twenty operators.
        "o0-fast-simd" => Some((OptLevel::None, MemoryMode::Precise, RelaxedSimd::Fast)),
        "o3-fast-simd" => Some((OptLevel::Speed, MemoryMode::Precise, RelaxedSimd::Fast)),
        _ => None,
    }
}

impl InProcessEngine for Vm {
    const INFO: EngineInfo = EngineInfo {
        name: "vm",
        version: env!("CARGO_PKG_VERSION"),
        about: "this project's VM, which compiles with LLVM",
        modes: &[
            Mode { name: "o0", about: "LLVM does as little as possible" },
            Mode { name: "o3", about: "LLVM optimises" },
            Mode { name: "o3-relaxed", about: "LLVM optimises, and memory after a trap is unspecified" },
        ],
    };
    type Store = VmStore;

    fn has_mode(&self, mode: &str) -> bool {
        settings(mode).is_some()
    }

    fn start(&self, mode: &str, features: WasmFeatures) -> Result<VmStore, String> {
        let (level, memory, relaxed_simd) = settings(mode).ok_or_else(|| format!("no mode `{mode}`"))?;
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (mode.to_owned(), features.bits());
        let engine = match engines.get(&key) {
            Some(engine) => engine.clone(),
            None => {
                let mut config = vm::Config::new();
                config
                    .opt_level(level)
                    .memory_mode(memory)
                    .relaxed_simd(relaxed_simd)
                    .features(features.iter_names().map(|(name, _)| name));
                // Workers already run in parallel, so each compiles on one thread.
                config.compile_threads(NonZeroUsize::MIN);
                let engine = vm::Engine::new(&config).map_err(|error| error.to_string())?;
                engines.insert(key, engine.clone());
                engine
            }
        };
        Ok(VmStore::new(&engine))
    }

    /// The VM has a switch for every feature, and its errors name the features that it does not compile. So every module
    /// is the VM's to judge, and no probe has to be compiled.
    fn features(&self, _mode: &str) -> FeatureSupport {
        FeatureSupport { supported: WasmFeatures::all(), always_on: WasmFeatures::empty() }
    }
}

/// The store of one script.
pub(super) struct VmStore {
    engine: vm::Engine,
    store: vm::Store<()>,
    host_references: HostReferences<vm::ExternRef>,
}

impl VmStore {
    fn new(engine: &vm::Engine) -> Self {
        Self { engine: engine.clone(), store: vm::Store::new(engine, ()), host_references: HostReferences::new() }
    }

    /// The host's reference of a number.
    fn host_reference(&mut self, number: u32) -> SessionResult<vm::ExternRef> {
        let store = &mut self.store;
        self.host_references.get_or_create(number, |number| vm::ExternRef::new(store, number).map_err(error))
    }

    /// The number of a reference, if it is one of the host's.
    fn host_number(&self, value: vm::ExternRef) -> Option<u32> {
        value.data(&self.store).ok()?.downcast_ref::<u32>().copied()
    }

    /// Converts a value for a parameter of a type.
    fn argument(&mut self, value: Value, ty: Option<&vm::ValType>) -> SessionResult<vm::Val> {
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
                // The script does not say which null it is; the parameter does.
                (None, Some(ty @ vm::ValType::Ref(_))) => vm::Val::default_of(*ty),
                _ => return Err(no_value(value)),
            },
            Value::Ref(Ref::Extern(Some(number))) => vm::Val::ExternRef(Some(self.host_reference(number)?)),
            Value::Ref(Ref::Host(number)) => vm::AnyRef::from_extern(self.host_reference(number)?).into(),
            Value::Ref(_) => return Err(no_value(value)),
        })
    }

    fn result(&self, value: vm::Val) -> SessionResult<Value> {
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
            vm::Val::AnyRef(Some(value)) if value.as_struct(&self.store).map_err(error)?.is_some() => {
                Value::Ref(Ref::Struct)
            }
            vm::Val::AnyRef(Some(value)) if value.as_array(&self.store).map_err(error)?.is_some() => {
                Value::Ref(Ref::Array)
            }
            vm::Val::AnyRef(Some(value)) => Value::Ref(self.host_number(value.to_extern()).map_or(Ref::Any, Ref::Host)),
            vm::Val::ExnRef(None) => Value::Ref(Ref::Null(Heap::Exn)),
            vm::Val::ExnRef(Some(_)) => Value::Ref(Ref::Exn),
            vm::Val::ContRef(None) => Value::Ref(Ref::Null(Heap::Cont)),
            vm::Val::ContRef(Some(_)) => Value::Ref(Ref::Cont),
            other => return Err(SessionError::Other(format!("a result that the harness does not know: {other:?}"))),
        })
    }
}

impl EngineStore for VmStore {
    type Module = vm::Module;
    type Instance = vm::Instance;
    type Extern = vm::Extern;

    fn compile(&mut self, wasm: &[u8]) -> SessionResult<vm::Module> {
        vm::Module::from_binary(&self.engine, wasm).map_err(error)
    }

    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()> {
        vm::Module::validate(&self.engine, wasm).map_err(error)
    }

    fn imports(&self, module: &vm::Module) -> Vec<(String, String)> {
        module.imports().map(|import| (import.module().to_owned(), import.name().to_owned())).collect()
    }

    fn instantiate(&mut self, module: &vm::Module, imports: Vec<vm::Extern>) -> SessionResult<vm::Instance> {
        vm::Instance::new(&mut self.store, module, &imports).map_err(error)
    }

    fn export(&mut self, instance: &vm::Instance, name: &str) -> Option<vm::Extern> {
        instance.get_export(&mut self.store, name)
    }

    fn shared_exports(&mut self, instance: &vm::Instance) -> Vec<(String, vm::Extern)> {
        let mut exports = instance.exports(&self.store);
        exports.retain(|(_, it)| it.into_memory().is_some_and(|memory| memory.as_shared(&self.store).is_some()));
        exports
    }

    fn call(&mut self, function: vm::Extern, args: &[Value]) -> SessionResult<Vec<Value>> {
        let function = function.into_func().ok_or_else(|| SessionError::Other("not a function".to_owned()))?;
        let ty = function.ty(&self.store);
        let params = args.iter().enumerate().map(|(index, arg)| self.argument(*arg, ty.params.get(index)));
        let params = params.collect::<SessionResult<Vec<_>>>()?;
        let mut results: Vec<vm::Val> = ty.results.iter().map(|ty| vm::Val::default_of(*ty)).collect();
        function.call(&mut self.store, &params, &mut results).map_err(error)?;
        results.into_iter().map(|value| self.result(value)).collect()
    }

    fn read_global(&mut self, global: vm::Extern) -> SessionResult<Value> {
        let global = global.into_global().ok_or_else(|| SessionError::Other("not a global".to_owned()))?;
        let value = global.get(&mut self.store);
        self.result(value)
    }

    fn read_memory(&mut self, memory: vm::Extern) -> SessionResult<Vec<u8>> {
        let memory = memory.into_memory().ok_or_else(|| SessionError::Other("not a memory".to_owned()))?;
        let size = memory.size(&self.store) << memory.ty(&self.store).page_size_log2;
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        memory.read(&self.store, 0, &mut bytes).map_err(error)?;
        Ok(bytes)
    }

    fn host_item(&mut self, item: HostItem) -> SessionResult<vm::Extern> {
        let store = &mut self.store;
        Ok(match item {
            HostItem::Func(params) => {
                let ty = vm::FuncType::new(params.iter().map(|param| num_type(*param)), []);
                vm::Func::new(store, ty, |_caller, _params, _results| Ok(())).map_err(error)?.into()
            }
            HostItem::Global(value) => {
                let (content, value) = match value {
                    Value::I32(n) => (vm::ValType::I32, vm::Val::I32(n)),
                    Value::I64(n) => (vm::ValType::I64, vm::Val::I64(n)),
                    Value::F32(bits) => (vm::ValType::F32, vm::Val::F32(bits)),
                    Value::F64(bits) => (vm::ValType::F64, vm::Val::F64(bits)),
                    Value::V128(bits) => (vm::ValType::V128, vm::Val::V128(bits)),
                    Value::Ref(_) => (vm::ValType::EXTERNREF, vm::Val::ExternRef(None)),
                };
                let ty = vm::GlobalType { content, mutable: false };
                vm::Global::new(store, ty, value).map_err(error)?.into()
            }
            HostItem::Table { min, max, table64 } => {
                let limits = vm::Limits { min, max: Some(max) };
                let ty = vm::TableType { limits, element: vm::RefType::FUNCREF, table64 };
                vm::Table::new(store, ty, vm::Ref::Func(None)).map_err(error)?.into()
            }
            HostItem::Memory { min, max, shared } => {
                let ty = vm::MemoryType { shared, ..vm::MemoryType::new(min, Some(max)) };
                vm::Memory::new(store, ty).map_err(error)?.into()
            }
        })
    }

    /// A store is used by one thread at a time, so the thread gets a store of its own. Shared memories are in both.
    fn thread(&self, gate: &FeatureGate, shared: Option<Vec<(String, vm::Extern)>>) -> SessionResult<ThreadSession> {
        let mut other = Self::new(&self.engine);
        let mut memories = Vec::new();
        for (name, it) in shared.iter().flatten() {
            let memory = it.into_memory().and_then(|memory| memory.as_shared(&self.store));
            if let Some(memory) = memory {
                let memory = vm::Memory::from_shared(&mut other.store, &memory).map_err(error)?;
                memories.push((name.clone(), memory.into()));
            }
        }
        let id = shared.as_ref().map(|_| InstanceId(0));
        Ok((Box::new(StoreSession::with_shared(other, *gate, shared.map(|_| memories))), id))
    }
}

fn no_value(value: Value) -> SessionError {
    SessionError::Other(format!("the VM has no value {value}"))
}

fn error(error: vm::Error) -> SessionError {
    match error {
        vm::Error::Invalid { message, offset } => SessionError::Invalid(format!("{message} (at offset {offset:#x})")),
        vm::Error::Unsupported { feature, what, .. } => SessionError::unsupported(feature, what),
        vm::Error::UnknownImport { .. } | vm::Error::IncompatibleImport { .. } => {
            SessionError::Unlinkable(error.to_string())
        }
        vm::Error::Trap { trap: vm::Trap::CallStackExhausted, .. } => {
            SessionError::Exhaustion(vm::Trap::CallStackExhausted.message().to_owned())
        }
        vm::Error::Trap { trap: vm::Trap::UnhandledTag, .. } => {
            SessionError::Suspension(vm::Trap::UnhandledTag.message().to_owned())
        }
        vm::Error::Trap { trap, .. } => SessionError::Trap(trap.message().to_owned()),
        vm::Error::Exception(_) => SessionError::Exception(error.to_string()),
        other => SessionError::Other(other.to_string()),
    }
}

fn num_type(ty: NumType) -> vm::ValType {
    match ty {
        NumType::I32 => vm::ValType::I32,
        NumType::I64 => vm::ValType::I64,
        NumType::F32 => vm::ValType::F32,
        NumType::F64 => vm::ValType::F64,
    }
}
