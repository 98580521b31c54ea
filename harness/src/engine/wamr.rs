//! WAMR, the WebAssembly Micro Runtime, as an engine: its fast interpreter.
//!
//! A function of another instance comes to a module as a host function that calls it. WAMR has no way to give a module
//! another instance's global, memory or table: that is `unsupported`. From modules that are registered a module can import
//! all of them, but of an instance of its own, which is right for the host module alone: its globals do not change, and no
//! script looks at what others did to its memory and table.

mod cells;
mod runtime;

use super::peer::outline::{Export, Outline};
use super::peer::{About, Crate, Peer, gate, inexpressible, trap};
use super::spectest::{self, Item, Num};
use super::value::Value;
use super::{Done, EITHER, Mode, Stop};
use crate::features::probe;
use runtime::{Import, Runtime};
use std::rc::Rc;
use std::sync::LazyLock;
use wasmparser::{FuncType, ValType, WasmFeatures};

/// The engine.
pub struct Wamr;

impl Crate for Wamr {
    const ABOUT: About = About {
        name: "wamr",
        version: concat!("wamrx-sys ", env!("WASSAY_VERSION_WAMR")),
        about: "WAMR, the WebAssembly Micro Runtime, in this process",
        modes: &[Mode { name: "fast-interpreter", about: "code for registers, made when a module is loaded" }],
    };
    type Peer = Instances;

    fn able(&self, _mode: &str) -> WasmFeatures {
        *ABLE
    }

    fn fixed(&self, _mode: &str) -> WasmFeatures {
        *ABLE
    }

    fn start(&self, _mode: &str, _on: WasmFeatures) -> Result<Instances, String> {
        Instances::new()
    }
}

/// What WAMR has depends on how it was built: it has vectors where the headers for them were found.
static ABLE: LazyLock<WasmFeatures> = LazyLock::new(|| {
    let runtime = Runtime::start();
    runtime.map_or(WasmFeatures::MVP, |mut runtime| probe::able(|wasm| runtime.load(wasm, &[]).is_ok()))
});

/// A module, loaded anew for each instance: what a module imports is looked for when it is loaded.
pub(super) struct Module {
    wasm: Vec<u8>,
    outline: Rc<Outline>,
}

/// What can be imported or exported.
#[derive(Clone)]
pub(super) enum Exported {
    /// Something of an instance.
    Of(usize, String),
    /// Something of the host module.
    Host(Item),
}

/// An instance, and what it shows.
struct Instance {
    number: usize,
    outline: Rc<Outline>,
    /// Whether an instance that could not be made was to import from it: its state is not what scripts expect then.
    shared: bool,
}

/// One script's instances.
pub(super) struct Instances {
    instances: Vec<Instance>,
    runtime: Runtime,
}

impl Instances {
    fn new() -> Result<Self, String> {
        let mut runtime = Runtime::start().ok_or("the runtime does not start")?;
        // The last of the variants of the host module is the one without what WAMR does not have.
        let host = spectest::modules().pop().ok_or("there is no host module")?;
        let host = runtime.load(&host, &[])?;
        runtime.register(c"spectest", host)?;
        Ok(Self { instances: Vec::new(), runtime })
    }

    fn of(&mut self, item: &Exported) -> Done<(usize, Export, String)> {
        let Exported::Of(index, name) = item else { return Err(Stop::Error("not an instance's".to_owned())) };
        let instance = &self.instances[*index];
        if instance.shared {
            return Err(inexpressible("linking", "what another instance should have done to this one is not done"));
        }
        let export = instance.outline.exports.get(name).cloned().unwrap_or(Export::Other);
        Ok((instance.number, export, name.clone()))
    }

    /// The stop for an import that cannot be expressed.
    fn cannot_link(&mut self, exporter: usize, what: &str) -> Stop {
        self.instances[exporter].shared = true;
        inexpressible("linking", format!("import of another instance's {what}"))
    }

    fn load(&mut self, wasm: &[u8], outline: &Outline, imports: &[Import<'_>]) -> Done<usize> {
        let names = outline.imports.iter().flat_map(|(from, name, _)| [from, name]).chain(outline.exports.keys());
        let zero = names.into_iter().any(|name| name.contains('\0'));
        self.runtime.load(wasm, imports).map_err(|text| match stop(&text, false) {
            _ if zero => inexpressible("names", "the engine's interface takes names that end with a zero byte"),
            // Imports are looked at when a module is loaded.
            stop @ Stop::Unlinkable(_) => stop,
            _ => gate::refused(text),
        })
    }
}

impl Peer for Instances {
    type Module = Module;
    type Instance = usize;
    type Item = Exported;

    fn compile(&mut self, wasm: &[u8]) -> Done<Module> {
        let outline = Outline::of(wasm);
        self.load(wasm, &outline, &[])?;
        Ok(Module { wasm: wasm.to_vec(), outline: Rc::new(outline) })
    }

    fn imports(&self, module: &Module) -> Vec<(String, String)> {
        module.outline.imports.iter().map(|(from, name, _)| (from.clone(), name.clone())).collect()
    }

    fn instantiate(&mut self, module: &Module, imports: Vec<Exported>) -> Done<usize> {
        let mut links = Vec::new();
        for ((from, name, ty), item) in module.outline.imports.iter().zip(&imports) {
            let unlinkable = || Stop::Unlinkable(format!("incompatible import type: `{from}` `{name}`"));
            match (ty, item) {
                (Some(ty), Exported::Host(Item::Func(params))) => {
                    if ty.params() != params.iter().map(|ty| number(*ty)).collect::<Vec<_>>()
                        || !ty.results().is_empty()
                    {
                        return Err(unlinkable());
                    }
                }
                // WAMR looks at the types itself.
                (None, Exported::Host(_)) => {}
                (Some(_), Exported::Host(_)) => return Err(unlinkable()),
                (ty, Exported::Of(exporter, export)) => {
                    let Some(Export::Function(exported)) = self.instances[*exporter].outline.exports.get(export) else {
                        return Err(self.cannot_link(*exporter, &format!("`{name}`, which is no function")));
                    };
                    if ty.as_ref() != Some(exported) {
                        return Err(unlinkable());
                    }
                    if exported.results().len() > 1 || !only_scalars(exported) {
                        return Err(
                            self.cannot_link(*exporter, "function that takes or returns what host functions cannot")
                        );
                    }
                    let (module, number) = (from, self.instances[*exporter].number);
                    links.push(Import { module, name, from: (number, export), ty: exported.clone() });
                }
            }
        }
        let loaded = self.load(&module.wasm, &module.outline, &links)?;
        let number = self.runtime.instantiate(loaded).map_err(|text| stop(&text, false))?;
        self.instances.push(Instance { number, outline: Rc::clone(&module.outline), shared: false });
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
        self.runtime.call(instance, &name, &ty, args)
    }

    fn read(&mut self, global: Exported) -> Done<Value> {
        let (instance, Export::Global(ty), name) = self.of(&global)? else {
            return Err(Stop::Error("not a global".to_owned()));
        };
        self.runtime.global(instance, &name, ty).ok_or_else(|| Stop::Error(format!("`{name}` is not found")))
    }

    fn host(&mut self, item: Item) -> Done<Exported> {
        match item {
            Item::Memory { shared: true, .. } => Err(inexpressible("threads", "a shared memory beside another memory")),
            Item::Table { table64: true, .. } => Err(inexpressible("memory64", "a table with 64-bit indices")),
            _ => Ok(Exported::Host(item)),
        }
    }
}

/// Whether host functions can have this type: objects belong to one instance, and vectors have no slot.
fn only_scalars(ty: &FuncType) -> bool {
    let scalar = |ty: &ValType| matches!(ty, ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64);
    ty.params().iter().chain(ty.results()).all(scalar)
}

fn number(ty: Num) -> ValType {
    match ty {
        Num::I32 => ValType::I32,
        Num::I64 => ValType::I64,
        Num::F32 => ValType::F32,
        Num::F64 => ValType::F64,
    }
}

/// What a message means. WAMR has only words for it; those of traps are the scripts' for the most part. What comes of a call
/// is always a trap, what comes of an instantiation may be one of the start function.
fn stop(text: &str, called: bool) -> Stop {
    let either = |messages: &[&str]| Stop::Trap(messages.join(EITHER));
    let message = text
        .trim_start_matches("WASM module load failed: ")
        .trim_start_matches("WASM module instantiate failed: ")
        .trim_start_matches("Exception: ");
    match message {
        "wasm operand stack overflow" | "native stack overflow" => trap("call stack exhausted"),
        "undefined element" | "out of bounds table access" => {
            either(&["undefined element", "out of bounds table access"])
        }
        "uninitialized element" => either(&["uninitialized element", "null function reference"]),
        "data segment does not fit" | "out of bounds memory access" => trap("out of bounds memory access"),
        "elements segment does not fit" => either(&["out of bounds table access", "undefined element"]),
        other if called || TRAPS.iter().any(|known| other.starts_with(known)) => trap(other),
        other if UNLINKABLE.iter().any(|known| other.contains(known)) => Stop::Unlinkable(other.to_owned()),
        other => Stop::Error(other.to_owned()),
    }
}

/// Traps of start functions, which come as errors of instantiation.
const TRAPS: [&str; 5] =
    ["unreachable", "integer", "invalid conversion to integer", "indirect call type mismatch", "unaligned atomic"];

/// What is said of imports that do not fit.
const UNLINKABLE: [&str; 3] = ["incompatible import type", "unknown import", "failed to link import"];
