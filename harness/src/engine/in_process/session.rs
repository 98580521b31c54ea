//! A session over the store of an engine in this process.

use super::feature_gate::FeatureGate;
use super::store::EngineStore;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::{InstanceId, ModuleId, Session, ThreadSession};
use crate::engine::spectest;
use crate::engine::value::Value;
use std::collections::HashMap;

/// The exports that scripts import from one module name.
enum Namespace<S: EngineStore> {
    Instance(S::Instance),
    /// External values by name, or the error of creating them: the host module, or the shared exports of an instance
    /// that another thread runs.
    Externs(HashMap<String, SessionResult<S::Extern>>),
}

impl<S: EngineStore> Clone for Namespace<S> {
    fn clone(&self) -> Self {
        match self {
            Self::Instance(instance) => Self::Instance(instance.clone()),
            Self::Externs(externs) => Self::Externs(externs.clone()),
        }
    }
}

/// The modules, instances and registered names of one script.
pub(super) struct StoreSession<S: EngineStore> {
    store: S,
    gate: FeatureGate,
    modules: Vec<S::Module>,
    instances: Vec<Namespace<S>>,
    /// Exports by module name. They are not in the engine's linker, because registering a name again must remove all
    /// earlier exports of that name.
    registered: HashMap<String, Namespace<S>>,
}

impl<S: EngineStore> StoreSession<S> {
    /// Creates a session with the host module, as far as the engine supports it.
    pub(super) fn new(store: S, gate: FeatureGate) -> Self {
        Self::with_shared(store, gate, None)
    }

    /// Creates a session whose first instance has the exports that another thread shares.
    pub(super) fn with_shared(mut store: S, gate: FeatureGate, shared: Option<Vec<(String, S::Extern)>>) -> Self {
        let mut host = HashMap::new();
        for (name, item) in spectest::ITEMS {
            host.insert((*name).to_owned(), store.host_item(*item));
        }
        let namespace =
            |externs: Vec<_>| Namespace::Externs(externs.into_iter().map(|(name, it)| (name, Ok(it))).collect());
        Self {
            store,
            gate,
            modules: Vec::new(),
            instances: shared.into_iter().map(namespace).collect(),
            registered: HashMap::from([(spectest::NAME.to_owned(), Namespace::Externs(host))]),
        }
    }

    fn export(&mut self, instance: InstanceId, name: &str) -> SessionResult<S::Extern> {
        let namespace = self.namespace(instance)?;
        let found = find(&mut self.store, &namespace, name);
        found.unwrap_or_else(|| Err(SessionError::Other(format!("`{name}` is not exported"))))
    }

    fn namespace(&self, id: InstanceId) -> SessionResult<Namespace<S>> {
        self.instances.get(id.0).cloned().ok_or_else(|| SessionError::Other("no such instance".to_owned()))
    }
}

impl<S: EngineStore> Session for StoreSession<S> {
    fn compile(&mut self, wasm: &[u8]) -> SessionResult<ModuleId> {
        self.gate.admit(wasm)?;
        let module = self.store.compile(wasm)?;
        self.modules.push(module);
        Ok(ModuleId(self.modules.len() - 1))
    }

    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()> {
        self.gate.admit(wasm)?;
        self.store.validate(wasm)?;
        self.gate.confirm(wasm)
    }

    fn instantiate(&mut self, module: ModuleId) -> SessionResult<InstanceId> {
        let module = self.modules.get(module.0).ok_or_else(|| SessionError::Other("no such module".to_owned()))?;
        let mut imports = Vec::new();
        for (from, name) in self.store.imports(module) {
            let namespace = self.registered.get(&from);
            let found = namespace.and_then(|namespace| find(&mut self.store, namespace, &name));
            let unknown = || SessionError::Unlinkable(format!("unknown import: `{from}` `{name}`"));
            imports.push(found.ok_or_else(unknown)??);
        }
        let instance = self.store.instantiate(module, imports)?;
        self.instances.push(Namespace::Instance(instance));
        Ok(InstanceId(self.instances.len() - 1))
    }

    fn register(&mut self, name: &str, instance: InstanceId) -> SessionResult<()> {
        let namespace = self.namespace(instance)?;
        self.registered.insert(name.to_owned(), namespace);
        Ok(())
    }

    fn invoke(&mut self, instance: InstanceId, name: &str, args: &[Value]) -> SessionResult<Vec<Value>> {
        let function = self.export(instance, name)?;
        self.store.call(function, args)
    }

    fn get(&mut self, instance: InstanceId, name: &str) -> SessionResult<Value> {
        let global = self.export(instance, name)?;
        self.store.read_global(global)
    }

    fn memory(&mut self, instance: InstanceId, name: &str) -> SessionResult<Vec<u8>> {
        let memory = self.export(instance, name)?;
        self.store.read_memory(memory)
    }

    fn thread(&mut self, shared: Option<InstanceId>) -> SessionResult<ThreadSession> {
        let shared = match shared.map(|id| self.namespace(id)).transpose()? {
            Some(Namespace::Instance(instance)) => Some(self.store.shared_exports(&instance)),
            Some(Namespace::Externs(externs)) => {
                Some(externs.into_iter().filter_map(|(name, found)| Some((name, found.ok()?))).collect())
            }
            None => None,
        };
        self.store.thread(&self.gate, shared)
    }
}

/// Finds an export by its name; `None` if there is none, an error if the engine could not create it.
fn find<S: EngineStore>(store: &mut S, namespace: &Namespace<S>, name: &str) -> Option<SessionResult<S::Extern>> {
    match namespace {
        Namespace::Instance(instance) => store.export(instance, name).map(Ok),
        Namespace::Externs(externs) => externs.get(name).cloned(),
    }
}
