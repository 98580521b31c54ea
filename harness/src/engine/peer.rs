//! What engines that come as crates have in common: a session over whatever each of them calls a module, an instance
//! and an export.
//!
//! Such an engine implements [`Peer`]; [`PeerSession`] keeps the books of a script (what has been compiled, what is
//! registered under which name) and asks the [`Gate`] which modules are the engine's to judge at all.

mod engine;
pub(super) mod gate;
#[cfg(any(feature = "wasm3", feature = "wamr"))]
pub(super) mod outline;

pub(super) use engine::{About, Crate};
pub(super) use gate::Gate;

use super::spectest::{self, Item};
use super::value::{Heap, Ref, Value};
use super::{Done, InstanceId, ModuleId, Session, Stop};
use std::collections::HashMap;

/// An engine's store, and how to do in it what scripts ask for.
pub(super) trait Peer: 'static {
    /// A compiled module.
    type Module: 'static;
    /// An instance.
    type Instance: Clone + 'static;
    /// Whatever can be imported and exported.
    type Item: Clone + 'static;

    /// Compiles a module that is valid as far as the harness knows.
    fn compile(&mut self, wasm: &[u8]) -> Done<Self::Module>;

    /// Says whether a module is valid. What no engine but this one can know is whether it does so at compile time.
    fn validate(&mut self, wasm: &[u8]) -> Done<()> {
        self.compile(wasm).map(|_| ())
    }

    /// Names of what a module imports.
    fn imports(&self, module: &Self::Module) -> Vec<(String, String)>;

    /// Instantiates a module with what it imports, in order, and runs its start function.
    fn instantiate(&mut self, module: &Self::Module, imports: Vec<Self::Item>) -> Done<Self::Instance>;

    /// What an instance exports under a name.
    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<Self::Item>;

    /// What of an instance can be given to another thread, by name.
    fn shareable(&mut self, _instance: &Self::Instance) -> Vec<(String, Self::Item)> {
        Vec::new()
    }

    /// Calls a function.
    fn call(&mut self, function: Self::Item, args: &[Value]) -> Done<Vec<Value>>;

    /// Reads a global.
    fn read(&mut self, global: Self::Item) -> Done<Value>;

    /// The bytes of a memory.
    fn bytes(&mut self, _memory: Self::Item) -> Done<Vec<u8>> {
        Err(inexpressible("memory", "the engine does not show its memories"))
    }

    /// Makes one of the things that the host module `spectest` has.
    fn host(&mut self, item: Item) -> Done<Self::Item>;

    /// A session for a thread that has these things.
    fn thread(
        &self,
        _gate: &Gate,
        _shared: Option<Vec<(String, Self::Item)>>,
    ) -> Done<(Box<dyn Session + Send>, Option<InstanceId>)> {
        Err(Stop::Unsupported { feature: "threads".to_owned(), what: String::new() })
    }
}

/// What scripts import from under one name.
enum Namespace<P: Peer> {
    Instance(P::Instance),
    /// Things by name, or why the engine does not have them: the host module, or what another thread shares.
    Items(HashMap<String, Done<P::Item>>),
}

impl<P: Peer> Clone for Namespace<P> {
    fn clone(&self) -> Self {
        match self {
            Self::Instance(instance) => Self::Instance(instance.clone()),
            Self::Items(items) => Self::Items(items.clone()),
        }
    }
}

/// A script's modules and instances on an engine.
pub(super) struct PeerSession<P: Peer> {
    peer: P,
    gate: Gate,
    modules: Vec<P::Module>,
    instances: Vec<Namespace<P>>,
    /// Kept here, not in an engine's linker: a name that is registered anew must lose all that it stood for.
    registered: HashMap<String, Namespace<P>>,
}

impl<P: Peer> PeerSession<P> {
    /// A session with the host module in it, as far as the engine can have it.
    pub(super) fn new(peer: P, gate: Gate) -> Self {
        Self::with(peer, gate, None)
    }

    /// A session in which the first instance, if there is one, consists of what another thread shares.
    pub(super) fn with(mut peer: P, gate: Gate, shared: Option<Vec<(String, P::Item)>>) -> Self {
        let mut host = HashMap::new();
        for (name, item) in spectest::ITEMS {
            host.insert((*name).to_owned(), peer.host(*item));
        }
        Self {
            peer,
            gate,
            modules: Vec::new(),
            instances: shared.into_iter().map(|items| Namespace::Items(available(items))).collect(),
            registered: HashMap::from([(spectest::NAME.to_owned(), Namespace::Items(host))]),
        }
    }

    fn export(&mut self, instance: InstanceId, name: &str) -> Done<P::Item> {
        let namespace = self.namespace(instance)?;
        find(&mut self.peer, &namespace, name).unwrap_or_else(|| Err(Stop::Error(format!("`{name}` is not exported"))))
    }

    fn namespace(&self, id: InstanceId) -> Done<Namespace<P>> {
        self.instances.get(id.0).cloned().ok_or_else(|| Stop::Error("no such instance".to_owned()))
    }
}

impl<P: Peer> Session for PeerSession<P> {
    fn compile(&mut self, wasm: &[u8]) -> Done<ModuleId> {
        self.gate.admit(wasm)?;
        let module = self.peer.compile(wasm)?;
        self.modules.push(module);
        Ok(ModuleId(self.modules.len() - 1))
    }

    fn validate(&mut self, wasm: &[u8]) -> Done<()> {
        self.gate.admit(wasm)?;
        self.peer.validate(wasm)?;
        self.gate.confirm(wasm)
    }

    fn instantiate(&mut self, module: ModuleId) -> Done<InstanceId> {
        let module = self.modules.get(module.0).ok_or_else(|| Stop::Error("no such module".to_owned()))?;
        let mut imports = Vec::new();
        for (from, name) in self.peer.imports(module) {
            let namespace = self.registered.get(&from);
            let item = namespace.and_then(|namespace| find(&mut self.peer, namespace, &name));
            imports.push(item.ok_or_else(|| Stop::Unlinkable(format!("unknown import: `{from}` `{name}`")))??);
        }
        let instance = self.peer.instantiate(module, imports)?;
        self.instances.push(Namespace::Instance(instance));
        Ok(InstanceId(self.instances.len() - 1))
    }

    fn register(&mut self, name: &str, instance: InstanceId) -> Done<()> {
        let namespace = self.namespace(instance)?;
        self.registered.insert(name.to_owned(), namespace);
        Ok(())
    }

    fn invoke(&mut self, instance: InstanceId, name: &str, args: &[Value]) -> Done<Vec<Value>> {
        let function = self.export(instance, name)?;
        self.peer.call(function, args)
    }

    fn get(&mut self, instance: InstanceId, name: &str) -> Done<Value> {
        let global = self.export(instance, name)?;
        self.peer.read(global)
    }

    fn memory(&mut self, instance: InstanceId, name: &str) -> Done<Vec<u8>> {
        let memory = self.export(instance, name)?;
        self.peer.bytes(memory)
    }

    fn thread(&mut self, shared: Option<InstanceId>) -> Done<(Box<dyn Session + Send>, Option<InstanceId>)> {
        let shared = match shared.map(|id| self.namespace(id)).transpose()? {
            Some(Namespace::Instance(instance)) => Some(self.peer.shareable(&instance)),
            Some(Namespace::Items(items)) => {
                Some(items.into_iter().filter_map(|(name, item)| Some((name, item.ok()?))).collect())
            }
            None => None,
        };
        self.peer.thread(&self.gate, shared)
    }
}

/// Something by its name.
fn find<P: Peer>(peer: &mut P, namespace: &Namespace<P>, name: &str) -> Option<Done<P::Item>> {
    match namespace {
        Namespace::Instance(instance) => peer.export(instance, name).map(Ok),
        Namespace::Items(items) => items.get(name).cloned(),
    }
}

fn available<T>(items: Vec<(String, T)>) -> HashMap<String, Done<T>> {
    items.into_iter().map(|(name, item)| (name, Ok(item))).collect()
}

/// The numbers that scripts know references of the host by, and what the engine made for each: one number is one
/// reference.
pub(super) struct Externs<T>(HashMap<u32, T>);

impl<T: Clone> Externs<T> {
    pub(super) fn new() -> Self {
        Self(HashMap::new())
    }

    /// What stands for a number, made when it is met first.
    pub(super) fn of(&mut self, number: u32, make: impl FnOnce(u32) -> Done<T>) -> Done<T> {
        if let Some(known) = self.0.get(&number) {
            return Ok(known.clone());
        }
        let made = make(number)?;
        self.0.insert(number, made.clone());
        Ok(made)
    }
}

/// The stop for something that an engine has no way to say.
pub(super) fn inexpressible(feature: &str, what: impl Into<String>) -> Stop {
    Stop::Unsupported { feature: feature.to_owned(), what: what.into() }
}

/// The stop for a value that the engine's interface has no form of; it names the feature that brought the value.
pub(super) fn no_such_value(value: Value) -> Stop {
    let feature = match value {
        Value::V128(_) => "simd",
        Value::Ref(Ref::Null(Heap::Func | Heap::Extern) | Ref::Func | Ref::Extern(_)) => "reference_types",
        Value::Ref(Ref::Null(Heap::Exn | Heap::NoExn) | Ref::Exn) => "exceptions",
        Value::Ref(Ref::Null(Heap::Cont | Heap::NoCont) | Ref::Cont) => "stack_switching",
        _ => "gc",
    };
    inexpressible(feature, format!("the engine's interface has no value {value}"))
}

/// The stop for a trap, or for the exhaustion of the call stack if that is what the message says.
pub(super) fn trap(message: &str) -> Stop {
    if message.starts_with("call stack exhausted") {
        Stop::Exhaustion("call stack exhausted".to_owned())
    } else {
        Stop::Trap(message.to_owned())
    }
}
