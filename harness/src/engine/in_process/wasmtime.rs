//! Wasmtime (feature `wasmtime`): its optimising compiler, its baseline compiler and its portable interpreter.

use super::engine::{EngineInfo, InProcessEngine};
use super::feature_gate::FeatureGate;
use super::host_references::HostReferences;
use super::session::StoreSession;
use super::store::EngineStore;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::{InstanceId, Mode, ThreadSession};
use crate::engine::spectest::{HostItem, NumType};
use crate::engine::value::{Heap, Ref, Value};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use wasmparser::WasmFeatures;
use wasmtime::wasmparser::WasmFeatures as Flags;
use wasmtime::{Extern, HeapType, RefType, Strategy, Trap, Val};

/// Suffix of modes in which relaxed vector operators follow the deterministic profile.
/// <https://webassembly.github.io/spec/core/appendix/profiles.html#deterministic-profile-det>
const DETERMINISTIC: &str = "-deterministic";

/// The engine. It keeps Wasmtime's engines by mode and features.
#[derive(Default)]
pub(super) struct Wasmtime {
    engines: Mutex<HashMap<(String, u64), wasmtime::Engine>>,
}

impl InProcessEngine for Wasmtime {
    const INFO: EngineInfo = EngineInfo {
        name: "wasmtime",
        version: env!("WASSAY_VERSION_WASMTIME"),
        about: "Wasmtime, in this process",
        modes: &[
            Mode { name: "cranelift", about: "the optimising compiler" },
            Mode { name: "winch", about: "the baseline compiler" },
            Mode { name: "pulley", about: "the optimising compiler for the portable interpreter" },
        ],
    };
    type Store = Store;

    /// Besides the modes that are listed, each of them with the deterministic profile.
    fn has_mode(&self, mode: &str) -> bool {
        Self::INFO.modes.iter().any(|known| known.name == mode.trim_end_matches(DETERMINISTIC))
    }

    fn start(&self, mode: &str, on: WasmFeatures) -> Result<Store, String> {
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (mode.to_owned(), on.bits());
        let engine = match engines.get(&key) {
            Some(engine) => engine.clone(),
            None => {
                let engine = engine(mode, on).map_err(|error| format!("{error:#}"))?;
                engines.insert(key, engine.clone());
                engine
            }
        };
        Ok(Store::new(&engine, mode.starts_with("winch"), on.contains(WasmFeatures::THREADS)))
    }

    /// Wasmtime rejects a configuration with features that it, or the mode's compiler, does not have. The probe is not
    /// compiled: that the baseline compiler does not know every operator of a feature is no lack of the whole feature.
    fn accepts(&self, mode: &str, features: WasmFeatures, probe: &[u8]) -> bool {
        // Wasmtime refuses some features without vectors.
        let engine = engine(mode, features).or_else(|_| engine(mode, features.union(WasmFeatures::SIMD)));
        engine.is_ok_and(|engine| wasmtime::Module::validate(&engine, probe).is_ok())
    }
}

/// Converts features to the flags of Wasmtime's own, older `wasmparser`; `None` if it does not know one of them.
fn flags(features: WasmFeatures) -> Option<Flags> {
    features.iter_names().map(|(name, _)| Flags::from_name(name)).collect()
}

/// Creates one of Wasmtime's engines with these features and no others.
fn engine(mode: &str, features: WasmFeatures) -> wasmtime::Result<wasmtime::Engine> {
    let mut config = wasmtime::Config::new();
    let base = mode.trim_end_matches(DETERMINISTIC);
    config.relaxed_simd_deterministic(base != mode);
    config.strategy(if base == "winch" { Strategy::Winch } else { Strategy::Cranelift });
    if base == "pulley" {
        config.target(if cfg!(target_endian = "big") { "pulley64be" } else { "pulley64" })?;
    }
    let on = flags(features).ok_or_else(|| wasmtime::Error::msg("a feature that Wasmtime does not know"))?;
    config.wasm_features(on, true).wasm_features(!on, false);
    config.shared_memory(features.contains(WasmFeatures::THREADS));
    wasmtime::Engine::new(&config)
}

/// The store of one script.
pub(super) struct Store {
    store: wasmtime::Store<()>,
    host_references: HostReferences<wasmtime::Rooted<wasmtime::ExternRef>>,
    /// Whether the compiler may lack single operators of a feature that it has.
    partial: bool,
    /// Whether shared memories can be created.
    threads: bool,
}

impl Store {
    fn new(engine: &wasmtime::Engine, partial: bool, threads: bool) -> Self {
        Self { store: wasmtime::Store::new(engine, ()), host_references: HostReferences::new(), partial, threads }
    }

    /// The host's reference of a number.
    fn host_value(&mut self, number: u32) -> SessionResult<wasmtime::Rooted<wasmtime::ExternRef>> {
        let store = &mut self.store;
        self.host_references
            .get_or_create(number, |number| wasmtime::ExternRef::new(store, number).map_err(|e| error(&e)))
    }

    fn host_number(&self, value: wasmtime::Rooted<wasmtime::ExternRef>) -> Option<u32> {
        value.data(&self.store).ok()??.downcast_ref::<u32>().copied()
    }

    fn argument(&mut self, value: Value, ty: Option<wasmtime::ValType>) -> SessionResult<Val> {
        Ok(match value {
            Value::I32(n) => Val::I32(n),
            Value::I64(n) => Val::I64(n),
            Value::F32(bits) => Val::F32(bits),
            Value::F64(bits) => Val::F64(bits),
            Value::V128(bits) => Val::V128(bits.into()),
            Value::Ref(Ref::Null(heap)) => match (heap.top(), ty) {
                (Some(Heap::Func), _) => Val::FuncRef(None),
                (Some(Heap::Extern), _) => Val::ExternRef(None),
                (Some(Heap::Any), _) => Val::AnyRef(None),
                (Some(Heap::Exn), _) => Val::ExnRef(None),
                (Some(Heap::Cont), _) => Val::ContRef(None),
                // The script does not say which null it is; the parameter does.
                (None, Some(wasmtime::ValType::Ref(ty))) => Val::null_ref(ty.heap_type()),
                _ => return Err(SessionError::no_value(value)),
            },
            Value::Ref(Ref::Extern(Some(number))) => Val::ExternRef(Some(self.host_value(number)?)),
            Value::Ref(Ref::Host(number)) => {
                let value = self.host_value(number)?;
                let any = wasmtime::AnyRef::convert_extern(&mut self.store, value).map_err(|e| error(&e))?;
                Val::AnyRef(Some(any))
            }
            Value::Ref(_) => return Err(SessionError::no_value(value)),
        })
    }

    fn result(&mut self, value: Val) -> SessionResult<Value> {
        Ok(match value {
            Val::I32(n) => Value::I32(n),
            Val::I64(n) => Value::I64(n),
            Val::F32(bits) => Value::F32(bits),
            Val::F64(bits) => Value::F64(bits),
            Val::V128(bits) => Value::V128(bits.as_u128()),
            Val::FuncRef(None) => Value::Ref(Ref::Null(Heap::Func)),
            Val::FuncRef(Some(_)) => Value::Ref(Ref::Func),
            Val::ExternRef(None) => Value::Ref(Ref::Null(Heap::Extern)),
            Val::ExternRef(Some(value)) => Value::Ref(Ref::Extern(self.host_number(value))),
            Val::AnyRef(None) => Value::Ref(Ref::Null(Heap::Any)),
            Val::AnyRef(Some(any)) => Value::Ref(self.any(any).map_err(|e| error(&e))?),
            Val::ExnRef(None) => Value::Ref(Ref::Null(Heap::Exn)),
            Val::ExnRef(Some(_)) => Value::Ref(Ref::Exn),
            Val::ContRef(None) => Value::Ref(Ref::Null(Heap::Cont)),
            Val::ContRef(Some(_)) => Value::Ref(Ref::Cont),
        })
    }

    fn any(&mut self, any: wasmtime::Rooted<wasmtime::AnyRef>) -> wasmtime::Result<Ref> {
        Ok(if any.is_i31(&self.store)? {
            Ref::I31
        } else if any.is_struct(&self.store)? {
            Ref::Struct
        } else if any.is_array(&self.store)? {
            Ref::Array
        } else if any.is_eqref(&self.store)? {
            Ref::Eq
        } else {
            let value = wasmtime::ExternRef::convert_any(&mut self.store, any)?;
            self.host_number(value).map_or(Ref::Any, Ref::Host)
        })
    }

    fn session_error(&mut self, failure: &wasmtime::Error) -> SessionError {
        if failure.is::<wasmtime::ThrownException>() {
            // Otherwise the store would still have it when the next call throws.
            let _ = self.store.take_pending_exception();
            return SessionError::Exception(failure.to_string());
        }
        match failure.downcast_ref::<Trap>() {
            Some(trap) => trapped(*trap),
            None => error(failure),
        }
    }
}

impl EngineStore for Store {
    type Module = wasmtime::Module;
    type Instance = wasmtime::Instance;
    type Extern = Extern;

    fn compile(&mut self, wasm: &[u8]) -> SessionResult<Self::Module> {
        wasmtime::Module::from_binary(self.store.engine(), wasm).map_err(|failure| {
            if let Err(refusal) = wasmtime::Module::validate(self.store.engine(), wasm) {
                return SessionError::invalid(format!("{refusal:#}"));
            }
            let text = format!("{failure:#}");
            // `Module::validate` accepts some encodings of features that are off; compiling does not.
            if ["failed to parse WebAssembly module", "Invalid input WebAssembly code"].iter().any(|w| text.contains(w))
            {
                return SessionError::invalid(text);
            }
            // The baseline compiler rejects single operators that it does not implement yet.
            match self.partial && (text.contains("nimplemented") || text.contains("nsupported")) {
                true => SessionError::unsupported(last_feature(wasm), text),
                false => SessionError::Other(text),
            }
        })
    }

    fn imports(&self, module: &Self::Module) -> Vec<(String, String)> {
        module.imports().map(|import| (import.module().to_owned(), import.name().to_owned())).collect()
    }

    fn instantiate(&mut self, module: &Self::Module, imports: Vec<Extern>) -> SessionResult<Self::Instance> {
        wasmtime::Instance::new(&mut self.store, module, &imports).map_err(|failure| {
            let text = format!("{failure:#}");
            match text.starts_with("incompatible import type") {
                true => SessionError::Unlinkable(text),
                false => self.session_error(&failure),
            }
        })
    }

    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<Extern> {
        instance.get_export(&mut self.store, name)
    }

    fn shared_exports(&mut self, instance: &Self::Instance) -> Vec<(String, Extern)> {
        let exports = instance.exports(&mut self.store).map(|export| (export.name().to_owned(), export.into_extern()));
        exports.filter(|(_, item)| matches!(item, Extern::SharedMemory(_))).collect()
    }

    fn call(&mut self, function: Extern, args: &[Value]) -> SessionResult<Vec<Value>> {
        let function = function.into_func().ok_or_else(|| SessionError::Other("not a function".to_owned()))?;
        let ty = function.ty(&self.store);
        let params = args.iter().enumerate().map(|(index, arg)| self.argument(*arg, ty.param(index)));
        let params = params.collect::<SessionResult<Vec<_>>>()?;
        let mut results = vec![Val::FuncRef(None); ty.results().len()];
        function.call(&mut self.store, &params, &mut results).map_err(|failure| self.session_error(&failure))?;
        results.into_iter().map(|value| self.result(value)).collect()
    }

    fn read_global(&mut self, global: Extern) -> SessionResult<Value> {
        let global = global.into_global().ok_or_else(|| SessionError::Other("not a global".to_owned()))?;
        let value = global.get(&mut self.store);
        self.result(value)
    }

    fn read_memory(&mut self, memory: Extern) -> SessionResult<Vec<u8>> {
        match memory {
            Extern::Memory(memory) => Ok(memory.data(&self.store).to_vec()),
            // SAFETY: each byte is in bounds of the memory and valid to read as long as the memory exists. No thread of the
            // script runs when this is called.
            Extern::SharedMemory(memory) => Ok(memory.data().iter().map(|byte| unsafe { *byte.get() }).collect()),
            _ => Err(SessionError::Other("not a memory".to_owned())),
        }
    }

    fn host_item(&mut self, item: HostItem) -> SessionResult<Extern> {
        let made = match item {
            HostItem::Func(params) => {
                let ty = wasmtime::FuncType::new(self.store.engine(), params.iter().map(|param| num(*param)), []);
                Ok(wasmtime::Func::new(&mut self.store, ty, |_, _, _| Ok(())).into())
            }
            HostItem::Global(value) => {
                let value = self.argument(value, None)?;
                let content = value.ty(&self.store).map_err(|e| error(&e))?;
                let ty = wasmtime::GlobalType::new(content, wasmtime::Mutability::Const);
                wasmtime::Global::new(&mut self.store, ty, value).map(Extern::from)
            }
            HostItem::Table { min, max, table64 } => {
                let ty = match (table64, u32::try_from(min), u32::try_from(max)) {
                    (false, Ok(min), Ok(max)) => wasmtime::TableType::new(RefType::FUNCREF, min, Some(max)),
                    _ => wasmtime::TableType::new64(RefType::FUNCREF, min, Some(max)),
                };
                wasmtime::Table::new(&mut self.store, ty, wasmtime::Ref::null(&HeapType::Func)).map(Extern::from)
            }
            HostItem::Memory { shared: true, .. } if !self.threads => {
                return Err(SessionError::unsupported("threads", "a shared memory"));
            }
            HostItem::Memory { min, max, shared } => {
                let ty = wasmtime::MemoryTypeBuilder::new().min(min).max(Some(max)).shared(shared).build();
                ty.and_then(|ty| match shared {
                    true => wasmtime::SharedMemory::new(self.store.engine(), ty).map(Extern::from),
                    false => wasmtime::Memory::new(&mut self.store, ty).map(Extern::from),
                })
            }
        };
        made.map_err(|failure| error(&failure))
    }

    /// A store is used by one thread at a time, so the thread gets a store of its own. Shared memories are in both.
    fn thread(&self, gate: &FeatureGate, shared: Option<Vec<(String, Extern)>>) -> SessionResult<ThreadSession> {
        let id = shared.as_ref().map(|_| InstanceId(0));
        Ok((
            Box::new(StoreSession::with_shared(
                Self::new(self.store.engine(), self.partial, self.threads),
                *gate,
                shared,
            )),
            id,
        ))
    }
}

fn error(failure: &wasmtime::Error) -> SessionError {
    SessionError::Other(format!("{failure:#}"))
}

/// Converts a trap to the messages of scripts. Where one trap stands for several of theirs, it has all of their messages.
fn trapped(code: Trap) -> SessionError {
    match code {
        Trap::UnreachableCodeReached => SessionError::from_trap_message("unreachable"),
        Trap::IndirectCallToNull => SessionError::any_trap_of(&["uninitialized element", "null function reference"]),
        Trap::TableOutOfBounds => SessionError::any_trap_of(&["undefined element", "out of bounds table access"]),
        // It does not tell which type of null reference.
        Trap::NullReference => SessionError::from_trap_message("null"),
        Trap::AtomicWaitNonSharedMemory => SessionError::from_trap_message("expected shared memory"),
        Trap::UnhandledTag => SessionError::Suspension("unhandled tag".to_owned()),
        other => SessionError::from_trap_message(other.to_string().trim_start_matches("wasm trap: ")),
    }
}

fn num(ty: NumType) -> wasmtime::ValType {
    match ty {
        NumType::I32 => wasmtime::ValType::I32,
        NumType::I64 => wasmtime::ValType::I64,
        NumType::F32 => wasmtime::ValType::F32,
        NumType::F64 => wasmtime::ValType::F64,
    }
}

/// The feature that a gap in a compiler is named after: the newest that the module needs.
fn last_feature(wasm: &[u8]) -> &'static str {
    let needed = crate::features::required(wasm, WasmFeatures::all()).unwrap_or_default();
    let young = ["relaxed_simd", "simd", "threads", "wide_arithmetic", "memory64", "custom_page_sizes"];
    let known = young.into_iter().find(|name| needed.contains(name));
    known.or_else(|| needed.last().copied()).unwrap_or("mvp")
}
