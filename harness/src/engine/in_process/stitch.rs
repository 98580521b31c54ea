//! Stitch, Makepad's interpreter (feature `stitch`).

use super::engine::{EngineInfo, InProcessEngine};
use super::host_references::HostReferences;
use super::store::EngineStore;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::Mode;
use crate::engine::spectest::{HostItem, NumType};
use crate::engine::value::{Heap, Ref, Value};
use makepad_stitch as stitch;
use stitch::{ExternVal, Val};
use wasmparser::WasmFeatures;

/// The engine. It has no switches for features.
#[derive(Default)]
pub(super) struct Stitch;

impl InProcessEngine for Stitch {
    const INFO: EngineInfo = EngineInfo {
        name: "stitch",
        version: env!("WASSAY_VERSION_STITCH"),
        about: "Makepad's interpreter Stitch, in this process",
        modes: &[Mode { name: "interpreter", about: "threaded code, made when a function is first called" }],
    };
    type Store = Store;

    fn start(&self, _mode: &str, _on: WasmFeatures) -> Result<Store, String> {
        Ok(Store { store: stitch::Store::new(stitch::Engine::new()), host_references: HostReferences::new() })
    }
}

/// The store of one script.
pub(super) struct Store {
    store: stitch::Store,
    host_references: HostReferences<stitch::ExternRef>,
}

impl Store {
    fn argument(&mut self, value: Value) -> SessionResult<Val> {
        Ok(match value {
            Value::I32(n) => Val::I32(n),
            Value::I64(n) => Val::I64(n),
            Value::F32(bits) => Val::F32(f32::from_bits(bits)),
            Value::F64(bits) => Val::F64(f64::from_bits(bits)),
            Value::Ref(Ref::Null(Heap::Func)) => Val::FuncRef(stitch::FuncRef::null()),
            Value::Ref(Ref::Null(Heap::Extern)) => Val::ExternRef(stitch::ExternRef::null()),
            Value::Ref(Ref::Extern(Some(number))) => {
                let store = &mut self.store;
                let made =
                    self.host_references.get_or_create(number, |number| Ok(stitch::ExternRef::new(store, number)))?;
                Val::ExternRef(made)
            }
            Value::V128(_) | Value::Ref(_) => return Err(SessionError::no_value(value)),
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

impl EngineStore for Store {
    type Module = stitch::Module;
    type Instance = stitch::Instance;
    type Extern = ExternVal;

    fn compile(&mut self, wasm: &[u8]) -> SessionResult<Self::Module> {
        stitch::Module::new(self.store.engine(), wasm).map_err(|failure| SessionError::invalid(failure.to_string()))
    }

    fn imports(&self, module: &Self::Module) -> Vec<(String, String)> {
        module.imports().map(|((from, name), _)| (from.to_owned(), name.to_owned())).collect()
    }

    fn instantiate(&mut self, module: &Self::Module, imports: Vec<ExternVal>) -> SessionResult<Self::Instance> {
        // The linker accepts each name once. Two imports of the same name are the same external value.
        let mut linker = stitch::Linker::new();
        let mut defined = std::collections::HashSet::new();
        for ((from, name), item) in self.imports(module).into_iter().zip(imports) {
            if defined.insert((from.clone(), name.clone())) {
                linker.define(&from, &name, item);
            }
        }
        linker.instantiate(&mut self.store, module).map_err(|failure| error(&failure))
    }

    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<ExternVal> {
        instance.exported_val(name)
    }

    fn call(&mut self, function: ExternVal, args: &[Value]) -> SessionResult<Vec<Value>> {
        let function = function.to_func().ok_or_else(|| SessionError::Other("not a function".to_owned()))?;
        let params = args.iter().map(|arg| self.argument(*arg)).collect::<SessionResult<Vec<_>>>()?;
        let mut results: Vec<Val> = function.type_(&self.store).results().iter().map(|ty| Val::default(*ty)).collect();
        function.call(&mut self.store, &params, &mut results).map_err(|failure| error(&failure))?;
        Ok(results.into_iter().map(|value| self.result(value)).collect())
    }

    fn read_global(&mut self, global: ExternVal) -> SessionResult<Value> {
        let global = global.to_global().ok_or_else(|| SessionError::Other("not a global".to_owned()))?;
        Ok(self.result(global.get(&self.store)))
    }

    fn host_item(&mut self, item: HostItem) -> SessionResult<ExternVal> {
        let store = &mut self.store;
        let limits = |min: u64, max: u64| {
            let [min, max] = [min, max].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
            stitch::Limits { min, max: Some(max) }
        };
        Ok(match item {
            // It creates host functions from closures, whose types must be known at compile time.
            HostItem::Func([]) => stitch::Func::wrap(store, || {}).into(),
            HostItem::Func([NumType::I32]) => stitch::Func::wrap(store, |_: i32| {}).into(),
            HostItem::Func([NumType::I64]) => stitch::Func::wrap(store, |_: i64| {}).into(),
            HostItem::Func([NumType::F32]) => stitch::Func::wrap(store, |_: f32| {}).into(),
            HostItem::Func([NumType::F64]) => stitch::Func::wrap(store, |_: f64| {}).into(),
            HostItem::Func([NumType::I32, NumType::F32]) => stitch::Func::wrap(store, |_: i32, _: f32| {}).into(),
            HostItem::Func([NumType::F64, NumType::F64]) => stitch::Func::wrap(store, |_: f64, _: f64| {}).into(),
            HostItem::Func(_) => return Err(SessionError::unsupported("linking", "a host function of this type")),
            HostItem::Global(value) => {
                let value = self.argument(value)?;
                let ty = stitch::GlobalType { mut_: stitch::Mut::Const, val: value.type_() };
                let made = stitch::Global::new(&mut self.store, ty, value);
                made.map_err(|failure| SessionError::Other(failure.to_string()))?.into()
            }
            HostItem::Table { table64: true, .. } => {
                return Err(SessionError::unsupported("memory64", "a table with 64-bit indices"));
            }
            HostItem::Table { min, max, .. } => {
                let ty = stitch::TableType { limits: limits(min, max), elem: stitch::RefType::FuncRef };
                let made = stitch::Table::new(store, ty, stitch::Ref::null(stitch::RefType::FuncRef));
                made.map_err(|failure| SessionError::Other(failure.to_string()))?.into()
            }
            HostItem::Memory { shared: true, .. } => {
                return Err(SessionError::unsupported("threads", "a shared memory"));
            }
            HostItem::Memory { min, max, .. } => {
                stitch::Mem::new(store, stitch::MemType { limits: limits(min, max) }).into()
            }
        })
    }
}

fn error(failure: &stitch::Error) -> SessionError {
    let memory = "out of bounds memory access";
    let table = ["out of bounds table access", "undefined element"];
    match failure {
        stitch::Error::Decode(error) => SessionError::invalid(error.to_string()),
        stitch::Error::Instantiate(error) => SessionError::Unlinkable(error.to_string()),
        stitch::Error::Table(_) => SessionError::any_trap_of(&table),
        stitch::Error::Memory(_) => SessionError::from_trap_message(memory),
        // The type of traps is private, so they are identified by their messages.
        stitch::Error::Trap(error) => match error.to_string().as_str() {
            "type mismatch" => SessionError::from_trap_message("indirect call type mismatch"),
            "element uninitialized" => SessionError::from_trap_message("uninitialized element"),
            "table access out of bounds" => SessionError::any_trap_of(&table),
            "memory access out of bounds" => SessionError::from_trap_message(memory),
            "stack overflow" => SessionError::from_trap_message("call stack exhausted"),
            other => SessionError::from_trap_message(other),
        },
        other => {
            SessionError::Other(std::error::Error::source(other).map_or_else(|| other.to_string(), ToString::to_string))
        }
    }
}
