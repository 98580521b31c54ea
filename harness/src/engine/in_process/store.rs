//! The interface to the store of an engine in this process.

use super::feature_gate::FeatureGate;
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::ThreadSession;
use crate::engine::spectest::HostItem;
use crate::engine::value::Value;

/// An engine's store, with the operations that scripts need.
pub(super) trait EngineStore: 'static {
    /// A compiled module.
    type Module: 'static;
    /// An instance.
    type Instance: Clone + 'static;
    /// An external value: anything that can be imported and exported.
    type Extern: Clone + 'static;

    /// Compiles a module.
    fn compile(&mut self, wasm: &[u8]) -> SessionResult<Self::Module>;

    /// Validates a module. The default compiles it, for engines that have no other way to validate.
    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()> {
        self.compile(wasm).map(|_| ())
    }

    /// The imports of a module in order: module name and name of each.
    fn imports(&self, module: &Self::Module) -> Vec<(String, String)>;

    /// Instantiates a module with the values for its imports, in order, and runs its start function.
    fn instantiate(&mut self, module: &Self::Module, imports: Vec<Self::Extern>) -> SessionResult<Self::Instance>;

    /// Finds an export of an instance.
    fn export(&mut self, instance: &Self::Instance, name: &str) -> Option<Self::Extern>;

    /// The exports of an instance that threads can share, by name. The default is for engines without threads.
    fn shared_exports(&mut self, _instance: &Self::Instance) -> Vec<(String, Self::Extern)> {
        Vec::new()
    }

    /// Calls a function.
    fn call(&mut self, function: Self::Extern, args: &[Value]) -> SessionResult<Vec<Value>>;

    /// Reads a global.
    fn read_global(&mut self, global: Self::Extern) -> SessionResult<Value>;

    /// Copies the bytes of a memory. The default is for engines whose interface gives no access to memories.
    fn read_memory(&mut self, _memory: Self::Extern) -> SessionResult<Vec<u8>> {
        Err(SessionError::unsupported("memory", "the engine does not show its memories"))
    }

    /// Creates one export of the host module `spectest`.
    fn host_item(&mut self, item: HostItem) -> SessionResult<Self::Extern>;

    /// Creates a session for another thread, whose first instance has the exports `shared`. The default is for engines
    /// without threads.
    fn thread(
        &self,
        _gate: &FeatureGate,
        _shared: Option<Vec<(String, Self::Extern)>>,
    ) -> SessionResult<ThreadSession> {
        Err(SessionError::unsupported("threads", ""))
    }
}
