//! Wasmer with its Cranelift back end (feature `wasmer`).
//!
//! Its other back ends, LLVM and Singlepass, are under the Business Source License since 6.0. They may be measured as
//! separate programs, but must not be linked.

use super::engine::{EngineInfo, InProcessEngine};
use super::host_references::HostReferences;
use super::store::EngineStore;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::Mode;
use crate::engine::spectest::{HostItem, NumType};
use crate::engine::value::{Heap, Ref, Value};
use wasmer::sys::{EngineBuilder, Features};
use wasmer::{CompileError, Extern, InstantiationError, LinkError, Pages, RuntimeError, Type};
use wasmparser::WasmFeatures;

/// Features that Wasmer has a switch for, and the switch.
const SWITCHES: [(WasmFeatures, Switch); 11] = [
    (WasmFeatures::THREADS, Features::threads),
    (WasmFeatures::REFERENCE_TYPES, Features::reference_types),
    (WasmFeatures::SIMD, Features::simd),
    (WasmFeatures::BULK_MEMORY, Features::bulk_memory),
    (WasmFeatures::MULTI_VALUE, Features::multi_value),
    (WasmFeatures::TAIL_CALL, Features::tail_call),
    (WasmFeatures::MULTI_MEMORY, Features::multi_memory),
    (WasmFeatures::EXCEPTIONS, Features::exceptions),
    (WasmFeatures::RELAXED_SIMD, Features::relaxed_simd),
    (WasmFeatures::EXTENDED_CONST, Features::extended_const),
    (WasmFeatures::WIDE_ARITHMETIC, Features::wide_arithmetic),
];

type Switch = fn(&mut Features, bool) -> &mut Features;

/// The engine.
#[derive(Default)]
pub(super) struct Wasmer;

impl InProcessEngine for Wasmer {
    const INFO: EngineInfo = EngineInfo {
        name: "wasmer",
        version: env!("WASSAY_VERSION_WASMER"),
        about: "Wasmer, in this process",
        modes: &[Mode { name: "cranelift", about: "the optimising compiler that Wasmtime has too" }],
    };
    type Store = Store;

    fn start(&self, _mode: &str, features: WasmFeatures) -> Result<Store, String> {
        Ok(Store::new(&engine(features)))
    }

    /// The back end lists the features that it has. Some that it does not list, `tail_call` among them, are accepted in a
    /// module and fail later.
    fn accepts(&self, mode: &str, features: WasmFeatures, probe: &[u8]) -> bool {
        let listed = wasmer::Engine::supported_features_for_backend(
            &wasmer::BackendKind::Cranelift,
            &wasmer::sys::Target::default(),
        );
        let mut wanted = listed.clone();
        for (_, switch) in SWITCHES.iter().filter(|(feature, _)| features.contains(*feature)) {
            switch(&mut wanted, true);
        }
        wanted == listed && self.start(mode, features).is_ok_and(|mut store| store.validate(probe).is_ok())
    }
}

fn engine(on: WasmFeatures) -> wasmer::Engine {
    let mut features = Features::none();
    for (flag, switch) in SWITCHES {
        switch(&mut features, on.contains(flag));
    }
    EngineBuilder::new(wasmer::sys::Cranelift::default()).set_features(Some(features)).engine().into()
}

/// The store of one script. It cannot be sent to another thread, so threads of scripts are `unsupported`.
pub(super) struct Store {
    store: wasmer::Store,
    host_references: HostReferences<wasmer::ExternRef>,
}

impl Store {
    fn new(engine: &wasmer::Engine) -> Self {
        Self { store: wasmer::Store::new(engine.clone()), host_references: HostReferences::new() }
    }

    fn argument(&mut self, value: Value) -> SessionResult<wasmer::Value> {
        Ok(match value {
            Value::I32(n) => wasmer::Value::I32(n),
            Value::I64(n) => wasmer::Value::I64(n),
            Value::F32(bits) => wasmer::Value::F32(f32::from_bits(bits)),
            Value::F64(bits) => wasmer::Value::F64(f64::from_bits(bits)),
            Value::V128(bits) => wasmer::Value::V128(bits),
            Value::Ref(Ref::Null(Heap::Func)) => wasmer::Value::FuncRef(None),
            Value::Ref(Ref::Null(Heap::Extern)) => wasmer::Value::ExternRef(None),
            Value::Ref(Ref::Null(Heap::Exn)) => wasmer::Value::ExceptionRef(None),
            Value::Ref(Ref::Extern(Some(number))) => {
                let store = &mut self.store;
                let made =
                    self.host_references.get_or_create(number, |number| Ok(wasmer::ExternRef::new(store, number)))?;
                wasmer::Value::ExternRef(Some(made))
            }
            Value::Ref(_) => return Err(SessionError::no_value(value)),
        })
    }

    fn result(&self, value: &wasmer::Value) -> Value {
        match value {
            wasmer::Value::I32(n) => Value::I32(*n),
            wasmer::Value::I64(n) => Value::I64(*n),
            wasmer::Value::F32(n) => Value::F32(n.to_bits()),
            wasmer::Value::F64(n) => Value::F64(n.to_bits()),
            wasmer::Value::V128(bits) => Value::V128(*bits),
            wasmer::Value::FuncRef(None) => Value::Ref(Ref::Null(Heap::Func)),
            wasmer::Value::FuncRef(Some(_)) => Value::Ref(Ref::Func),
            wasmer::Value::ExternRef(None) => Value::Ref(Ref::Null(Heap::Extern)),
            wasmer::Value::ExternRef(Some(value)) => {
                Value::Ref(Ref::Extern(value.downcast::<u32>(&self.store).copied()))
            }
            wasmer::Value::ExceptionRef(None) => Value::Ref(Ref::Null(Heap::Exn)),
            wasmer::Value::ExceptionRef(Some(_)) => Value::Ref(Ref::Exn),
        }
    }
}

impl EngineStore for Store {
    type Module = wasmer::Module;
    type Instance = wasmer::Instance;
    type Extern = Extern;

    fn compile(&mut self, wasm: &[u8]) -> SessionResult<Self::Module> {
        wasmer::Module::from_binary(&self.store, wasm).map_err(|failure| compile_error(&failure))
    }

    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()> {
        wasmer::Module::validate(&self.store, wasm).map_err(|failure| compile_error(&failure))
    }

    fn imports(&self, module: &Self::Module) -> Vec<(String, String)> {
        module.imports().map(|import| (import.module().to_owned(), import.name().to_owned())).collect()
    }

    fn instantiate(&mut self, module: &Self::Module, imports: Vec<Extern>) -> SessionResult<Self::Instance> {
        wasmer::Instance::new_by_index(&mut self.store, module, &imports).map_err(|failure| match failure {
            InstantiationError::Link(LinkError::Import(..)) => SessionError::Unlinkable(failure.to_string()),
            InstantiationError::Link(LinkError::Trap(error)) | InstantiationError::Start(error) => runtime_error(error),
            other => SessionError::Other(other.to_string()),
        })
    }

    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<Extern> {
        instance.exports.get_extern(name).cloned()
    }

    fn call(&mut self, function: Extern, args: &[Value]) -> SessionResult<Vec<Value>> {
        let Extern::Function(function) = function else { return Err(SessionError::Other("not a function".to_owned())) };
        let params = args.iter().map(|arg| self.argument(*arg)).collect::<SessionResult<Vec<_>>>()?;
        let results = function.call(&mut self.store, &params).map_err(runtime_error)?;
        Ok(results.iter().map(|value| self.result(value)).collect())
    }

    fn read_global(&mut self, global: Extern) -> SessionResult<Value> {
        let Extern::Global(global) = global else { return Err(SessionError::Other("not a global".to_owned())) };
        let value = global.get(&mut self.store);
        Ok(self.result(&value))
    }

    fn host_item(&mut self, item: HostItem) -> SessionResult<Extern> {
        Ok(match item {
            HostItem::Func(params) => {
                let params: Vec<Type> = params.iter().map(|param| num(*param)).collect();
                let ty = wasmer::FunctionType::new(params, []);
                wasmer::Function::new(&mut self.store, ty, |_| Ok(Vec::new())).into()
            }
            HostItem::Global(value) => {
                let value = self.argument(value)?;
                wasmer::Global::new(&mut self.store, value).into()
            }
            HostItem::Table { table64: true, .. } => {
                return Err(SessionError::unsupported("memory64", "a table with 64-bit indices"));
            }
            HostItem::Table { min, max, .. } => {
                let [min, max] = [min, max].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
                let ty = wasmer::TableType::new(Type::FuncRef, min, Some(max));
                let made = wasmer::Table::new(&mut self.store, ty, wasmer::Value::FuncRef(None));
                made.map_err(runtime_error)?.into()
            }
            HostItem::Memory { min, max, shared } => {
                let [min, max] = [min, max].map(|n| Pages(u32::try_from(n).unwrap_or(u32::MAX)));
                let ty = wasmer::MemoryType::new(min, Some(max), shared);
                let made = wasmer::Memory::new(&mut self.store, ty);
                made.map_err(|failure| SessionError::Other(failure.to_string()))?.into()
            }
        })
    }
}

fn compile_error(failure: &CompileError) -> SessionError {
    match failure {
        CompileError::Validate(text) => SessionError::invalid(text.clone()),
        CompileError::Wasm(wasmer::WasmError::InvalidWebAssembly { message, .. }) => {
            SessionError::invalid(message.clone())
        }
        CompileError::Wasm(wasmer::WasmError::Unsupported(what)) => SessionError::unsupported("compiler", what.clone()),
        CompileError::UnsupportedFeature(feature) => SessionError::unsupported(feature, "the compiler says so"),
        other => SessionError::Other(other.to_string()),
    }
}

/// Converts a trap to the messages of scripts. Where one trap stands for several of theirs, it has all of their messages.
fn runtime_error(failure: RuntimeError) -> SessionError {
    use wasmer::sys::vm::TrapCode;
    if failure.is_exception() {
        return SessionError::Exception(failure.message());
    }
    let text = failure.message();
    match failure.to_trap() {
        Some(TrapCode::UncaughtException) => SessionError::Exception(text),
        Some(TrapCode::TableAccessOutOfBounds) => {
            SessionError::any_trap_of(&["undefined element", "out of bounds table access"])
        }
        Some(TrapCode::UnalignedAtomic | TrapCode::HeapMisaligned) => {
            SessionError::from_trap_message("unaligned atomic")
        }
        Some(TrapCode::UninitializedExnRef) => SessionError::from_trap_message("null"),
        Some(code) => SessionError::from_trap_message(code.message()),
        None => SessionError::Other(text),
    }
}

fn num(ty: NumType) -> Type {
    match ty {
        NumType::I32 => Type::I32,
        NumType::I64 => Type::I64,
        NumType::F32 => Type::F32,
        NumType::F64 => Type::F64,
    }
}
