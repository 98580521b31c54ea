//! WAMR, the WebAssembly Micro Runtime, as an engine: its fast interpreter.
//!
//! Its interface gives modules nothing but host functions, and knows no values but numbers: what imports anything else,
//! be it from the host or from another instance, is `unsupported`.

use super::peer::outline::{Export, Outline, only_numbers};
use super::peer::{Gate, Peer, PeerSession, gate, inexpressible, no_such_value, trap};
use super::spectest::{self, ITEMS, Item, Num};
use super::value::Value;
use super::{Done, EITHER, Engine, Error, Mode, Session, Stop, unknown_mode};
use std::rc::Rc;
use wamrx::{Val, ValType};
use wasmparser::WasmFeatures;

/// What WAMR has as it is built here, and cannot switch off.
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
    .union(WasmFeatures::EXTENDED_CONST);

/// The engine.
pub struct Wamr;

impl Engine for Wamr {
    fn name(&self) -> &'static str {
        "wamr"
    }

    fn version(&self) -> String {
        format!("wamrx {}", env!("WASSAY_VERSION_WAMR"))
    }

    fn about(&self) -> &'static str {
        "WAMR, the WebAssembly Micro Runtime, in this process"
    }

    fn modes(&self) -> Vec<Mode> {
        vec![Mode { name: "fast-interpreter", about: "code for registers, made when a module is loaded" }]
    }

    fn missing(&self) -> Vec<String> {
        gate::missing(FEATURES)
    }

    fn session(&self, mode: &str, features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        if !self.has_mode(mode) {
            return Err(unknown_mode(self, mode));
        }
        let start = |error: wamrx::Error| Error::Start { engine: "wamr", reason: error.to_string() };
        let peer = Instances::new().map_err(start)?;
        Ok(Box::new(PeerSession::new(peer, Gate::new(features, FEATURES, FEATURES))))
    }
}

/// A module, loaded anew for each instance: an instance takes it.
struct Module {
    wasm: Vec<u8>,
    outline: Rc<Outline>,
}

/// What can be imported or exported.
#[derive(Clone)]
enum Exported {
    /// Something of an instance.
    Of(usize, String),
    /// A host function that takes these.
    Host(&'static [Num]),
}

/// An instance, what it shows, and whether it has trapped: the crate has no way to clear a trap, and WAMR answers every
/// call after one with the same trap.
struct Instance {
    instance: wamrx::Instance,
    outline: Rc<Outline>,
    trapped: bool,
    /// Whether an instance that could not be made was to import from it: its state is not what scripts expect then.
    shared: bool,
}

/// One script's instances. The host functions are the process's: a module finds them when it is loaded.
struct Instances {
    instances: Vec<Instance>,
    linker: wamrx::Linker,
    engine: wamrx::Engine,
}

impl Instances {
    fn new() -> wamrx::Result<Self> {
        let engine = wamrx::Engine::new()?;
        let mut linker = wamrx::Linker::new(&engine);
        for (name, item) in ITEMS {
            if let Item::Func(params) = item {
                let ty = wamrx::FuncType::new(params.iter().map(|ty| num(*ty)), []);
                linker.define_func(spectest::NAME, name, ty, |_, _| {})?;
            }
        }
        Ok(Self { instances: Vec::new(), linker, engine })
    }

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

    fn load(&self, wasm: &[u8]) -> Done<wamrx::Module> {
        wamrx::Module::new(&self.engine, wasm).map_err(|failure| {
            let text = failure.to_string();
            // Imports are looked at when a module is loaded.
            match ["incompatible import type", "unknown import"].into_iter().any(|words| text.contains(words)) {
                true => Stop::Unlinkable(text),
                false => gate::refused(text),
            }
        })
    }
}

impl Peer for Instances {
    type Module = Module;
    type Instance = usize;
    type Item = Exported;

    fn compile(&mut self, wasm: &[u8]) -> Done<Module> {
        let outline = Outline::of(wasm);
        let names = outline.imports.iter().flat_map(|(from, name, _)| [from, name]).chain(outline.exports.keys());
        let zero = names.into_iter().any(|name| name.contains('\0'));
        self.load(wasm).map_err(|stop| match stop {
            Stop::Invalid(text) if zero => inexpressible("names", text),
            other => other,
        })?;
        Ok(Module { wasm: wasm.to_vec(), outline: Rc::new(outline) })
    }

    fn imports(&self, module: &Module) -> Vec<(String, String)> {
        module.outline.imports.iter().map(|(from, name, _)| (from.clone(), name.clone())).collect()
    }

    fn instantiate(&mut self, module: &Module, imports: Vec<Exported>) -> Done<usize> {
        for ((from, name, ty), item) in module.outline.imports.iter().zip(imports) {
            match item {
                Exported::Host(params) => {
                    let params: Vec<_> = params.iter().map(|ty| wasm_num(*ty)).collect();
                    if !ty.as_ref().is_some_and(|ty| ty.params() == params && ty.results().is_empty()) {
                        return Err(Stop::Unlinkable(format!("incompatible import type: `{from}` `{name}`")));
                    }
                }
                Exported::Of(exporter, _) => {
                    self.instances[exporter].shared = true;
                    return Err(inexpressible("linking", format!("import of another instance's `{name}`")));
                }
            }
        }
        let loaded = self.load(&module.wasm)?;
        let instance = self.linker.instantiate(loaded).map_err(|failure| stop(&failure))?;
        self.instances.push(Instance { instance, outline: Rc::clone(&module.outline), trapped: false, shared: false });
        Ok(self.instances.len() - 1)
    }

    fn export(&mut self, instance: &usize, name: &str) -> Option<Exported> {
        let known = self.instances[*instance].outline.exports.contains_key(name);
        known.then(|| Exported::Of(*instance, name.to_owned()))
    }

    fn call(&mut self, function: Exported, args: &[Value]) -> Done<Vec<Value>> {
        let (instance, Export::Function(ty), name) = self.of(&function)? else {
            return Err(Stop::Error("not a function".to_owned()));
        };
        only_numbers(ty.params())?;
        only_numbers(ty.results())?;
        let params = args.iter().map(|arg| argument(*arg)).collect::<Done<Vec<_>>>()?;
        let mut results = vec![Val::I32(0); ty.results().len()];
        if instance.trapped {
            return Err(inexpressible("calls after traps", "the crate has no way to clear the trap of an instance"));
        }
        let found = instance.instance.get_func(&name).map_err(|failure| stop(&failure))?;
        let done = found.call(&params, &mut results);
        instance.trapped = done.is_err();
        done.map_err(|failure| stop(&failure))?;
        Ok(results.into_iter().map(result).collect())
    }

    fn read(&mut self, global: Exported) -> Done<Value> {
        let (instance, Export::Global(ty), name) = self.of(&global)? else {
            return Err(Stop::Error("not a global".to_owned()));
        };
        only_numbers(&[ty])?;
        let found = instance.instance.get_global(&name).map_err(|failure| stop(&failure))?;
        Ok(result(found.get()))
    }

    fn host(&mut self, item: Item) -> Done<Exported> {
        match item {
            Item::Func(params) => Ok(Exported::Host(params)),
            _ => Err(inexpressible("linking", format!("import from `{}` of what is no function", spectest::NAME))),
        }
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

fn result(value: Val) -> Value {
    match value {
        Val::I32(n) => Value::I32(n),
        Val::I64(n) => Value::I64(n),
        Val::F32(n) => Value::F32(n.to_bits()),
        Val::F64(n) => Value::F64(n.to_bits()),
    }
}

/// What an error is. WAMR has only words for it; those of traps are the scripts' for the most part.
fn stop(failure: &wamrx::Error) -> Stop {
    let (wamrx::Error::Trap(text) | wamrx::Error::Instantiate(text)) = failure else {
        return Stop::Error(failure.to_string());
    };
    let either = |messages: &[&str]| Stop::Trap(messages.join(EITHER));
    let message = text.trim_start_matches("WASM module instantiate failed: ").trim_start_matches("Exception: ");
    match message {
        "wasm operand stack overflow" | "native stack overflow" => trap("call stack exhausted"),
        "undefined element" | "out of bounds table access" => {
            either(&["undefined element", "out of bounds table access"])
        }
        "uninitialized element" => either(&["uninitialized element", "null function reference"]),
        "data segment does not fit" | "out of bounds memory access" => trap("out of bounds memory access"),
        "elements segment does not fit" => either(&["out of bounds table access", "undefined element"]),
        other if matches!(failure, wamrx::Error::Trap(_)) => trap(other),
        other if TRAPS.iter().any(|known| other.starts_with(known)) => trap(other),
        other => Stop::Error(other.to_owned()),
    }
}

/// Traps of start functions, which come as errors of instantiation.
const TRAPS: [&str; 5] =
    ["unreachable", "integer", "invalid conversion to integer", "indirect call type mismatch", "unaligned atomic"];

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
