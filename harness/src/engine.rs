//! Engines: anything that runs wasm, behind one trait.
//!
//! An [`Engine`] makes a [`Session`] for each script: a store of its own in which the script's modules live, with the
//! host module `spectest` ready for import. Whatever can come of a call is one of the closed set [`Stop`].

pub mod catalogue;
pub mod driver;
pub mod fake;
pub mod runner;
pub mod spectest;
pub mod value;
pub mod vm;

// Other engines, each behind the feature of its name, and what they have in common.
#[cfg(any(
    feature = "stitch",
    feature = "wamr",
    feature = "wasm3",
    feature = "wasmer",
    feature = "wasmi",
    feature = "wasmtime"
))]
mod peer;
#[cfg(feature = "stitch")]
pub mod stitch;
#[cfg(feature = "wamr")]
pub mod wamr;
#[cfg(feature = "wasm3")]
pub mod wasm3;
#[cfg(feature = "wasmer")]
pub mod wasmer;
#[cfg(feature = "wasmi")]
pub mod wasmi;
#[cfg(feature = "wasmtime")]
pub mod wasmtime;

use crate::script::Verdict;
use thiserror::Error;
use value::Value;
use wasmparser::WasmFeatures;

/// Why an engine could not be set up as asked.
#[derive(Debug, Error)]
pub enum Error {
    /// No engine has this name.
    #[error("there is no engine `{name}`; there are {known}")]
    UnknownEngine {
        /// What was asked for.
        name: String,
        /// The engines there are.
        known: String,
    },
    /// The engine is known, but can't be run here.
    #[error("engine `{name}` can't be run here: {why}")]
    NotHere {
        /// The engine.
        name: String,
        /// What it lacks, and what would help.
        why: String,
    },
    /// A file of the catalogue is wrong.
    #[error("the catalogue of engines has faults:\n{0}")]
    Catalogue(String),
    /// Several of these at once.
    #[error("{}", .0.iter().map(|error| crate::escape::text(&error.to_string()).into_owned()).collect::<Vec<_>>().join("\n       "))]
    Several(Vec<Self>),
    /// The engine has no such mode.
    #[error("engine `{engine}` has no mode `{mode}`; it has {known}")]
    UnknownMode {
        /// The engine.
        engine: String,
        /// What was asked for.
        mode: String,
        /// The modes there are.
        known: String,
    },
    /// The engine itself could not be started.
    #[error("engine `{engine}` does not start: {reason}")]
    Start {
        /// The engine.
        engine: &'static str,
        /// What it said.
        reason: String,
    },
}

/// Between the messages of a [`Stop`] that stands for several: an engine may have one trap where scripts tell more.
pub const EITHER: &str = "|";

/// Why a call did not return: a closed set. A message may be several, with [`EITHER`] between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Wasm trapped. An engine that has one message for several traps gives all that it may be.
    Trap(String),
    /// A resource ran out, the call stack above all.
    Exhaustion(String),
    /// An exception left the outermost call.
    Exception(String),
    /// A suspension left the outermost call.
    Suspension(String),
    /// The module is malformed or invalid.
    Invalid(String),
    /// The imports do not fit.
    Unlinkable(String),
    /// The engine says that it does not do this.
    Unsupported {
        /// Name of the feature, as `wasmparser` writes it, `-` for `_`.
        feature: String,
        /// What of it was met first.
        what: String,
    },
    /// Anything else: the engine's own error, or a call that makes no sense.
    Error(String),
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Trap(message) => write!(f, "trap: {message}"),
            Self::Exhaustion(message) => write!(f, "exhaustion: {message}"),
            Self::Exception(message) => write!(f, "exception: {message}"),
            Self::Suspension(message) => write!(f, "suspension: {message}"),
            Self::Invalid(message) => write!(f, "invalid: {message}"),
            Self::Unlinkable(message) => write!(f, "unlinkable: {message}"),
            Self::Unsupported { feature, what } if what.is_empty() => f.write_str(feature),
            Self::Unsupported { feature, what } => write!(f, "{feature}: {what}"),
            Self::Error(message) => write!(f, "error: {message}"),
        }
    }
}

/// What came of a call.
pub type Done<T> = Result<T, Stop>;

/// A compiled module of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ModuleId(pub usize);

/// An instance of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstanceId(pub usize);

/// A configuration of an engine.
#[derive(Clone, Debug)]
pub struct Mode {
    /// Name, as `--mode` takes it.
    pub name: &'static str,
    /// What is special about it, in one line.
    pub about: &'static str,
}

/// Something that can run wasm.
pub trait Engine: Send + Sync {
    /// Name, as `--engine` takes it.
    fn name(&self) -> &'static str;

    /// Version that stands in each row.
    fn version(&self) -> String;

    /// What it is, in one line.
    fn about(&self) -> &'static str;

    /// The modes that run when none is asked for.
    fn modes(&self) -> Vec<Mode>;

    /// Whether the engine knows a mode; more than [`Engine::modes`] lists where modes have parameters.
    fn has_mode(&self, mode: &str) -> bool {
        self.modes().iter().any(|known| known.name == mode)
    }

    /// Whether it starts: better known before a run than in each of its rows.
    ///
    /// # Errors
    ///
    /// [`Error::Start`].
    fn check(&self) -> Result<(), Error> {
        Ok(())
    }

    /// Features that the engine does not have, as far as it knows itself.
    fn missing(&self) -> Vec<String>;

    /// Makes a place for one script to run in.
    ///
    /// # Errors
    ///
    /// When the mode is unknown, or the engine does not start.
    fn session(&self, mode: &str, features: WasmFeatures) -> Result<Box<dyn Session>, Error>;

    /// What runs whole scripts, if that is all the engine can do: then there is a row a script, and no session.
    fn runner(&self) -> Option<&dyn ScriptRunner> {
        None
    }
}

/// Runs scripts as a whole.
pub trait ScriptRunner {
    /// Runs a script and says what came of it.
    fn run(&self, mode: &str, script: &WholeScript<'_>) -> Verdict;
}

/// A script that is run as a whole.
#[derive(Clone, Copy, Debug)]
pub struct WholeScript<'a> {
    /// Its file, below the folder of its suite.
    pub file: &'a str,
    /// Its text.
    pub source: &'a str,
    /// What its modules may use.
    pub features: WasmFeatures,
}

/// One script's modules and instances on one engine.
pub trait Session {
    /// Hears of each directive before it runs. Engines that run wasm have no use for it; the fake one has.
    fn announce(&mut self, _directive: &Announcement<'_>) {}

    /// Compiles a binary module.
    ///
    /// # Errors
    ///
    /// [`Stop::Invalid`], [`Stop::Unsupported`] or [`Stop::Error`].
    fn compile(&mut self, wasm: &[u8]) -> Done<ModuleId>;

    /// Decodes and validates a binary module, and no more.
    ///
    /// # Errors
    ///
    /// [`Stop::Invalid`] if it is not valid; [`Stop::Unsupported`] if the engine cannot say.
    fn validate(&mut self, wasm: &[u8]) -> Done<()>;

    /// Instantiates a module and runs its start function.
    ///
    /// # Errors
    ///
    /// [`Stop::Unlinkable`] when the imports do not fit, else as [`Session::invoke`].
    fn instantiate(&mut self, module: ModuleId) -> Done<InstanceId>;

    /// Makes what an instance exports importable under a name, in place of what had that name.
    ///
    /// # Errors
    ///
    /// Whatever the engine says.
    fn register(&mut self, name: &str, instance: InstanceId) -> Done<()>;

    /// Calls an exported function.
    ///
    /// # Errors
    ///
    /// How the call ended if it did not return.
    fn invoke(&mut self, instance: InstanceId, name: &str, args: &[Value]) -> Done<Vec<Value>>;

    /// Reads an exported global.
    ///
    /// # Errors
    ///
    /// [`Stop::Error`] if there is none.
    fn get(&mut self, instance: InstanceId, name: &str) -> Done<Value>;

    /// The bytes of an exported memory. Scripts never ask; it is for comparing engines.
    ///
    /// # Errors
    ///
    /// [`Stop::Error`] if there is none, [`Stop::Unsupported`] from engines that do not say, which is what this does
    /// where it is not overridden.
    fn memory(&mut self, _instance: InstanceId, _name: &str) -> Done<Vec<u8>> {
        Err(Stop::Unsupported {
            feature: "memory".to_owned(),
            what: "the engine does not show its memories".to_owned(),
        })
    }

    /// Makes a session for a thread of the script, in which one instance of this session is there as well.
    ///
    /// # Errors
    ///
    /// [`Stop::Unsupported`] from engines without threads, which is what this does where it is not overridden.
    fn thread(&mut self, _shared: Option<InstanceId>) -> Done<(Box<dyn Session + Send>, Option<InstanceId>)> {
        Err(Stop::Unsupported { feature: "threads".to_owned(), what: String::new() })
    }
}

/// What a session hears of a directive before it runs.
pub struct Announcement<'a> {
    /// Number of the directive in its script, from 1.
    pub number: usize,
    /// Whether it only runs to restore a lost state: it has been judged already.
    pub replayed: bool,
    /// What the script expects of it; made when asked for, because hardly anyone asks.
    pub expected: &'a dyn Fn() -> Expected,
}

/// What a script expects of a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// It works, and whatever is returned is not looked at.
    Success,
    /// It returns these; of several allowed values, one.
    Values(Vec<Value>),
    /// It stops.
    Stop(Stop),
}

/// The engine that runs when none is asked for.
pub const DEFAULT: &str = "vm";

/// Version of LLVM that engines in this process compile with; empty if none does.
#[must_use]
pub fn llvm() -> String {
    wassay_vm::llvm_version()
}

/// Every engine that can run: those of this build, and those that programs on this machine drive.
#[must_use]
pub fn all() -> Vec<Box<dyn Engine>> {
    let mut engines = built_in();
    engines.extend(catalogue::drivable());
    engines
}

/// Engines in this process.
fn built_in() -> Vec<Box<dyn Engine>> {
    vec![
        Box::<vm::Vm>::default(),
        #[cfg(feature = "wasmtime")]
        Box::<wasmtime::Wasmtime>::default(),
        #[cfg(feature = "wasmi")]
        Box::new(wasmi::Wasmi),
        #[cfg(feature = "wasmer")]
        Box::new(wasmer::Wasmer),
        #[cfg(feature = "stitch")]
        Box::new(stitch::Stitch),
        #[cfg(feature = "wasm3")]
        Box::new(wasm3::Wasm3),
        #[cfg(feature = "wamr")]
        Box::new(wamr::Wamr),
        Box::new(fake::Fake),
    ]
}

/// The engine with a name.
///
/// # Errors
///
/// When there is none, or none here, or the catalogue is wrong.
pub fn find(name: &str) -> Result<Box<dyn Engine>, Error> {
    catalogue::sound()?;
    let engines = all();
    let known = engines.iter().map(|engine| format!("`{}`", engine.name())).collect::<Vec<_>>().join(", ");
    engines.into_iter().find(|engine| engine.name() == name).ok_or_else(|| catalogue::missing(name, known))
}

/// The error for a mode that an engine does not have.
#[must_use]
pub fn unknown_mode(engine: &dyn Engine, mode: &str) -> Error {
    let known = engine.modes().iter().map(|mode| format!("`{}`", mode.name)).collect::<Vec<_>>().join(", ");
    Error::UnknownMode { engine: engine.name().to_owned(), mode: mode.to_owned(), known }
}
