//! WAMR, the WebAssembly Micro Runtime, with its fast interpreter (feature `wamr`).
//!
//! A module imports a function of another instance as a host function that calls it. WAMR cannot import another instance's
//! global, memory or table; such an import is `unsupported`. From a registered module everything can be imported, but each
//! importer gets a new instance of that module. That is correct for the host module only: its globals do not change, and no
//! script reads what other modules wrote to its memory and table.

mod cells;
mod messages;
mod runtime;

use super::engine::{EngineInfo, InProcessEngine};
use super::module_type::{Export, ModuleType};
use super::store::EngineStore;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::Mode;
use crate::engine::spectest::{self, HostItem, NumType};
use crate::engine::value::Value;
use runtime::{Import, Runtime};
use std::rc::Rc;
use wasmparser::{FuncType, ValType, WasmFeatures};

/// The engine. It has no switches for features; what it has depends on how it was built (vectors need the headers of
/// SIMDe).
#[derive(Default)]
pub(super) struct Wamr;

impl InProcessEngine for Wamr {
    const INFO: EngineInfo = EngineInfo {
        name: "wamr",
        version: concat!("wamrx-sys ", env!("WASSAY_VERSION_WAMR")),
        about: "WAMR, the WebAssembly Micro Runtime, in this process",
        modes: &[Mode { name: "fast-interpreter", about: "code for registers, made when a module is loaded" }],
    };
    type Store = Instances;

    fn start(&self, _mode: &str, _on: WasmFeatures) -> Result<Instances, String> {
        Instances::new()
    }
}

/// A module. It is loaded again for each instance, because WAMR resolves imports when it loads a module.
pub(super) struct Module {
    wasm: Vec<u8>,
    module_type: Rc<ModuleType>,
}

/// An external value.
#[derive(Clone)]
pub(super) enum Exported {
    /// An export of an instance: its number, and the name.
    Of(usize, String),
    /// An export of the host module.
    Host(HostItem),
}

/// An instance, with its imports and exports.
struct Instance {
    number: usize,
    module_type: Rc<ModuleType>,
    /// Numbers of the instances whose functions it imports.
    uses: Vec<usize>,
    /// Whether an instance that could not be created imports from this one. Then effects on its state are missing, which
    /// scripts expect.
    shared: bool,
}

/// The instances of one script.
pub(super) struct Instances {
    instances: Vec<Instance>,
    runtime: Runtime,
}

impl Instances {
    fn new() -> Result<Self, String> {
        let mut runtime = Runtime::start().ok_or("the runtime does not start")?;
        // The last variant of the host module is the one without the exports that WAMR does not support.
        let host = spectest::modules().pop().ok_or("there is no host module")?;
        let host = runtime.load(&host, &[])?;
        runtime.register(c"spectest", host)?;
        Ok(Self { instances: Vec::new(), runtime })
    }

    fn of(&mut self, item: &Exported) -> SessionResult<(usize, Export, String)> {
        let Exported::Of(index, name) = item else { return Err(SessionError::Other("not an instance's".to_owned())) };
        if self.stale(*index) {
            return Err(SessionError::unsupported("linking", "effects of another instance on this one are missing"));
        }
        let instance = &self.instances[*index];
        let export = instance.module_type.exports.get(name).cloned().unwrap_or(Export::Other);
        Ok((instance.number, export, name.clone()))
    }

    /// Whether effects on an instance, or on one that it calls, are missing.
    fn stale(&self, index: usize) -> bool {
        let instance = &self.instances[index];
        instance.shared || instance.uses.iter().any(|used| self.stale(*used))
    }

    /// Creates the error for an import that WAMR cannot do, and marks the exporting instance.
    fn cannot_link(&mut self, exporter: usize, what: &str) -> SessionError {
        self.instances[exporter].shared = true;
        SessionError::unsupported("linking", format!("import of another instance's {what}"))
    }

    fn load(&mut self, wasm: &[u8], module_type: &ModuleType, imports: &[Import<'_>]) -> SessionResult<usize> {
        let names =
            module_type.imports.iter().flat_map(|(from, name, _)| [from, name]).chain(module_type.exports.keys());
        let zero = names.into_iter().any(|name| name.contains('\0'));
        self.runtime.load(wasm, imports).map_err(|text| match messages::error(&text, false) {
            _ if zero => {
                SessionError::unsupported("names", "the engine's interface takes names that end with a zero byte")
            }
            // Imports are resolved when a module is loaded.
            stop @ SessionError::Unlinkable(_) => stop,
            _ => SessionError::invalid(text),
        })
    }
}

impl EngineStore for Instances {
    type Module = Module;
    type Instance = usize;
    type Extern = Exported;

    fn compile(&mut self, wasm: &[u8]) -> SessionResult<Module> {
        let module_type = ModuleType::of(wasm);
        self.load(wasm, &module_type, &[])?;
        Ok(Module { wasm: wasm.to_vec(), module_type: Rc::new(module_type) })
    }

    fn imports(&self, module: &Module) -> Vec<(String, String)> {
        module.module_type.imports.iter().map(|(from, name, _)| (from.clone(), name.clone())).collect()
    }

    fn instantiate(&mut self, module: &Module, imports: Vec<Exported>) -> SessionResult<usize> {
        let (mut links, mut uses) = (Vec::new(), Vec::new());
        for ((from, name, ty), item) in module.module_type.imports.iter().zip(&imports) {
            let unlinkable = || SessionError::Unlinkable(format!("incompatible import type: `{from}` `{name}`"));
            match (ty, item) {
                (Some(ty), Exported::Host(HostItem::Func(params))) => {
                    if ty.params() != params.iter().map(|ty| number(*ty)).collect::<Vec<_>>()
                        || !ty.results().is_empty()
                    {
                        return Err(unlinkable());
                    }
                }
                // WAMR checks these types itself.
                (None, Exported::Host(_)) => {}
                (Some(_), Exported::Host(_)) => return Err(unlinkable()),
                (ty, Exported::Of(exporter, export)) => {
                    let Some(Export::Function(exported)) = self.instances[*exporter].module_type.exports.get(export)
                    else {
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
                    if module.module_type.nominal || self.instances[*exporter].module_type.nominal {
                        return Err(
                            self.cannot_link(*exporter, "function, whose type is more than its parameters and results")
                        );
                    }
                    uses.push(*exporter);
                    let (module, number) = (from, self.instances[*exporter].number);
                    links.push(Import { module, name, from: (number, export), ty: exported.clone() });
                }
            }
        }
        let loaded = self.load(&module.wasm, &module.module_type, &links)?;
        let number = self.runtime.instantiate(loaded).map_err(|text| messages::error(&text, false))?;
        self.instances.push(Instance { number, module_type: Rc::clone(&module.module_type), uses, shared: false });
        Ok(self.instances.len() - 1)
    }

    fn export(&mut self, instance: &usize, name: &str) -> Option<Exported> {
        let known = self.instances[*instance].module_type.exports.contains_key(name);
        known.then(|| Exported::Of(*instance, name.to_owned()))
    }

    fn call(&mut self, function: Exported, args: &[Value]) -> SessionResult<Vec<Value>> {
        let (instance, Export::Function(ty), name) = self.of(&function)? else {
            return Err(SessionError::Other("not a function".to_owned()));
        };
        self.runtime.call(instance, &name, &ty, args)
    }

    fn read_global(&mut self, global: Exported) -> SessionResult<Value> {
        let (instance, Export::Global(ty), name) = self.of(&global)? else {
            return Err(SessionError::Other("not a global".to_owned()));
        };
        self.runtime.global(instance, &name, ty).ok_or_else(|| SessionError::Other(format!("`{name}` is not found")))
    }

    fn host_item(&mut self, item: HostItem) -> SessionResult<Exported> {
        match item {
            HostItem::Memory { shared: true, .. } => {
                Err(SessionError::unsupported("threads", "a shared memory beside another memory"))
            }
            HostItem::Table { table64: true, .. } => {
                Err(SessionError::unsupported("memory64", "a table with 64-bit indices"))
            }
            _ => Ok(Exported::Host(item)),
        }
    }
}

/// Whether host functions can have this type: an object belongs to one instance, and a slot is too small for a vector.
fn only_scalars(ty: &FuncType) -> bool {
    let scalar = |ty: &ValType| matches!(ty, ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64);
    ty.params().iter().chain(ty.results()).all(scalar)
}

fn number(ty: NumType) -> ValType {
    match ty {
        NumType::I32 => ValType::I32,
        NumType::I64 => ValType::I64,
        NumType::F32 => ValType::F32,
        NumType::F64 => ValType::F64,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::in_process::engine::InProcess;
    use crate::engine::value::{Heap, Ref};
    use crate::engine::{Engine, InstanceId, Session};

    fn session() -> Box<dyn Session> {
        InProcess::<Wamr>::default().session("fast-interpreter", WasmFeatures::WASM3).unwrap()
    }

    fn instance(session: &mut dyn Session, text: &str) -> SessionResult<InstanceId> {
        let module = session.compile(&spectest::encode(text).unwrap())?;
        session.instantiate(module)
    }

    #[test]
    fn a_trap_does_not_poison_the_next_call() {
        let mut session = session();
        let text =
            r#"(module (func (export "div") (param i32) (result i32) (i32.div_u (i32.const 42) (local.get 0))))"#;
        let made = instance(&mut *session, text).unwrap();
        for _ in 0..3 {
            assert_eq!(
                session.invoke(made, "div", &[Value::I32(0)]),
                Err(SessionError::Trap("integer divide by zero".to_owned()))
            );
            assert_eq!(session.invoke(made, "div", &[Value::I32(6)]), Ok(vec![Value::I32(7)]));
        }
    }

    #[test]
    fn functions_link_to_the_very_instance() {
        let mut session = session();
        let exporter = r#"(module (global $n (mut i64) (i64.const 40))
            (func (export "add") (param i64) (result i64)
              (if (i64.eqz (local.get 0)) (then unreachable))
              (global.set $n (i64.add (global.get $n) (local.get 0))) (global.get $n)))"#;
        let exporter = instance(&mut *session, exporter).unwrap();
        session.register("m", exporter).unwrap();
        let importer = r#"(module (import "m" "add" (func $add (param i64) (result i64)))
            (func (export "twice") (param i64) (result i64) (drop (call $add (local.get 0))) (call $add (local.get 0))))"#;
        let importer = instance(&mut *session, importer).unwrap();
        assert_eq!(session.invoke(importer, "twice", &[Value::I64(1)]), Ok(vec![Value::I64(42)]));
        assert_eq!(
            session.invoke(importer, "twice", &[Value::I64(0)]),
            Err(SessionError::Trap("unreachable".to_owned()))
        );
        assert_eq!(session.invoke(exporter, "add", &[Value::I64(1)]), Ok(vec![Value::I64(43)]), "after a trap in it");
        let other = r#"(module (import "m" "add" (func (param i32))))"#;
        assert!(matches!(instance(&mut *session, other), Err(SessionError::Unlinkable(_))));
    }

    #[test]
    fn what_cannot_be_shared_is_said_to_be_so() {
        let mut session = session();
        let text = r#"(module (memory (export "m") 1) (func (export "load") (result i32) (i32.load (i32.const 0))))"#;
        let exporter = instance(&mut *session, text).unwrap();
        session.register("m", exporter).unwrap();
        let importer = r#"(module (import "m" "m" (memory 1)) (data (i32.const 0) "a"))"#;
        assert!(matches!(instance(&mut *session, importer), Err(SessionError::Unsupported { .. })));
        assert!(
            matches!(session.invoke(exporter, "load", &[]), Err(SessionError::Unsupported { .. })),
            "its memory is not written"
        );
    }

    #[test]
    fn values_of_every_kind_pass() {
        let mut session = session();
        let text = r#"(module
            (func (export "all") (param i32 i64 f32 f64 externref anyref funcref) (result funcref anyref externref f64 f32 i64 i32)
              (local.get 6) (local.get 5) (local.get 4) (local.get 3) (local.get 2) (local.get 1) (local.get 0))
            (global (export "print") i32 (i32.const -5))
            (func (export "i31") (result anyref) (ref.i31 (i32.const 3))))"#;
        let made = instance(&mut *session, text).unwrap();
        let args = [
            Value::I32(-1),
            Value::I64(i64::MIN),
            Value::F32(0x7fa0_0001),
            Value::F64(0xfff4_0000_0000_0001),
            Value::Ref(Ref::Extern(Some(7))),
            Value::Ref(Ref::Host(0)),
            Value::Ref(Ref::Null(Heap::Func)),
        ];
        let results: Vec<_> = args.into_iter().rev().collect();
        assert_eq!(session.invoke(made, "all", &args), Ok(results));
        assert_eq!(session.invoke(made, "i31", &[]), Ok(vec![Value::Ref(Ref::I31)]));
        assert_eq!(session.get(made, "print"), Ok(Value::I32(-5)));
    }

    #[test]
    fn the_host_module_can_be_imported() {
        let mut session = session();
        let text = r#"(module (import "spectest" "global_i64" (global i64)) (import "spectest" "memory" (memory 1 2))
            (import "spectest" "table" (table 10 20 funcref)) (import "spectest" "print_i32" (func $print (param i32)))
            (func (export "f") (result i32 i64 i32) (call $print (i32.const 1)) (memory.size) (global.get 0) (table.size 0)))"#;
        let made = instance(&mut *session, text).unwrap();
        assert_eq!(session.invoke(made, "f", &[]), Ok(vec![Value::I32(1), Value::I64(666), Value::I32(10)]));
    }

    #[test]
    fn features_are_found_by_probes() {
        let able = Wamr.features("fast-interpreter").supported;
        assert!(able.contains(WasmFeatures::GC | WasmFeatures::TAIL_CALL | WasmFeatures::THREADS), "{able:?}");
        assert!(!able.intersects(WasmFeatures::MEMORY64 | WasmFeatures::MULTI_MEMORY | WasmFeatures::STACK_SWITCHING));
    }
}
