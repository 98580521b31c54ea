//! Engines in other programs: a driver is a program that speaks lines of JSON, one answer a request.
//!
//! A worker starts the driver, and shares its fate: where the driver dies or says what makes no sense, the worker ends
//! itself, so that the supervisor sees a crash and goes on with another one. A driver that is silent is noticed there as
//! well, by its time running out.

pub(crate) mod protocol;
mod signatures;

use super::spectest;
use super::value::Value;
use super::{Done, Engine, Error, InstanceId, Mode, ModuleId, Session, Stop, unknown_mode};
use crate::features::{self, probe};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use protocol::{Answer, Hello, Request, WireValue};
use rustix::process::{Signal, set_parent_process_death_signal};
use serde::de::DeserializeOwned;
use signatures::Signature;
use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use wasmparser::{Validator, WasmFeatures};

/// Longest answer, in bytes. A call has 1,000 results at most.
const LONGEST: u64 = 1 << 20;

/// How a driver is started, in each of its modes.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Name of the engine.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Its modes, and the command of each: the program and its arguments.
    pub modes: Vec<(Mode, Vec<String>)>,
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
        let hello: Box<dyn FnOnce() -> _ + Send> = Box::new(move || {
            let (_, hello) = Process::start(&command)?;
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
        let (process, _) =
            Process::start(command).map_err(|reason| Error::Start { engine: self.launch.name, reason })?;
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
            .ask::<()>(&Request::Session { mode, features: &names })
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

/// A running driver.
struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    features: probe::Known,
}

impl Process {
    /// Starts a driver and lets it introduce itself.
    fn start(command: &[String]) -> Result<(Self, Hello), String> {
        let (program, args) = command.split_first().ok_or("it has no command")?;
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        // SAFETY: between fork and exec only a system call is made. A driver in an endless loop reads no end of input.
        unsafe { command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?)) };
        let mut child = command.spawn().map_err(|error| format!("`{program}` can't be started: {error}"))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("its pipes are missing".to_owned());
        };
        let mut process = Self { child, requests, answers: BufReader::new(answers), features: probe::Known::default() };
        let line = process.exchange(&Request::Hello { protocol: protocol::VERSION });
        let line = line.map_err(|error| format!("`{program}` does not answer: {error}"))?;
        match serde_json::from_str(&line) {
            Ok(Answer::Ok { ok: Hello { protocol: version, .. } }) if version != protocol::VERSION => {
                Err(format!("`{program}` speaks version {version} of the protocol, not {}", protocol::VERSION))
            }
            Ok(Answer::Ok { ok: hello }) => Ok((process, hello)),
            Ok(Answer::Stop(stop)) => Err(format!("`{program}` says: {}", Stop::from(stop))),
            Err(error) => Err(format!("`{program}` answers `{}`: {error}", shorten(&line))),
        }
    }

    fn exchange(&mut self, request: &Request<'_>) -> io::Result<String> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        self.requests.write_all(&line).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => io::Error::other("it died"),
            _ => error,
        })?;
        let mut answer = String::new();
        (&mut self.answers).take(LONGEST).read_line(&mut answer)?;
        match answer.pop() {
            Some('\n') => Ok(answer),
            Some(_) if answer.len() + 1 >= LONGEST as usize => Err(io::Error::other("an answer without an end")),
            Some(_) => Err(io::Error::other(format!("it died in the middle of `{}`", shorten(&answer)))),
            None => Err(io::Error::other("it died")),
        }
    }

    /// Asks, and does not come back if there is no answer that makes sense: a worker whose driver is lost is lost itself.
    fn ask<T: DeserializeOwned>(&mut self, request: &Request<'_>) -> Done<T> {
        let line = self.exchange(request).unwrap_or_else(|error| self.give_up(&error.to_string()));
        match serde_json::from_str(&line) {
            Ok(Answer::Ok { ok }) => Ok(ok),
            Ok(Answer::Stop(stop)) => Err(stop.into()),
            Err(error) => self.give_up(&format!("it answers `{}`: {error}", shorten(&line))),
        }
    }

    /// As [`Process::ask`], about a module: one that is rejected because the engine lacks a feature is not invalid.
    fn ask_about<T: DeserializeOwned>(
        &mut self,
        wasm: &[u8],
        request: &Request<'_>,
        features: WasmFeatures,
    ) -> Done<T> {
        let invalid = match self.ask(request) {
            Err(Stop::Invalid(message)) => message,
            done => return done,
        };
        let Some(needed) = features::required(wasm, features) else { return Err(Stop::Invalid(invalid)) };
        let mut known = std::mem::take(&mut self.features);
        let lacks = known.lacks(&needed, |probe| {
            self.ask::<()>(&Request::Validate { wasm: &BASE64_STANDARD.encode(probe) }).is_ok()
        });
        self.features = known;
        Err(match lacks {
            Some(feature) => Stop::Unsupported { feature: feature.replace('_', "-"), what: invalid },
            None => Stop::Invalid(invalid),
        })
    }

    fn give_up(&mut self, why: &str) -> ! {
        let _ = self.child.kill();
        let status = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        eprintln!("the driver: {why} ({status})");
        std::process::abort()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(120).collect()
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
        let module: usize = lock(&self.process).ask_about(wasm, &request, self.features)?;
        let exports = Arc::new(signatures::exports(wasm));
        self.modules.resize(module.max(self.modules.len()), Arc::default());
        self.modules.insert(module, exports);
        Ok(ModuleId(module))
    }

    fn validate(&mut self, wasm: &[u8]) -> Done<()> {
        let request = Request::Validate { wasm: &BASE64_STANDARD.encode(wasm) };
        lock(&self.process).ask_about::<()>(wasm, &request, self.features)?;
        if self.rejected_for_a_feature(wasm) {
            let what = "the engine can't do without a feature that makes the module valid".to_owned();
            return Err(Stop::Unsupported { feature: "feature-selection".to_owned(), what });
        }
        Ok(())
    }

    fn instantiate(&mut self, module: ModuleId) -> Done<InstanceId> {
        let exports = self.modules.get(module.0).cloned().ok_or_else(|| Stop::Error("no such module".to_owned()))?;
        let instance: usize = self.ask(&Request::Instantiate { module: module.0 })?;
        self.instances.resize(instance.max(self.instances.len()), Arc::default());
        self.instances.insert(instance, exports);
        Ok(InstanceId(instance))
    }

    fn register(&mut self, name: &str, instance: InstanceId) -> Done<()> {
        self.ask(&Request::Register { name, instance: instance.0 })
    }

    fn invoke(&mut self, instance: InstanceId, name: &str, args: &[Value]) -> Done<Vec<Value>> {
        let Signature::Func { params, results } = self.export(instance, name)? else {
            return Err(Stop::Error(format!("`{name}` is no function")));
        };
        let args: Vec<WireValue> = args.iter().map(|&value| value.into()).collect();
        let request = Request::Invoke { instance: instance.0, name, params, results, args: &args };
        let values: Vec<WireValue> = self.ask(&request)?;
        values.into_iter().map(|value| Value::try_from(value).map_err(Stop::Error)).collect()
    }

    fn get(&mut self, instance: InstanceId, name: &str) -> Done<Value> {
        let Signature::Global { content, mutable } = self.export(instance, name)? else {
            return Err(Stop::Error(format!("`{name}` is no global")));
        };
        let value: WireValue =
            self.ask(&Request::Get { instance: instance.0, name, r#type: content, mutable: *mutable })?;
        Value::try_from(value).map_err(Stop::Error)
    }
}
