//! The harness's end of the driver protocol: an engine that sends requests to a driver.
//!
//! A worker starts the driver and shares its fate. If the driver dies or sends an answer that does not follow the protocol,
//! the worker aborts, so that the supervisor sees a crash and continues with another worker. The time limit of the
//! supervisor also applies to a driver that does not answer.

mod process;
mod session;
mod signatures;

use super::protocol::Hello;
use crate::engine::error::Error;
use crate::engine::interface::{Engine, Mode, Session, unknown_mode};
use crate::engine::program_version::version_of;
use process::Process;
use session::DriverSession;
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use wasmparser::WasmFeatures;

/// How to start a driver in each of its modes.
#[derive(Clone, Debug)]
pub struct DriverConfig {
    /// Name of the engine.
    pub name: &'static str,
    /// Description in one line.
    pub about: &'static str,
    /// Its modes and their commands: the program and its arguments.
    pub modes: Vec<(Mode, Vec<String>)>,
    /// A command that prints the version, for drivers that do not know it.
    pub version: Vec<String>,
}

/// An engine that a driver runs.
pub struct Driver {
    config: DriverConfig,
    /// The answer of the first mode to `hello`. The driver is started when this is needed.
    hello: LazyHello,
    /// The running drivers by mode.
    running: Mutex<HashMap<String, Arc<Mutex<Process>>>>,
}

type LazyHello = LazyLock<Result<Hello, String>, Box<dyn FnOnce() -> Result<Hello, String> + Send>>;

impl Driver {
    /// Creates an engine. It starts the driver when it is needed.
    #[must_use]
    pub fn new(config: DriverConfig) -> Self {
        let command = config.modes.first().map(|(_, command)| command.clone()).unwrap_or_default();
        let version = config.version.clone();
        let hello: Box<dyn FnOnce() -> _ + Send> = Box::new(move || {
            let mut hello = Process::hello(&command)?;
            if hello.version.is_empty() {
                hello.version = version_of(&version);
            }
            Ok(hello)
        });
        Self { config, hello: LazyLock::new(hello), running: Mutex::default() }
    }

    fn process(&self, mode: &str) -> Result<Arc<Mutex<Process>>, Error> {
        let command = self.config.modes.iter().find(|(known, _)| known.name == mode).map(|(_, command)| command);
        let command = command.ok_or_else(|| unknown_mode(self, mode))?;
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = running.get(mode) {
            return Ok(Arc::clone(process));
        }
        let (process, _) = Process::start(command, Stdio::inherit())
            .map_err(|reason| Error::Start { engine: self.config.name, reason })?;
        let process = Arc::new(Mutex::new(process));
        running.insert(mode.to_owned(), Arc::clone(&process));
        Ok(process)
    }
}

impl Engine for Driver {
    fn name(&self) -> &'static str {
        self.config.name
    }

    fn version(&self) -> String {
        self.hello.as_ref().map_or_else(|_| String::new(), |hello| hello.version.clone())
    }

    fn about(&self) -> &'static str {
        self.config.about
    }

    fn check(&self) -> Result<(), Error> {
        let hello = self.hello.as_ref().map_err(Clone::clone);
        hello.map(|_| ()).map_err(|reason| Error::Start { engine: self.config.name, reason })
    }

    fn modes(&self) -> Vec<Mode> {
        self.config.modes.iter().map(|(mode, _)| mode.clone()).collect()
    }

    fn missing(&self) -> Vec<String> {
        self.hello.as_ref().map_or_else(|_| Vec::new(), |hello| hello.missing.clone())
    }

    fn session(&self, mode: &str, features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        let start = |reason: String| Error::Start { engine: self.config.name, reason };
        let process = self.process(mode)?;
        let hello = self.hello.as_ref().map_err(|error| start(error.clone()))?;
        let session = DriverSession::start(process, mode, features, hello.selects_features);
        Ok(Box::new(session.map_err(|error| start(error.to_string()))?))
    }
}
