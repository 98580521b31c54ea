//! Wasmi (feature `wasmi`).

use super::engine::{EngineInfo, InProcessEngine};
use super::host_references::HostReferences;
use super::store::EngineStore;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::Mode;
use crate::engine::spectest::{HostItem, NumType};
use crate::engine::value::{Heap, Ref, Value};
use wasmi::errors::{ErrorKind, InstantiationError};
use wasmi::{Extern, Nullable, TrapCode, Val};
use wasmparser::WasmFeatures;

/// Features that Wasmi has a switch for, and the switch.
const SWITCHES: [(WasmFeatures, Switch); 13] = [
    (WasmFeatures::MUTABLE_GLOBAL, wasmi::Config::wasm_mutable_global),
    (WasmFeatures::SIGN_EXTENSION, wasmi::Config::wasm_sign_extension),
    (WasmFeatures::SATURATING_FLOAT_TO_INT, wasmi::Config::wasm_saturating_float_to_int),
    (WasmFeatures::MULTI_VALUE, wasmi::Config::wasm_multi_value),
    (WasmFeatures::MULTI_MEMORY, wasmi::Config::wasm_multi_memory),
    (WasmFeatures::BULK_MEMORY, wasmi::Config::wasm_bulk_memory),
    (WasmFeatures::REFERENCE_TYPES, wasmi::Config::wasm_reference_types),
    (WasmFeatures::TAIL_CALL, wasmi::Config::wasm_tail_call),
    (WasmFeatures::EXTENDED_CONST, wasmi::Config::wasm_extended_const),
    (WasmFeatures::CUSTOM_PAGE_SIZES, wasmi::Config::wasm_custom_page_sizes),
    (WasmFeatures::MEMORY64, wasmi::Config::wasm_memory64),
    (WasmFeatures::WIDE_ARITHMETIC, wasmi::Config::wasm_wide_arithmetic),
    (WasmFeatures::SIMD, wasmi::Config::wasm_simd),
];

type Switch = fn(&mut wasmi::Config, bool) -> &mut wasmi::Config;

/// The engine.
#[derive(Default)]
pub(super) struct Wasmi;

impl InProcessEngine for Wasmi {
    const INFO: EngineInfo = EngineInfo {
        name: "wasmi",
        version: env!("WASSAY_VERSION_WASMI"),
        about: "the interpreter Wasmi, in this process",
        modes: &[
            Mode { name: "eager", about: "everything is translated when a module is compiled" },
            Mode { name: "lazy", about: "functions are translated when they are first called" },
        ],
    };
    type Store = Store;

    fn start(&self, mode: &str, on: WasmFeatures) -> Result<Store, String> {
        let mut config = wasmi::Config::default();
        config.compilation_mode(match mode {
            "lazy" => wasmi::CompilationMode::LazyTranslation,
            _ => wasmi::CompilationMode::Eager,
        });
        for (feature, switch) in SWITCHES {
            switch(&mut config, on.contains(feature));
        }
        config.wasm_relaxed_simd(on.contains(WasmFeatures::RELAXED_SIMD));
        let store = wasmi::Store::new(&wasmi::Engine::new(&config), ());
        Ok(Store { store, host_references: HostReferences::new() })
    }
}

/// The store of one script.
pub(super) struct Store {
    store: wasmi::Store<()>,
    host_references: HostReferences<wasmi::ExternRef>,
}

impl Store {
    fn argument(&mut self, value: Value) -> SessionResult<Val> {
        Ok(match value {
            Value::I32(n) => Val::I32(n),
            Value::I64(n) => Val::I64(n),
            Value::F32(bits) => Val::F32(wasmi::F32::from_bits(bits)),
            Value::F64(bits) => Val::F64(wasmi::F64::from_bits(bits)),
            Value::V128(bits) => Val::V128(bits.into()),
            Value::Ref(Ref::Null(Heap::Func)) => Val::FuncRef(Nullable::Null),
            Value::Ref(Ref::Null(Heap::Extern)) => Val::ExternRef(Nullable::Null),
            Value::Ref(Ref::Extern(Some(number))) => {
                let store = &mut self.store;
                let made =
                    self.host_references.get_or_create(number, |number| Ok(wasmi::ExternRef::new(store, number)))?;
                Val::ExternRef(Nullable::Val(made))
            }
            Value::Ref(_) => return Err(SessionError::no_value(value)),
        })
    }

    fn result(&self, value: &Val) -> Value {
        match value {
            Val::I32(n) => Value::I32(*n),
            Val::I64(n) => Value::I64(*n),
            Val::F32(n) => Value::F32(n.to_bits()),
            Val::F64(n) => Value::F64(n.to_bits()),
            Val::V128(bits) => Value::V128(bits.as_u128()),
            Val::FuncRef(Nullable::Null) => Value::Ref(Ref::Null(Heap::Func)),
            Val::FuncRef(Nullable::Val(_)) => Value::Ref(Ref::Func),
            Val::ExternRef(Nullable::Null) => Value::Ref(Ref::Null(Heap::Extern)),
            Val::ExternRef(Nullable::Val(value)) => {
                Value::Ref(Ref::Extern(value.data(&self.store).downcast_ref::<u32>().copied()))
            }
        }
    }
}

impl EngineStore for Store {
    type Module = wasmi::Module;
    type Instance = wasmi::Instance;
    type Extern = Extern;

    fn compile(&mut self, wasm: &[u8]) -> SessionResult<Self::Module> {
        wasmi::Module::new(self.store.engine(), wasm).map_err(|failure| error(&failure))
    }

    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()> {
        wasmi::Module::validate(self.store.engine(), wasm).map_err(|failure| error(&failure))
    }

    fn imports(&self, module: &Self::Module) -> Vec<(String, String)> {
        module.imports().map(|import| (import.module().to_owned(), import.name().to_owned())).collect()
    }

    fn instantiate(&mut self, module: &Self::Module, imports: Vec<Extern>) -> SessionResult<Self::Instance> {
        wasmi::Instance::new(&mut self.store, module, &imports).map_err(|failure| error(&failure))
    }

    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<Extern> {
        instance.get_export(&self.store, name)
    }

    fn call(&mut self, function: Extern, args: &[Value]) -> SessionResult<Vec<Value>> {
        let function = function.into_func().ok_or_else(|| SessionError::Other("not a function".to_owned()))?;
        let params = args.iter().map(|arg| self.argument(*arg)).collect::<SessionResult<Vec<_>>>()?;
        let mut results = vec![Val::I32(0); function.ty(&self.store).results().len()];
        function.call(&mut self.store, &params, &mut results).map_err(|failure| error(&failure))?;
        Ok(results.iter().map(|value| self.result(value)).collect())
    }

    fn read_global(&mut self, global: Extern) -> SessionResult<Value> {
        let global = global.into_global().ok_or_else(|| SessionError::Other("not a global".to_owned()))?;
        Ok(self.result(&global.get(&self.store)))
    }

    fn read_memory(&mut self, memory: Extern) -> SessionResult<Vec<u8>> {
        let memory = memory.into_memory().ok_or_else(|| SessionError::Other("not a memory".to_owned()))?;
        Ok(memory.data(&self.store).to_vec())
    }

    fn host_item(&mut self, item: HostItem) -> SessionResult<Extern> {
        Ok(match item {
            HostItem::Func(params) => {
                let ty = wasmi::FuncType::new(params.iter().map(|param| num(*param)), []);
                Extern::Func(wasmi::Func::new(&mut self.store, ty, |_, _, _| Ok(())))
            }
            HostItem::Global(value) => {
                let value = self.argument(value)?;
                Extern::Global(wasmi::Global::new(&mut self.store, value, wasmi::Mutability::Const))
            }
            HostItem::Table { min, max, table64 } => {
                let ty = match (table64, u32::try_from(min), u32::try_from(max)) {
                    (false, Ok(min), Ok(max)) => wasmi::TableType::new(wasmi::RefType::Func, min, Some(max)),
                    _ => wasmi::TableType::new64(wasmi::RefType::Func, min, Some(max)),
                };
                let null = wasmi::Ref::default_for_ty(wasmi::RefType::Func);
                Extern::Table(wasmi::Table::new(&mut self.store, ty, null).map_err(|failure| error(&failure))?)
            }
            HostItem::Memory { shared: true, .. } => {
                return Err(SessionError::Unsupported {
                    feature: "threads".to_owned(),
                    what: "shared memory".to_owned(),
                });
            }
            HostItem::Memory { min, max, .. } => {
                let mut ty = wasmi::MemoryType::builder();
                ty.min(min).max(Some(max));
                let ty = ty.build();
                let ty = ty.map_err(|failure| SessionError::Other(failure.to_string()))?;
                Extern::Memory(wasmi::Memory::new(&mut self.store, ty).map_err(|failure| error(&failure))?)
            }
        })
    }
}

fn error(failure: &wasmi::Error) -> SessionError {
    if let Some(code) = failure.as_trap_code() {
        return trapped(code);
    }
    let text = failure.to_string();
    match failure.kind() {
        ErrorKind::Wasm(_) | ErrorKind::Read(_) => SessionError::invalid(text),
        ErrorKind::Instantiation(error) => match error {
            InstantiationError::MismatchedNumberOfImports { .. }
            | InstantiationError::ImportTypeMismatch { .. }
            | InstantiationError::GlobalTypeMismatch { .. }
            | InstantiationError::FuncTypeMismatch { .. }
            | InstantiationError::TableTypeMismatch { .. }
            | InstantiationError::MemoryTypeMismatch { .. } => SessionError::Unlinkable(text),
            InstantiationError::ElementSegmentDoesNotFit { .. } => {
                SessionError::from_trap_message("out of bounds table access")
            }
            _ => SessionError::Other(text),
        },
        ErrorKind::Memory(wasmi::errors::MemoryError::OutOfBoundsAccess) => {
            SessionError::from_trap_message("out of bounds memory access")
        }
        _ => SessionError::Other(text),
    }
}

/// Converts a trap to the messages of scripts. Where one trap stands for several of theirs, it has all of their messages.
fn trapped(code: TrapCode) -> SessionError {
    match code {
        TrapCode::UnreachableCodeReached => SessionError::from_trap_message("unreachable"),
        TrapCode::IndirectCallToNull => SessionError::from_trap_message("uninitialized element"),
        TrapCode::TableOutOfBounds => SessionError::any_trap_of(&["undefined element", "out of bounds table access"]),
        other => SessionError::from_trap_message(other.trap_message()),
    }
}

fn num(ty: NumType) -> wasmi::ValType {
    match ty {
        NumType::I32 => wasmi::ValType::I32,
        NumType::I64 => wasmi::ValType::I64,
        NumType::F32 => wasmi::ValType::F32,
        NumType::F64 => wasmi::ValType::F64,
    }
}
