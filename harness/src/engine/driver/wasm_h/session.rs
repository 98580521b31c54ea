//! The session of one script in a library.

use super::api::{Api, Engine, Extern, Instance, Module, Owned, Ref, Store, Trap, Val, ValData, ValType, Vector, kind};
use super::error::{error, unsupported};
use super::foreign::ForeignObjects;
use super::messages;
use super::names::{self, Names};
use super::probe::{Probes, ReferenceProbe};
use crate::engine::driver::protocol::WireValue;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::spectest;
use std::collections::HashMap;
use std::rc::Rc;

/// The store of a script and the objects in it. Fields are dropped in order, so the store is deleted last.
#[derive(Debug)]
pub(super) struct CApiSession {
    api: &'static Api,
    registered: HashMap<String, Rc<Exports>>,
    instances: Vec<Rc<Exports>>,
    modules: Vec<(Owned<Module>, Names)>,
    references: Vec<Owned<Ref>>,
    foreign: ForeignObjects,
    store: Owned<Store>,
}

/// The exports of an instance.
#[derive(Debug)]
struct Exports {
    api: &'static Api,
    by_name: HashMap<String, *mut Extern>,
    vector: Vector<*mut Extern>,
    _instance: Owned<Instance>,
}

impl Drop for Exports {
    fn drop(&mut self) {
        // SAFETY: the library filled the vector, and nothing uses its elements any more.
        unsafe { self.api.wasm_extern_vec_delete(&raw mut self.vector) }
    }
}

impl CApiSession {
    /// Creates a session with a new store.
    pub(super) fn new(api: &'static Api, engine: &Owned<Engine>, foreign: ForeignObjects) -> SessionResult<Self> {
        // SAFETY: the engine is alive, and `wasm_store_new` passes ownership of the store.
        let store = unsafe { Owned::new(api, api.wasm_store_new(engine.pointer()), Api::wasm_store_delete) };
        Ok(Self {
            api,
            registered: HashMap::new(),
            instances: Vec::new(),
            modules: Vec::new(),
            references: Vec::new(),
            foreign,
            store: store.ok_or_else(|| error("the library makes no store"))?,
        })
    }

    pub(super) fn compile(&mut self, wasm: &[u8]) -> SessionResult<usize> {
        let module = self.new_module(wasm)?;
        let names = names::of(self.api, &module, wasm);
        self.modules.push((module, names));
        Ok(self.modules.len() - 1)
    }

    /// Validates a module by compiling it. `wasm_module_validate` accepts modules that a library cannot compile, and then the
    /// missing feature would not be noticed.
    pub(super) fn validate(&self, wasm: &[u8]) -> SessionResult<()> {
        self.new_module(wasm).map(|_| ())
    }

    fn new_module(&self, wasm: &[u8]) -> SessionResult<Owned<Module>> {
        // SAFETY: the store is alive, the bytes are only read, and `wasm_module_new` passes ownership of the module.
        let module = unsafe {
            let module = self.api.wasm_module_new(self.store.pointer(), &Vector::of(wasm));
            Owned::new(self.api, module, Api::wasm_module_delete)
        };
        module.ok_or_else(|| SessionError::Invalid("the library rejects it and does not say why".to_owned()))
    }

    pub(super) fn instantiate(&mut self, module: usize) -> SessionResult<usize> {
        let (module, names) = self.modules.get(module).ok_or_else(|| error("no such module"))?;
        let mut imports = Vec::with_capacity(names.imports.len());
        for (from, name) in &names.imports {
            let found = self.registered.get(from).and_then(|exports| exports.by_name.get(name));
            imports.push(*found.ok_or_else(|| unknown(from, name))?);
        }
        let mut trap = std::ptr::null_mut();
        let mut vector = Vector::empty();
        // SAFETY: store, module and imports are alive. The library passes ownership of the instance and the trap.
        let instance = unsafe {
            let imports = Vector::of(&imports);
            let instance =
                self.api.wasm_instance_new(self.store.pointer(), module.pointer(), &raw const imports, &raw mut trap);
            Owned::new(self.api, instance, Api::wasm_instance_delete)
        };
        let Some(instance) = instance else {
            let message = self.message(trap);
            return Err(message.map_or_else(
                || SessionError::Unlinkable("the library makes no instance and does not say why".to_owned()),
                |message| messages::instantiation_error(&message),
            ));
        };
        // SAFETY: the instance is alive, and the library fills the vector.
        let externs = unsafe {
            self.api.wasm_instance_exports(instance.pointer(), &raw mut vector);
            vector.elements()
        };
        let by_name = names.exports.iter().cloned().zip(externs.iter().copied()).collect();
        let count = externs.len();
        let exports = Exports { api: self.api, by_name, vector, _instance: instance };
        if count != names.exports.len() {
            return Err(error(format!("an instance has {count} exports, its module {}", names.exports.len())));
        }
        self.instances.push(Rc::new(exports));
        Ok(self.instances.len() - 1)
    }

    pub(super) fn register(&mut self, name: String, instance: usize) -> SessionResult<()> {
        let exports = self.instances.get(instance).ok_or_else(|| error("no such instance"))?;
        self.registered.insert(name, Rc::clone(exports));
        Ok(())
    }

    fn export(&self, instance: usize, name: &str) -> SessionResult<*mut Extern> {
        let exports = self.instances.get(instance).ok_or_else(|| error("no such instance"))?;
        exports.by_name.get(name).copied().ok_or_else(|| error(format!("no export `{name}`")))
    }

    /// Calls a function. The types that the harness gives are checked first, because the library must not be asked about
    /// types that the header cannot express.
    pub(super) fn invoke(
        &mut self,
        instance: usize,
        name: &str,
        types: &[String],
        args: &[WireValue],
        probes: &mut Probes,
    ) -> SessionResult<Vec<WireValue>> {
        expressible(types)?;
        // SAFETY: exports live as long as their instance, which is alive.
        let func = unsafe { self.api.wasm_extern_as_func(self.export(instance, name)?) };
        if func.is_null() {
            return Err(error(format!("`{name}` is no function")));
        }
        // SAFETY: the function is alive. `wasm_func_type` passes ownership of the type, whose parts live as long as it.
        let (params, results) = unsafe {
            let ty = Owned::new(self.api, self.api.wasm_func_type(func), Api::wasm_functype_delete);
            let ty = ty.ok_or_else(|| error(format!("`{name}` has no type")))?;
            let params = self.kinds(self.api.wasm_functype_params(ty.pointer()));
            (params, self.kinds(self.api.wasm_functype_results(ty.pointer())))
        };
        if params.len() != args.len() {
            return Err(error(format!("`{name}` takes {} arguments, not {}", params.len(), args.len())));
        }
        for &kind in &results {
            self.check_result(kind, probes)?;
        }
        let args: Vec<Val> = args
            .iter()
            .zip(&params)
            .map(|(arg, &kind)| self.argument(arg, kind, probes))
            .collect::<SessionResult<_>>()?;
        let mut values = vec![Val { kind: kind::I32, of: ValData { i64: 0 } }; results.len()];
        let mut out = Vector { size: values.len(), data: values.as_mut_ptr() };
        // SAFETY: there are as many arguments, and as much room for results, as the type of the function has.
        let trap = unsafe { self.api.wasm_func_call(func, &Vector::of(&args), &raw mut out) };
        if let Some(message) = self.message(trap) {
            return Err(messages::call_error(&message));
        }
        values.into_iter().map(|value| self.value(value)).collect()
    }

    pub(super) fn get(
        &mut self,
        instance: usize,
        name: &str,
        ty: String,
        probes: &mut Probes,
    ) -> SessionResult<WireValue> {
        expressible(&[ty])?;
        // SAFETY: exports live as long as their instance, which is alive.
        let global = unsafe { self.api.wasm_extern_as_global(self.export(instance, name)?) };
        if global.is_null() {
            return Err(error(format!("`{name}` is no global")));
        }
        let mut value = Val { kind: kind::I32, of: ValData { i64: 0 } };
        // SAFETY: the global is alive. `wasm_global_type` passes ownership of the type, whose parts live as long as it.
        let content = unsafe {
            let ty = Owned::new(self.api, self.api.wasm_global_type(global), Api::wasm_globaltype_delete);
            let ty = ty.ok_or_else(|| error(format!("`{name}` has no type")))?;
            self.api.wasm_valtype_kind(self.api.wasm_globaltype_content(ty.pointer()))
        };
        self.check_result(content, probes)?;
        // SAFETY: the global is alive, and `value` has room for a value.
        unsafe { self.api.wasm_global_get(global, &raw mut value) };
        self.value(value)
    }

    /// Reads the kinds of a list of types.
    ///
    /// # Safety
    ///
    /// `types` must be null or point to a vector of the library that is alive.
    unsafe fn kinds(&self, types: *const Vector<*mut ValType>) -> Vec<u8> {
        // SAFETY: the caller guarantees that `types` is null or valid.
        unsafe {
            let types = types.as_ref().map_or(&[][..], |types| types.elements());
            types.iter().map(|&ty| self.api.wasm_valtype_kind(ty)).collect()
        }
    }

    /// Checks that the library can return a value of a kind without a crash.
    fn check_result(&self, kind: u8, probes: &mut Probes) -> SessionResult<()> {
        match kind {
            kind::EXTERNREF => probes.check(ReferenceProbe::Extern),
            kind::FUNCREF => probes.check(ReferenceProbe::Func),
            _ => Ok(()),
        }
    }

    /// Converts an argument for a parameter of the kind `wanted`.
    fn argument(&mut self, value: &WireValue, wanted: u8, probes: &mut Probes) -> SessionResult<Val> {
        let of = match (value, wanted) {
            (WireValue::I32 { i32 }, kind::I32) => ValData { i32: *i32 },
            (WireValue::I64 { i64 }, kind::I64) => {
                ValData { i64: i64.parse().map_err(|_| error(format!("`{i64}` is no i64")))? }
            }
            (WireValue::F32 { f32 }, kind::F32) => ValData { f32: bits(f32)? as u32 },
            (WireValue::F64 { f64 }, kind::F64) => ValData { f64: bits(f64)? },
            (WireValue::Ref { r#ref, host, id, .. }, kind::EXTERNREF | kind::FUNCREF) => {
                let null = r#ref == "null";
                probes.check(match (wanted, null) {
                    (kind::FUNCREF, true) => ReferenceProbe::FuncNull,
                    (kind::FUNCREF, false) => ReferenceProbe::Func,
                    (_, true) => ReferenceProbe::ExternNull,
                    (_, false) => ReferenceProbe::Extern,
                })?;
                let reference = match (host, id) {
                    _ if null => std::ptr::null_mut(),
                    (Some(number), _) => self.foreign.reference(&self.store, *number)?,
                    (None, Some(id)) => {
                        let known = usize::try_from(*id).ok().and_then(|id| self.references.get(id));
                        known.map(Owned::pointer).ok_or_else(|| error(format!("no reference has number {id}")))?
                    }
                    (None, None) => return Err(unsupported("a reference of which only the type is known")),
                };
                ValData { reference }
            }
            _ => return Err(error(format!("an argument {value:?} for a parameter of kind {wanted}"))),
        };
        Ok(Val { kind: wanted, of })
    }

    /// Converts a result. Takes ownership of a reference.
    fn value(&mut self, value: Val) -> SessionResult<WireValue> {
        // SAFETY: the kind tells which field of the union is valid.
        Ok(unsafe {
            match value.kind {
                kind::I32 => WireValue::I32 { i32: value.of.i32 },
                kind::I64 => WireValue::I64 { i64: value.of.i64.to_string() },
                kind::F32 => WireValue::F32 { f32: format!("{:#x}", value.of.f32) },
                kind::F64 => WireValue::F64 { f64: format!("{:#x}", value.of.f64) },
                kind::EXTERNREF => self.reference("extern", value.of.reference)?,
                kind::FUNCREF => self.reference("func", value.of.reference)?,
                kind => return Err(error(format!("a value of kind {kind}"))),
            }
        })
    }

    /// Converts a reference and takes ownership of it.
    ///
    /// # Safety
    ///
    /// `reference` must be null, or alive and without another owner.
    unsafe fn reference(&mut self, heap: &str, reference: *mut Ref) -> SessionResult<WireValue> {
        // SAFETY: the caller guarantees that `reference` is null, or alive and without another owner.
        let owned = unsafe { Owned::new(self.api, reference, Api::wasm_ref_delete) };
        let Some(owned) = owned else {
            let heap = Some(heap.to_owned());
            return Ok(WireValue::Ref { r#ref: "null".to_owned(), heap, host: None, id: None });
        };
        let host = if heap == "extern" { self.foreign.number(&owned)? } else { None };
        let id = host.is_none().then_some(self.references.len() as u64);
        self.references.push(owned);
        Ok(WireValue::Ref { r#ref: heap.to_owned(), heap: None, host, id })
    }

    /// Reads and deletes a trap; `None` if the pointer is null.
    fn message(&self, trap: *mut Trap) -> Option<String> {
        let mut text = Vector::empty();
        // SAFETY: the library has passed ownership of the trap and of its message, which ends with a zero byte.
        unsafe {
            let trap = Owned::new(self.api, trap, Api::wasm_trap_delete)?;
            self.api.wasm_trap_message(trap.pointer(), &raw mut text);
            let message = String::from_utf8_lossy(text.elements()).trim_end_matches('\0').to_owned();
            self.api.wasm_byte_vec_delete(&raw mut text);
            Some(message)
        }
    }
}

fn bits(text: &str) -> SessionResult<u64> {
    let digits = text.strip_prefix("0x").and_then(|digits| u64::from_str_radix(digits, 16).ok());
    digits.ok_or_else(|| error(format!("`{text}` is no hexadecimal number")))
}

/// Creates the error for an import that does not exist. It is `unsupported` if it is an export of the host module that the
/// library rejects and the harness has therefore left out.
fn unknown(from: &str, name: &str) -> SessionError {
    let left_out = from == spectest::NAME && spectest::ITEMS.iter().any(|(item, _)| *item == name);
    if left_out {
        return unsupported(format!("`{name}` of the host module, which the library does not make"));
    }
    SessionError::Unlinkable(format!("unknown import: {from} {name}"))
}

/// Checks that the header can express all types of a signature.
fn expressible(types: &[String]) -> SessionResult<()> {
    const WORDS: [&str; 6] = ["i32", "i64", "f32", "f64", "(ref null func)", "(ref null extern)"];
    match types.iter().find(|ty| !WORDS.contains(&ty.as_str())) {
        Some(ty) => Err(unsupported(format!("{ty} in a signature"))),
        None => Ok(()),
    }
}
