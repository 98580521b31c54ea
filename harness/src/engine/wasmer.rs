//! Wasmer as an engine, with its Cranelift back end.
//!
//! Its other back ends, LLVM and Singlepass, are under the Business Source License since 6.0: they may be measured as
//! programs of their own, but never linked.

use super::peer::{About, Crate, Externs, Peer, gate, inexpressible, no_such_value, trap};
use super::spectest::{Item, Num};
use super::value::{Heap, Ref, Value};
use super::{Done, EITHER, Mode, Stop};
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

/// What Wasmer always has on.
const FIXED: WasmFeatures =
    WasmFeatures::MUTABLE_GLOBAL.union(WasmFeatures::SATURATING_FLOAT_TO_INT).union(WasmFeatures::SIGN_EXTENSION);

/// The engine.
pub struct Wasmer;

impl Crate for Wasmer {
    const ABOUT: About = About {
        name: "wasmer",
        version: env!("WASSAY_VERSION_WASMER"),
        about: "Wasmer, in this process",
        modes: &[Mode { name: "cranelift", about: "the optimising compiler that Wasmtime has too" }],
    };
    type Peer = Store;

    /// What the back end says that it has. It does not say `tail_call` and the like where it would only fail later.
    fn able(&self, _mode: &str) -> WasmFeatures {
        let has = wasmer::Engine::supported_features_for_backend(
            &wasmer::BackendKind::Cranelift,
            &wasmer::sys::Target::default(),
        );
        let supported = SWITCHES.iter().filter(|(_, switch)| {
            let mut with = has.clone();
            switch(&mut with, true);
            with == has
        });
        let halves = WasmFeatures::BULK_MEMORY_OPT.union(WasmFeatures::CALL_INDIRECT_OVERLONG);
        supported.map(|(flag, _)| *flag).collect::<WasmFeatures>().union(FIXED).union(halves).union(WasmFeatures::MVP)
    }

    fn fixed(&self, _mode: &str) -> WasmFeatures {
        FIXED
    }

    fn start(&self, _mode: &str, on: WasmFeatures) -> Result<Store, String> {
        Ok(Store::new(&engine(on)))
    }
}

fn engine(on: WasmFeatures) -> wasmer::Engine {
    let mut features = Features::none();
    for (flag, switch) in SWITCHES {
        switch(&mut features, on.contains(flag));
    }
    EngineBuilder::new(wasmer::sys::Cranelift::default()).set_features(Some(features)).engine().into()
}

/// One script's store.
pub(super) struct Store {
    store: wasmer::Store,
    externs: Externs<wasmer::ExternRef>,
}

/// It cannot be sent to a thread, so scripts' threads are `unsupported`.
impl Store {
    fn new(engine: &wasmer::Engine) -> Self {
        Self { store: wasmer::Store::new(engine.clone()), externs: Externs::new() }
    }

    fn argument(&mut self, value: Value) -> Done<wasmer::Value> {
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
                let made = self.externs.of(number, |number| Ok(wasmer::ExternRef::new(store, number)))?;
                wasmer::Value::ExternRef(Some(made))
            }
            Value::Ref(_) => return Err(no_such_value(value)),
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

impl Peer for Store {
    type Module = wasmer::Module;
    type Instance = wasmer::Instance;
    type Item = Extern;

    fn compile(&mut self, wasm: &[u8]) -> Done<Self::Module> {
        wasmer::Module::from_binary(&self.store, wasm).map_err(|failure| uncompiled(&failure))
    }

    fn validate(&mut self, wasm: &[u8]) -> Done<()> {
        wasmer::Module::validate(&self.store, wasm).map_err(|failure| uncompiled(&failure))
    }

    fn imports(&self, module: &Self::Module) -> Vec<(String, String)> {
        module.imports().map(|import| (import.module().to_owned(), import.name().to_owned())).collect()
    }

    fn instantiate(&mut self, module: &Self::Module, imports: Vec<Extern>) -> Done<Self::Instance> {
        wasmer::Instance::new_by_index(&mut self.store, module, &imports).map_err(|failure| match failure {
            InstantiationError::Link(LinkError::Import(..)) => Stop::Unlinkable(failure.to_string()),
            InstantiationError::Link(LinkError::Trap(error)) | InstantiationError::Start(error) => stopped(error),
            other => Stop::Error(other.to_string()),
        })
    }

    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<Extern> {
        instance.exports.get_extern(name).cloned()
    }

    fn call(&mut self, function: Extern, args: &[Value]) -> Done<Vec<Value>> {
        let Extern::Function(function) = function else { return Err(Stop::Error("not a function".to_owned())) };
        let params = args.iter().map(|arg| self.argument(*arg)).collect::<Done<Vec<_>>>()?;
        let results = function.call(&mut self.store, &params).map_err(stopped)?;
        Ok(results.iter().map(|value| self.result(value)).collect())
    }

    fn read(&mut self, global: Extern) -> Done<Value> {
        let Extern::Global(global) = global else { return Err(Stop::Error("not a global".to_owned())) };
        let value = global.get(&mut self.store);
        Ok(self.result(&value))
    }

    fn host(&mut self, item: Item) -> Done<Extern> {
        Ok(match item {
            Item::Func(params) => {
                let params: Vec<Type> = params.iter().map(|param| num(*param)).collect();
                let ty = wasmer::FunctionType::new(params, []);
                wasmer::Function::new(&mut self.store, ty, |_| Ok(Vec::new())).into()
            }
            Item::Global(value) => {
                let value = self.argument(value)?;
                wasmer::Global::new(&mut self.store, value).into()
            }
            Item::Table { table64: true, .. } => return Err(inexpressible("memory64", "a table with 64-bit indices")),
            Item::Table { min, max, .. } => {
                let [min, max] = [min, max].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
                let ty = wasmer::TableType::new(Type::FuncRef, min, Some(max));
                let made = wasmer::Table::new(&mut self.store, ty, wasmer::Value::FuncRef(None));
                made.map_err(stopped)?.into()
            }
            Item::Memory { min, max, shared } => {
                let [min, max] = [min, max].map(|n| Pages(u32::try_from(n).unwrap_or(u32::MAX)));
                let ty = wasmer::MemoryType::new(min, Some(max), shared);
                let made = wasmer::Memory::new(&mut self.store, ty);
                made.map_err(|failure| Stop::Error(failure.to_string()))?.into()
            }
        })
    }
}

fn uncompiled(failure: &CompileError) -> Stop {
    match failure {
        CompileError::Validate(text) => gate::refused(text.clone()),
        CompileError::Wasm(wasmer::WasmError::InvalidWebAssembly { message, .. }) => gate::refused(message.clone()),
        CompileError::Wasm(wasmer::WasmError::Unsupported(what)) => inexpressible("compiler", what.clone()),
        CompileError::UnsupportedFeature(feature) => inexpressible(feature, "the compiler says so"),
        other => Stop::Error(other.to_string()),
    }
}

/// What a trap is in the words of scripts. Where one trap stands for several of theirs, any of them may be meant.
fn stopped(failure: RuntimeError) -> Stop {
    use wasmer::sys::vm::TrapCode;
    if failure.is_exception() {
        return Stop::Exception(failure.message());
    }
    let either = |messages: &[&str]| Stop::Trap(messages.join(EITHER));
    let text = failure.message();
    match failure.to_trap() {
        Some(TrapCode::UncaughtException) => Stop::Exception(text),
        Some(TrapCode::TableAccessOutOfBounds) => either(&["undefined element", "out of bounds table access"]),
        Some(TrapCode::UnalignedAtomic | TrapCode::HeapMisaligned) => trap("unaligned atomic"),
        Some(TrapCode::UninitializedExnRef) => trap("null"),
        Some(code) => trap(code.message()),
        None => Stop::Error(text),
    }
}

fn num(ty: Num) -> Type {
    match ty {
        Num::I32 => Type::I32,
        Num::I64 => Type::I64,
        Num::F32 => Type::F32,
        Num::F64 => Type::F64,
    }
}
