//! Wasm3, an interpreter in C (feature `wasm3`).
//!
//! Modules can import host functions only. A module that imports anything else from the host, or anything from another
//! instance, is `unsupported`.

use super::engine::{EngineInfo, InProcessEngine};
use super::module_type::{Export, ModuleType, only_numbers};
use super::store::EngineStore;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::Mode;
use crate::engine::spectest::{self, HostItem, NumType};
use crate::engine::value::Value;
use std::rc::Rc;
use wasm3x::{CompilationMode, Val, ValType};
use wasmparser::WasmFeatures;

/// The engine. It has no switches for features.
#[derive(Default)]
pub(super) struct Wasm3;

impl InProcessEngine for Wasm3 {
    const INFO: EngineInfo = EngineInfo {
        name: "wasm3",
        version: concat!("0.9.0 (wasm3x ", env!("WASSAY_VERSION_WASM3"), ")"),
        about: "the interpreter Wasm3, in this process",
        modes: &[Mode { name: "interpreter", about: "threaded code, made when a module is instantiated" }],
    };
    type Store = Stores;

    fn start(&self, _mode: &str, _on: WasmFeatures) -> Result<Stores, String> {
        let mut config = wasm3x::Config::new();
        config.compilation_mode(CompilationMode::Eager);
        Ok(Stores { engine: wasm3x::Engine::new(&config), instances: Vec::new(), hosts: Vec::new() })
    }
}

/// A parsed module, with its imports and exports.
pub(super) struct Module {
    module: wasm3x::Module,
    module_type: Rc<ModuleType>,
}

/// An instance. It has a store of its own, because Wasm3 searches for functions in all modules of a store.
struct Instance {
    store: wasm3x::Store<()>,
    instance: wasm3x::Instance,
    module_type: Rc<ModuleType>,
    /// Whether an instance that could not be created imports from this one. Then effects on its state are missing, which
    /// scripts expect.
    shared: bool,
}

/// An external value.
#[derive(Clone)]
pub(super) enum Exported {
    /// An export of an instance: its number, and the name.
    Of(usize, String),
    /// A host function, by its number.
    Host(usize),
}

/// The instances of one script.
pub(super) struct Stores {
    engine: wasm3x::Engine,
    instances: Vec<Instance>,
    /// Types of the host functions.
    hosts: Vec<&'static [NumType]>,
}

impl Stores {
    fn of(&mut self, item: &Exported) -> SessionResult<(&mut Instance, Export, String)> {
        let Exported::Of(index, name) = item else { return Err(SessionError::Other("not an instance's".to_owned())) };
        if name.contains('\0') {
            return Err(SessionError::unsupported(
                "names",
                "the engine's interface takes names that end with a zero byte",
            ));
        }
        let instance = &mut self.instances[*index];
        if instance.shared {
            return Err(SessionError::unsupported("linking", "effects of another instance on this one are missing"));
        }
        let export = instance.module_type.exports.get(name).cloned().unwrap_or(Export::Other);
        Ok((instance, export, name.clone()))
    }

    fn make(&self, module: &Module, linker: &wasm3x::Linker<()>, start: bool) -> SessionResult<Instance> {
        let mut store = wasm3x::Store::new(&self.engine, ());
        let made = match start {
            true => linker.instantiate_and_start(&mut store, &module.module),
            false => linker.instantiate(&mut store, &module.module),
        };
        let instance = made.map_err(|failure| error(&failure))?;
        Ok(Instance { store, instance, module_type: Rc::clone(&module.module_type), shared: false })
    }
}

impl EngineStore for Stores {
    type Module = Module;
    type Instance = usize;
    type Extern = Exported;

    fn compile(&mut self, wasm: &[u8]) -> SessionResult<Module> {
        let module = wasm3x::Module::new(&self.engine, wasm);
        let module = module.map_err(|failure| SessionError::invalid(failure.to_string()))?;
        Ok(Module { module, module_type: Rc::new(ModuleType::of(wasm)) })
    }

    /// Wasm3 checks functions when it translates them, which is when a module is instantiated.
    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()> {
        let module = self.compile(wasm)?;
        match self.make(&module, &wasm3x::Linker::new(&self.engine), false) {
            Err(SessionError::Other(text)) => Err(SessionError::invalid(text)),
            // Other errors, such as a segment out of bounds, do not make a module invalid.
            _ => Ok(()),
        }
    }

    fn imports(&self, module: &Module) -> Vec<(String, String)> {
        module.module_type.imports.iter().map(|(from, name, _)| (from.clone(), name.clone())).collect()
    }

    fn instantiate(&mut self, module: &Module, imports: Vec<Exported>) -> SessionResult<usize> {
        let mut linker = wasm3x::Linker::new(&self.engine);
        for ((from, name, ty), item) in module.module_type.imports.iter().zip(imports) {
            match item {
                Exported::Host(index) => {
                    let params = self.hosts[index];
                    let wanted = ty.as_ref().map(|ty| (ty.params(), ty.results()));
                    if wanted != Some((&params.iter().map(|ty| wasm_num(*ty)).collect::<Vec<_>>()[..], &[])) {
                        return Err(SessionError::Unlinkable(format!("incompatible import type: `{from}` `{name}`")));
                    }
                    let ty = wasm3x::FuncType::new(params.iter().map(|ty| num(*ty)), []);
                    linker.func_new(from, name, ty, |_, _, _| Ok(())).map_err(|failure| error(&failure))?;
                }
                Exported::Of(exporter, _) => {
                    self.instances[exporter].shared = true;
                    return Err(SessionError::unsupported("linking", format!("import of another instance's `{name}`")));
                }
            }
        }
        let made = self.make(module, &linker, true)?;
        self.instances.push(made);
        Ok(self.instances.len() - 1)
    }

    fn export(&mut self, instance: &usize, name: &str) -> Option<Exported> {
        let known = self.instances[*instance].module_type.exports.contains_key(name);
        known.then(|| Exported::Of(*instance, name.to_owned()))
    }

    fn call(&mut self, function: Exported, args: &[Value]) -> SessionResult<Vec<Value>> {
        let (Instance { store, instance, .. }, Export::Function(ty), name) = self.of(&function)? else {
            return Err(SessionError::Other("not a function".to_owned()));
        };
        only_numbers(ty.params())?;
        only_numbers(ty.results())?;
        let params = args.iter().map(|arg| argument(*arg)).collect::<SessionResult<Vec<_>>>()?;
        let mut results = vec![Val::I32(0); ty.results().len()];
        let found = instance.get_func(&*store, &name);
        let found = found.ok_or_else(|| SessionError::Other(format!("`{name}` is not found, or does not compile")))?;
        found.call(store, &params, &mut results).map_err(|failure| error(&failure))?;
        results.into_iter().map(result).collect()
    }

    fn read_global(&mut self, global: Exported) -> SessionResult<Value> {
        let (Instance { store, instance, .. }, Export::Global(ty), name) = self.of(&global)? else {
            return Err(SessionError::Other("not a global".to_owned()));
        };
        only_numbers(&[ty])?;
        let found = instance.get_global(&*store, &name);
        let found = found.ok_or_else(|| SessionError::Other(format!("`{name}` is not found")))?;
        found.get(&*store).map_err(|failure| error(&failure)).and_then(result)
    }

    fn host_item(&mut self, item: HostItem) -> SessionResult<Exported> {
        let HostItem::Func(params) = item else {
            return Err(SessionError::unsupported(
                "linking",
                format!("import from `{}` of what is no function", spectest::NAME),
            ));
        };
        self.hosts.push(params);
        Ok(Exported::Host(self.hosts.len() - 1))
    }
}

fn argument(value: Value) -> SessionResult<Val> {
    Ok(match value {
        Value::I32(n) => Val::I32(n),
        Value::I64(n) => Val::I64(n),
        Value::F32(bits) => Val::F32(f32::from_bits(bits)),
        Value::F64(bits) => Val::F64(f64::from_bits(bits)),
        Value::V128(_) | Value::Ref(_) => return Err(SessionError::no_value(value)),
    })
}

fn result(value: Val) -> SessionResult<Value> {
    Ok(match value {
        Val::I32(n) => Value::I32(n),
        Val::I64(n) => Value::I64(n),
        Val::F32(n) => Value::F32(n.to_bits()),
        Val::F64(n) => Value::F64(n.to_bits()),
        Val::FuncRef(_) => return Err(SessionError::unsupported("reference_types", "a function as a result")),
    })
}

/// Converts an error. Wasm3 has messages only; those of traps begin with `[trap]`.
fn error(failure: &wasm3x::Error) -> SessionError {
    let text = failure.to_string();
    let Some((_, message)) = text.split_once("[trap] ") else {
        // Wasm3 does not treat a segment out of bounds as a trap.
        return match text.trim_start_matches("wasm3 error: ") {
            "data segment out of bounds" => SessionError::from_trap_message("out of bounds memory access"),
            "out of bounds table access" => SessionError::from_trap_message("out of bounds table access"),
            _ => SessionError::Other(text),
        };
    };
    match message.split(':').next().unwrap_or(message).trim() {
        "undefined element" | "out of bounds table access" | "table access out of bounds" => {
            SessionError::any_trap_of(&["undefined element", "out of bounds table access"])
        }
        "stack overflow" => SessionError::from_trap_message("call stack exhausted"),
        other => SessionError::from_trap_message(other.trim_end_matches(" executed")),
    }
}

fn num(ty: NumType) -> ValType {
    match ty {
        NumType::I32 => ValType::I32,
        NumType::I64 => ValType::I64,
        NumType::F32 => ValType::F32,
        NumType::F64 => ValType::F64,
    }
}

fn wasm_num(ty: NumType) -> wasmparser::ValType {
    match ty {
        NumType::I32 => wasmparser::ValType::I32,
        NumType::I64 => wasmparser::ValType::I64,
        NumType::F32 => wasmparser::ValType::F32,
        NumType::F64 => wasmparser::ValType::F64,
    }
}
