//! The traits that every engine implements.

use super::error::{Error, SessionError, SessionResult};
use super::value::Value;
use crate::model::Verdict;
use wasmparser::WasmFeatures;

/// Number of a compiled module in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleId(pub usize);

/// Number of an instance in a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceId(pub usize);

/// A configuration of an engine.
#[derive(Clone, Debug)]
pub struct Mode {
    /// Name, as `--mode` takes it.
    pub name: &'static str,
    /// Description in one line.
    pub about: &'static str,
}

/// Anything that runs wasm.
pub trait Engine: Send + Sync {
    /// Name, as `--engine` takes it.
    fn name(&self) -> &'static str;

    /// Version that each row of a report has.
    fn version(&self) -> String;

    /// Description in one line.
    fn about(&self) -> &'static str;

    /// The modes that run when the call names none.
    fn modes(&self) -> Vec<Mode>;

    /// Whether the engine has a mode. It may have more than [`Engine::modes`] lists, where modes have parameters.
    fn has_mode(&self, mode: &str) -> bool {
        self.modes().iter().any(|known| known.name == mode)
    }

    /// Checks that the engine starts. A run checks this first, so that the error does not appear in every row.
    ///
    /// # Errors
    ///
    /// [`Error::Start`].
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Names of the features that the engine does not have, as far as it is known before a run.
    fn missing(&self) -> Vec<String>;

    /// Creates a session for one script whose modules may use `features`.
    ///
    /// # Errors
    ///
    /// When the mode is unknown, or the engine does not start.
    fn session(&self, mode: &str, features: WasmFeatures) -> Result<Box<dyn Session>, Error>;

    /// The script runner of an engine that only runs whole scripts. Such an engine has no sessions, and its reports have
    /// one row for each script.
    fn runner(&self) -> Option<&dyn ScriptRunner> {
        None
    }
}

/// Runs whole scripts.
pub trait ScriptRunner {
    /// Runs a script and judges it.
    fn run(&self, mode: &str, script: &WholeScript<'_>) -> Verdict;
}

/// A script for a [`ScriptRunner`].
#[derive(Clone, Copy, Debug)]
pub struct WholeScript<'a> {
    /// Its file, relative to the folder of its suite.
    pub file: &'a str,
    /// Its text.
    pub source: &'a str,
    /// The features that its modules may use.
    pub features: WasmFeatures,
}

/// The modules and instances of one script on one engine.
pub trait Session {
    /// Receives each directive before it runs. Only the fake engine uses this.
    fn begin_directive(&mut self, _directive: &DirectiveInfo<'_>) {}

    /// Compiles a binary module.
    ///
    /// # Errors
    ///
    /// [`SessionError::Invalid`], [`SessionError::Unsupported`] or [`SessionError::Other`].
    fn compile(&mut self, wasm: &[u8]) -> SessionResult<ModuleId>;

    /// Decodes and validates a binary module.
    ///
    /// # Errors
    ///
    /// [`SessionError::Invalid`] if it is not valid; [`SessionError::Unsupported`] if the engine cannot judge it.
    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()>;

    /// Instantiates a module and runs its start function.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unlinkable`] when the imports do not match, otherwise as [`Session::invoke`].
    fn instantiate(&mut self, module: ModuleId) -> SessionResult<InstanceId>;

    /// Registers the exports of an instance for import under a module name. They replace everything that was registered
    /// under that name.
    ///
    /// # Errors
    ///
    /// Any error of the engine.
    fn register(&mut self, name: &str, instance: InstanceId) -> SessionResult<()>;

    /// Calls an exported function.
    ///
    /// # Errors
    ///
    /// How the call ended, if it did not return.
    fn invoke(&mut self, instance: InstanceId, name: &str, args: &[Value]) -> SessionResult<Vec<Value>>;

    /// Reads an exported global.
    ///
    /// # Errors
    ///
    /// [`SessionError::Other`] if there is none of this name.
    fn get(&mut self, instance: InstanceId, name: &str) -> SessionResult<Value>;

    /// Reads the bytes of an exported memory. Scripts cannot do this; tests compare engines with it.
    ///
    /// # Errors
    ///
    /// [`SessionError::Other`] if there is none of this name; [`SessionError::Unsupported`] from engines that do not give
    /// access to memories, which is the default.
    fn memory(&mut self, _instance: InstanceId, _name: &str) -> SessionResult<Vec<u8>> {
        Err(SessionError::unsupported("memory", "the engine does not show its memories"))
    }

    /// Creates a session for a thread of the script, with the shared exports of one instance of this session.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unsupported`] from engines without threads, which is the default.
    fn thread(&mut self, _shared: Option<InstanceId>) -> SessionResult<ThreadSession> {
        Err(SessionError::unsupported("threads", ""))
    }
}

/// A session for another thread, and the number of the shared instance in it.
pub type ThreadSession = (Box<dyn Session + Send>, Option<InstanceId>);

/// A directive, as a session receives it before it runs.
pub struct DirectiveInfo<'a> {
    /// Number of the directive in its script, from 1.
    pub number: usize,
    /// Whether it is replayed: it has been judged and only runs again to restore the state of the script.
    pub replayed: bool,
    /// Computes what the script expects. A function, because hardly any engine asks.
    pub expected: &'a dyn Fn() -> Expected,
}

/// The result that a script expects of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Success, with any values.
    Success,
    /// These values; where a script allows several, one of them.
    Values(Vec<Value>),
    /// An error.
    Error(SessionError),
}

/// Creates the error for a mode that an engine does not have.
#[must_use]
pub fn unknown_mode(engine: &dyn Engine, mode: &str) -> Error {
    let known = engine.modes().iter().map(|mode| format!("`{}`", mode.name)).collect::<Vec<_>>().join(", ");
    Error::UnknownMode { engine: engine.name().to_owned(), mode: mode.to_owned(), known }
}
