//! Wasm3, an interpreter in C, as an engine.
//!
//! Its interface gives modules nothing but host functions: what imports anything else, be it from the host or from
//! another instance, is `unsupported`.

use super::peer::outline::{Export, Outline, only_numbers};
use super::peer::{About, Crate, Peer, gate, inexpressible, no_such_value, trap};
use super::spectest::{self, Item, Num};
use super::value::Value;
use super::{Done, EITHER, Mode, Stop};
use std::rc::Rc;
use wasm3x::{CompilationMode, Val, ValType};
use wasmparser::WasmFeatures;

/// The engine.
pub struct Wasm3;

impl Crate for Wasm3 {
    const ABOUT: About = About {
        name: "wasm3",
        version: concat!("0.9.0 (wasm3x ", env!("WASSAY_VERSION_WASM3"), ")"),
        about: "the interpreter Wasm3, in this process",
        modes: &[Mode { name: "interpreter", about: "threaded code, made when a module is instantiated" }],
    };
    type Peer = Stores;

    fn able(&self, _mode: &str) -> WasmFeatures {
        FEATURES
    }

    fn fixed(&self, _mode: &str) -> WasmFeatures {
        FEATURES
    }

    fn start(&self, _mode: &str, _on: WasmFeatures) -> Result<Stores, String> {
        let mut config = wasm3x::Config::new();
        config.compilation_mode(CompilationMode::Eager);
        Ok(Stores { engine: wasm3x::Engine::new(&config), instances: Vec::new(), hosts: Vec::new() })
    }
}

/// What Wasm3 0.9.0 has as it is built here, and cannot switch off.
const FEATURES: WasmFeatures = WasmFeatures::MVP
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::TAIL_CALL)
    .union(WasmFeatures::EXTENDED_CONST)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES)
    .union(WasmFeatures::COMPACT_IMPORTS);

/// A module: its bytes as Wasm3 keeps them, and what they show.
pub(super) struct Module {
    module: wasm3x::Module,
    outline: Rc<Outline>,
}

/// An instance has a store of its own, because Wasm3 looks functions up in all modules of a store at once.
struct Instance {
    store: wasm3x::Store<()>,
    instance: wasm3x::Instance,
    outline: Rc<Outline>,
    /// Whether an instance that could not be made was to import from it: its state is not what scripts expect then.
    shared: bool,
}

/// What can be imported or exported.
#[derive(Clone)]
pub(super) enum Exported {
    /// Something of an instance.
    Of(usize, String),
    /// A host function, by its place among them.
    Host(usize),
}

/// One script's instances.
pub(super) struct Stores {
    engine: wasm3x::Engine,
    instances: Vec<Instance>,
    /// Types of the host functions.
    hosts: Vec<&'static [Num]>,
}

impl Stores {
    fn of(&mut self, item: &Exported) -> Done<(&mut Instance, Export, String)> {
        let Exported::Of(index, name) = item else { return Err(Stop::Error("not an instance's".to_owned())) };
        if name.contains('\0') {
            return Err(inexpressible("names", "the engine's interface takes names that end with a zero byte"));
        }
        let instance = &mut self.instances[*index];
        if instance.shared {
            return Err(inexpressible("linking", "what another instance should have done to this one is not done"));
        }
        let export = instance.outline.exports.get(name).cloned().unwrap_or(Export::Other);
        Ok((instance, export, name.clone()))
    }

    fn make(&self, module: &Module, linker: &wasm3x::Linker<()>, start: bool) -> Done<Instance> {
        let mut store = wasm3x::Store::new(&self.engine, ());
        let made = match start {
            true => linker.instantiate_and_start(&mut store, &module.module),
            false => linker.instantiate(&mut store, &module.module),
        };
        let instance = made.map_err(|failure| stop(&failure))?;
        Ok(Instance { store, instance, outline: Rc::clone(&module.outline), shared: false })
    }
}

impl Peer for Stores {
    type Module = Module;
    type Instance = usize;
    type Item = Exported;

    fn compile(&mut self, wasm: &[u8]) -> Done<Module> {
        let module = wasm3x::Module::new(&self.engine, wasm);
        let module = module.map_err(|failure| gate::refused(failure.to_string()))?;
        Ok(Module { module, outline: Rc::new(Outline::of(wasm)) })
    }

    /// Functions are checked when they are translated, which is when a module is instantiated.
    fn validate(&mut self, wasm: &[u8]) -> Done<()> {
        let module = self.compile(wasm)?;
        match self.make(&module, &wasm3x::Linker::new(&self.engine), false) {
            Err(Stop::Error(text)) => Err(gate::refused(text)),
            // A segment out of bounds, say, is another matter.
            _ => Ok(()),
        }
    }

    fn imports(&self, module: &Module) -> Vec<(String, String)> {
        module.outline.imports.iter().map(|(from, name, _)| (from.clone(), name.clone())).collect()
    }

    fn instantiate(&mut self, module: &Module, imports: Vec<Exported>) -> Done<usize> {
        let mut linker = wasm3x::Linker::new(&self.engine);
        for ((from, name, ty), item) in module.outline.imports.iter().zip(imports) {
            match item {
                Exported::Host(index) => {
                    let params = self.hosts[index];
                    let wanted = ty.as_ref().map(|ty| (ty.params(), ty.results()));
                    if wanted != Some((&params.iter().map(|ty| wasm_num(*ty)).collect::<Vec<_>>()[..], &[])) {
                        return Err(Stop::Unlinkable(format!("incompatible import type: `{from}` `{name}`")));
                    }
                    let ty = wasm3x::FuncType::new(params.iter().map(|ty| num(*ty)), []);
                    linker.func_new(from, name, ty, |_, _, _| Ok(())).map_err(|failure| stop(&failure))?;
                }
                Exported::Of(exporter, _) => {
                    self.instances[exporter].shared = true;
                    return Err(inexpressible("linking", format!("import of another instance's `{name}`")));
                }
            }
        }
        let made = self.make(module, &linker, true)?;
        self.instances.push(made);
        Ok(self.instances.len() - 1)
    }

    fn export(&mut self, instance: &usize, name: &str) -> Option<Exported> {
        let known = self.instances[*instance].outline.exports.contains_key(name);
        known.then(|| Exported::Of(*instance, name.to_owned()))
    }

    fn call(&mut self, function: Exported, args: &[Value]) -> Done<Vec<Value>> {
        let (Instance { store, instance, .. }, Export::Function(ty), name) = self.of(&function)? else {
            return Err(Stop::Error("not a function".to_owned()));
        };
        only_numbers(ty.params())?;
        only_numbers(ty.results())?;
        let params = args.iter().map(|arg| argument(*arg)).collect::<Done<Vec<_>>>()?;
        let mut results = vec![Val::I32(0); ty.results().len()];
        let found = instance.get_func(&*store, &name);
        let found = found.ok_or_else(|| Stop::Error(format!("`{name}` is not found, or does not compile")))?;
        found.call(store, &params, &mut results).map_err(|failure| stop(&failure))?;
        results.into_iter().map(result).collect()
    }

    fn read(&mut self, global: Exported) -> Done<Value> {
        let (Instance { store, instance, .. }, Export::Global(ty), name) = self.of(&global)? else {
            return Err(Stop::Error("not a global".to_owned()));
        };
        only_numbers(&[ty])?;
        let found = instance.get_global(&*store, &name);
        let found = found.ok_or_else(|| Stop::Error(format!("`{name}` is not found")))?;
        found.get(&*store).map_err(|failure| stop(&failure)).and_then(result)
    }

    fn host(&mut self, item: Item) -> Done<Exported> {
        let Item::Func(params) = item else {
            return Err(inexpressible("linking", format!("import from `{}` of what is no function", spectest::NAME)));
        };
        self.hosts.push(params);
        Ok(Exported::Host(self.hosts.len() - 1))
    }
}

fn argument(value: Value) -> Done<Val> {
    Ok(match value {
        Value::I32(n) => Val::I32(n),
        Value::I64(n) => Val::I64(n),
        Value::F32(bits) => Val::F32(f32::from_bits(bits)),
        Value::F64(bits) => Val::F64(f64::from_bits(bits)),
        Value::V128(_) | Value::Ref(_) => return Err(no_such_value(value)),
    })
}

fn result(value: Val) -> Done<Value> {
    Ok(match value {
        Val::I32(n) => Value::I32(n),
        Val::I64(n) => Value::I64(n),
        Val::F32(n) => Value::F32(n.to_bits()),
        Val::F64(n) => Value::F64(n.to_bits()),
        Val::FuncRef(_) => return Err(inexpressible("reference_types", "a function as a result")),
    })
}

/// What an error is. Wasm3 has only words for it, traps' in brackets.
fn stop(failure: &wasm3x::Error) -> Stop {
    let text = failure.to_string();
    let Some((_, message)) = text.split_once("[trap] ") else {
        // Segments are no traps to it.
        return match text.trim_start_matches("wasm3 error: ") {
            "data segment out of bounds" => trap("out of bounds memory access"),
            "out of bounds table access" => trap("out of bounds table access"),
            _ => Stop::Error(text),
        };
    };
    let either = |messages: &[&str]| Stop::Trap(messages.join(EITHER));
    match message.split(':').next().unwrap_or(message).trim() {
        "undefined element" | "out of bounds table access" | "table access out of bounds" => {
            either(&["undefined element", "out of bounds table access"])
        }
        "stack overflow" => trap("call stack exhausted"),
        other => trap(other.trim_end_matches(" executed")),
    }
}

fn num(ty: Num) -> ValType {
    match ty {
        Num::I32 => ValType::I32,
        Num::I64 => ValType::I64,
        Num::F32 => ValType::F32,
        Num::F64 => ValType::F64,
    }
}

fn wasm_num(ty: Num) -> wasmparser::ValType {
    match ty {
        Num::I32 => wasmparser::ValType::I32,
        Num::I64 => wasmparser::ValType::I64,
        Num::F32 => wasmparser::ValType::F32,
        Num::F64 => wasmparser::ValType::F64,
    }
}
