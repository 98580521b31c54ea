//! Stitch, Makepad's interpreter, as an engine.

use super::peer::{About, Crate, Externs, Peer, gate, inexpressible, no_such_value, trap};
use super::spectest::{Item, Num};
use super::value::{Heap, Ref, Value};
use super::{Done, EITHER, Mode, Stop};
use makepad_stitch as stitch;
use stitch::{ExternVal, Val};
use wasmparser::WasmFeatures;

/// What it has, and cannot switch off.
const FEATURES: WasmFeatures = WasmFeatures::MVP
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG);

/// The engine.
pub struct Stitch;

impl Crate for Stitch {
    const ABOUT: About = About {
        name: "stitch",
        version: env!("WASSAY_VERSION_STITCH"),
        about: "Makepad's interpreter Stitch, in this process",
        modes: &[Mode { name: "interpreter", about: "threaded code, made when a function is first called" }],
    };
    type Peer = Store;

    fn able(&self, _mode: &str) -> WasmFeatures {
        FEATURES
    }

    fn fixed(&self, _mode: &str) -> WasmFeatures {
        FEATURES
    }

    fn start(&self, _mode: &str, _on: WasmFeatures) -> Result<Store, String> {
        Ok(Store { store: stitch::Store::new(stitch::Engine::new()), externs: Externs::new() })
    }
}

/// One script's store.
pub(super) struct Store {
    store: stitch::Store,
    externs: Externs<stitch::ExternRef>,
}

impl Store {
    fn argument(&mut self, value: Value) -> Done<Val> {
        Ok(match value {
            Value::I32(n) => Val::I32(n),
            Value::I64(n) => Val::I64(n),
            Value::F32(bits) => Val::F32(f32::from_bits(bits)),
            Value::F64(bits) => Val::F64(f64::from_bits(bits)),
            Value::Ref(Ref::Null(Heap::Func)) => Val::FuncRef(stitch::FuncRef::null()),
            Value::Ref(Ref::Null(Heap::Extern)) => Val::ExternRef(stitch::ExternRef::null()),
            Value::Ref(Ref::Extern(Some(number))) => {
                let store = &mut self.store;
                let made = self.externs.of(number, |number| Ok(stitch::ExternRef::new(store, number)))?;
                Val::ExternRef(made)
            }
            Value::V128(_) | Value::Ref(_) => return Err(no_such_value(value)),
        })
    }

    fn result(&self, value: Val) -> Value {
        match value {
            Val::I32(n) => Value::I32(n),
            Val::I64(n) => Value::I64(n),
            Val::F32(n) => Value::F32(n.to_bits()),
            Val::F64(n) => Value::F64(n.to_bits()),
            Val::FuncRef(function) if function.is_null() => Value::Ref(Ref::Null(Heap::Func)),
            Val::FuncRef(_) => Value::Ref(Ref::Func),
            Val::ExternRef(value) => Value::Ref(match value.get(&self.store) {
                None => Ref::Null(Heap::Extern),
                Some(object) => Ref::Extern(object.downcast_ref::<u32>().copied()),
            }),
        }
    }
}

impl Peer for Store {
    type Module = stitch::Module;
    type Instance = stitch::Instance;
    type Item = ExternVal;

    fn compile(&mut self, wasm: &[u8]) -> Done<Self::Module> {
        stitch::Module::new(self.store.engine(), wasm).map_err(|failure| gate::refused(failure.to_string()))
    }

    fn imports(&self, module: &Self::Module) -> Vec<(String, String)> {
        module.imports().map(|((from, name), _)| (from.to_owned(), name.to_owned())).collect()
    }

    fn instantiate(&mut self, module: &Self::Module, imports: Vec<ExternVal>) -> Done<Self::Instance> {
        // Its linker takes each name once; what is imported twice under one name is the same thing.
        let mut linker = stitch::Linker::new();
        let mut defined = std::collections::HashSet::new();
        for ((from, name), item) in self.imports(module).into_iter().zip(imports) {
            if defined.insert((from.clone(), name.clone())) {
                linker.define(&from, &name, item);
            }
        }
        linker.instantiate(&mut self.store, module).map_err(|failure| stop(&failure))
    }

    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<ExternVal> {
        instance.exported_val(name)
    }

    fn call(&mut self, function: ExternVal, args: &[Value]) -> Done<Vec<Value>> {
        let function = function.to_func().ok_or_else(|| Stop::Error("not a function".to_owned()))?;
        let params = args.iter().map(|arg| self.argument(*arg)).collect::<Done<Vec<_>>>()?;
        let mut results: Vec<Val> = function.type_(&self.store).results().iter().map(|ty| Val::default(*ty)).collect();
        function.call(&mut self.store, &params, &mut results).map_err(|failure| stop(&failure))?;
        Ok(results.into_iter().map(|value| self.result(value)).collect())
    }

    fn read(&mut self, global: ExternVal) -> Done<Value> {
        let global = global.to_global().ok_or_else(|| Stop::Error("not a global".to_owned()))?;
        Ok(self.result(global.get(&self.store)))
    }

    fn host(&mut self, item: Item) -> Done<ExternVal> {
        let store = &mut self.store;
        let limits = |min: u64, max: u64| {
            let [min, max] = [min, max].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
            stitch::Limits { min, max: Some(max) }
        };
        Ok(match item {
            // It makes host functions of closures whose types it reads at compile time.
            Item::Func([]) => stitch::Func::wrap(store, || {}).into(),
            Item::Func([Num::I32]) => stitch::Func::wrap(store, |_: i32| {}).into(),
            Item::Func([Num::I64]) => stitch::Func::wrap(store, |_: i64| {}).into(),
            Item::Func([Num::F32]) => stitch::Func::wrap(store, |_: f32| {}).into(),
            Item::Func([Num::F64]) => stitch::Func::wrap(store, |_: f64| {}).into(),
            Item::Func([Num::I32, Num::F32]) => stitch::Func::wrap(store, |_: i32, _: f32| {}).into(),
            Item::Func([Num::F64, Num::F64]) => stitch::Func::wrap(store, |_: f64, _: f64| {}).into(),
            Item::Func(_) => return Err(inexpressible("linking", "a host function of this type")),
            Item::Global(value) => {
                let value = self.argument(value)?;
                let ty = stitch::GlobalType { mut_: stitch::Mut::Const, val: value.type_() };
                let made = stitch::Global::new(&mut self.store, ty, value);
                made.map_err(|failure| Stop::Error(failure.to_string()))?.into()
            }
            Item::Table { table64: true, .. } => return Err(inexpressible("memory64", "a table with 64-bit indices")),
            Item::Table { min, max, .. } => {
                let ty = stitch::TableType { limits: limits(min, max), elem: stitch::RefType::FuncRef };
                let made = stitch::Table::new(store, ty, stitch::Ref::null(stitch::RefType::FuncRef));
                made.map_err(|failure| Stop::Error(failure.to_string()))?.into()
            }
            Item::Memory { shared: true, .. } => return Err(inexpressible("threads", "a shared memory")),
            Item::Memory { min, max, .. } => {
                stitch::Mem::new(store, stitch::MemType { limits: limits(min, max) }).into()
            }
        })
    }
}

fn stop(failure: &stitch::Error) -> Stop {
    let either = |messages: &[&str]| Stop::Trap(messages.join(EITHER));
    let memory = "out of bounds memory access";
    let table = ["out of bounds table access", "undefined element"];
    match failure {
        stitch::Error::Decode(error) => gate::refused(error.to_string()),
        stitch::Error::Instantiate(error) => Stop::Unlinkable(error.to_string()),
        stitch::Error::Table(_) => either(&table),
        stitch::Error::Memory(_) => trap(memory),
        // The type of traps is not public; their words are.
        stitch::Error::Trap(error) => match error.to_string().as_str() {
            "type mismatch" => trap("indirect call type mismatch"),
            "element uninitialized" => trap("uninitialized element"),
            "table access out of bounds" => either(&table),
            "memory access out of bounds" => trap(memory),
            "stack overflow" => trap("call stack exhausted"),
            other => trap(other),
        },
        other => Stop::Error(std::error::Error::source(other).map_or_else(|| other.to_string(), ToString::to_string)),
    }
}
