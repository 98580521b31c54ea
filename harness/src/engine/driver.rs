//! Engines in other programs: a driver is a program that speaks lines of JSON, one answer a request.
//!
//! A worker starts the driver, and shares its fate: where the driver dies or says what makes no sense, the worker ends
//! itself, so that the supervisor sees a crash and goes on with another one. A driver that is silent is noticed there as
//! well, by its time running out.

mod process;
pub(crate) mod protocol;
mod signatures;

use super::value::Value;
use super::{Done, Engine, Error, InstanceId, Mode, ModuleId, Session, Stop, unknown_mode};
use super::{runner, spectest};
use crate::features;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use process::Process;
use protocol::{Hello, Request, WireValue};
use serde::de::{DeserializeOwned, IgnoredAny};
use signatures::Signature;
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use wasmparser::{Validator, WasmFeatures};

/// How a driver is started, in each of its modes.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Name of the engine.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Its modes, and the command of each: the program and its arguments.
    pub modes: Vec<(Mode, Vec<String>)>,
    /// Prints the version of an engine whose driver has no way to know it.
    pub version: Vec<String>,
}

/// An engine that a driver runs.
pub struct Driver {
    launch: Launch,
    /// A running driver of the first mode, and what it said of itself.
    hello: LazyHello,
    running: Mutex<HashMap<String, Arc<Mutex<Process>>>>,
}

type LazyHello = LazyLock<Result<Hello, String>, Box<dyn FnOnce() -> Result<Hello, String> + Send>>;

impl Driver {
    /// An engine that is started when it is needed.
    #[must_use]
    pub fn new(launch: Launch) -> Self {
        let command = launch.modes.first().map(|(_, command)| command.clone()).unwrap_or_default();
        let version = launch.version.clone();
        let hello: Box<dyn FnOnce() -> _ + Send> = Box::new(move || {
            let mut hello = Process::introduce(&command)?;
            if hello.version.is_empty() {
                hello.version = runner::version_of(&version);
            }
            Ok(hello)
        });
        Self { launch, hello: LazyLock::new(hello), running: Mutex::default() }
    }

    fn process(&self, mode: &str) -> Result<Arc<Mutex<Process>>, Error> {
        let command = self.launch.modes.iter().find(|(known, _)| known.name == mode).map(|(_, command)| command);
        let command = command.ok_or_else(|| unknown_mode(self, mode))?;
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(process) = running.get(mode) {
            return Ok(Arc::clone(process));
        }
        let (process, _) = Process::start(command, Stdio::inherit())
            .map_err(|reason| Error::Start { engine: self.launch.name, reason })?;
        let process = Arc::new(Mutex::new(process));
        running.insert(mode.to_owned(), Arc::clone(&process));
        Ok(process)
    }
}

impl Engine for Driver {
    fn name(&self) -> &'static str {
        self.launch.name
    }

    fn version(&self) -> String {
        self.hello.as_ref().map_or_else(|_| String::new(), |hello| hello.version.clone())
    }

    fn about(&self) -> &'static str {
        self.launch.about
    }

    fn check(&self) -> Result<(), Error> {
        let hello = self.hello.as_ref().map_err(Clone::clone);
        hello.map(|_| ()).map_err(|reason| Error::Start { engine: self.launch.name, reason })
    }

    fn modes(&self) -> Vec<Mode> {
        self.launch.modes.iter().map(|(mode, _)| mode.clone()).collect()
    }

    fn missing(&self) -> Vec<String> {
        self.hello.as_ref().map_or_else(|_| Vec::new(), |hello| hello.missing.clone())
    }

    fn session(&self, mode: &str, features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        let start = |reason: String| Error::Start { engine: self.launch.name, reason };
        let process = self.process(mode)?;
        let hello = self.hello.as_ref().map_err(|error| start(error.clone()))?;
        let names = features::names(features);
        lock(&process)
            .ask::<IgnoredAny>(&Request::Session { mode, features: &names })
            .map_err(|stop| start(stop.to_string()))?;
        let mut session = DriverSession {
            process,
            features,
            selects: hello.selects_features,
            modules: Vec::new(),
            instances: Vec::new(),
        };
        session.add_host_module().map_err(|stop| start(stop.to_string()))?;
        Ok(Box::new(session))
    }
}

fn lock(process: &Mutex<Process>) -> MutexGuard<'_, Process> {
    process.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One script's modules and instances in a driver.
struct DriverSession {
    process: Arc<Mutex<Process>>,
    features: WasmFeatures,
    selects: bool,
    /// What each module exports, by the driver's number.
    modules: Vec<Arc<HashMap<String, Signature>>>,
    instances: Vec<Arc<HashMap<String, Signature>>>,
}

impl DriverSession {
    fn ask<T: DeserializeOwned>(&self, request: &Request<'_>) -> Done<T> {
        lock(&self.process).ask(request)
    }

    /// Gives the driver the host module as wasm: so it need not know of it, and its functions have types.
    fn add_host_module(&mut self) -> Done<()> {
        let mut refused = None;
        for wasm in spectest::modules() {
            let done = self.compile(&wasm).and_then(|module| self.instantiate(module));
            match done {
                Ok(instance) => return self.register(spectest::NAME, instance),
                Err(stop) => refused = Some(stop),
            }
        }
        Err(refused.unwrap_or_else(|| Stop::Error("no host module".to_owned())))
    }

    /// What an instance exports under a name.
    fn export(&self, instance: InstanceId, name: &str) -> Done<&Signature> {
        let exports = self.instances.get(instance.0).ok_or_else(|| Stop::Error("no such instance".to_owned()))?;
        exports.get(name).ok_or_else(|| Stop::Error(format!("no function or global `{name}` is exported")))
    }

    /// An engine that can't do without a feature accepts modules that older versions of the spec reject. That is no fault
    /// of its validation.
    fn rejected_for_a_feature(&self, wasm: &[u8]) -> bool {
        let accepts = |features| Validator::new_with_features(features).validate_all(wasm).is_ok();
        !self.selects && !accepts(self.features) && accepts(WasmFeatures::all())
    }
}

impl Session for DriverSession {
    fn compile(&mut self, wasm: &[u8]) -> Done<ModuleId> {
        let request = Request::Compile { wasm: &BASE64_STANDARD.encode(wasm) };
        let mut process = lock(&self.process);
        let module: usize = process.ask_about(wasm, &request, self.features)?;
        if module != self.modules.len() {
            process.give_up(&format!("it calls module {} number {module}", self.modules.len()));
        }
        self.modules.push(Arc::new(signatures::exports(wasm)));
        Ok(ModuleId(module))
    }

    fn validate(&mut self, wasm: &[u8]) -> Done<()> {
        let request = Request::Validate { wasm: &BASE64_STANDARD.encode(wasm) };
        lock(&self.process).ask_about::<IgnoredAny>(wasm, &request, self.features)?;
        if self.rejected_for_a_feature(wasm) {
            let what = "the engine can't do without a feature that makes the module valid".to_owned();
            return Err(Stop::Unsupported { feature: "feature-selection".to_owned(), what });
        }
        Ok(())
    }

    fn instantiate(&mut self, module: ModuleId) -> Done<InstanceId> {
        let exports = self.modules.get(module.0).cloned().ok_or_else(|| Stop::Error("no such module".to_owned()))?;
        let mut process = lock(&self.process);
        let instance: usize = process.ask(&Request::Instantiate { module: module.0 })?;
        if instance != self.instances.len() {
            process.give_up(&format!("it calls instance {} number {instance}", self.instances.len()));
        }
        self.instances.push(exports);
        Ok(InstanceId(instance))
    }

    fn register(&mut self, name: &str, instance: InstanceId) -> Done<()> {
        self.ask::<IgnoredAny>(&Request::Register { name, instance: instance.0 }).map(|_| ())
    }

    fn invoke(&mut self, instance: InstanceId, name: &str, args: &[Value]) -> Done<Vec<Value>> {
        let Signature::Func { params, results } = self.export(instance, name)? else {
            return Err(Stop::Error(format!("`{name}` is no function")));
        };
        let args: Vec<WireValue> = args.iter().map(|&value| value.into()).collect();
        let request = Request::Invoke { instance: instance.0, name, params, results, args: &args };
        let values: Vec<serde_json::Value> = self.ask(&request)?;
        values.into_iter().map(|value| protocol::value(value).map_err(Stop::Error)).collect()
    }

    fn get(&mut self, instance: InstanceId, name: &str) -> Done<Value> {
        let Signature::Global { content, mutable } = self.export(instance, name)? else {
            return Err(Stop::Error(format!("`{name}` is no global")));
        };
        let value = self.ask(&Request::Get { instance: instance.0, name, r#type: content, mutable: *mutable })?;
        protocol::value(value).map_err(Stop::Error)
    }
}
