//! Engines with a runner of their own, which runs a whole script and gives one verdict.
//!
//! The verdict is read from the exit code and the output of the runner. `docs/guides/engines.md` says how.

mod adapted_script;

use super::error::Error;
use super::interface::{Engine, Mode, ScriptRunner, Session, WholeScript, unknown_mode};
use super::program_version::version_of;
use crate::features::probe::ProbeResults;
use crate::model::{Outcome, Verdict};
use adapted_script::AdaptedScript;
use regex::Regex;
use rustix::process::{Signal, set_parent_process_death_signal};
use std::collections::HashMap;
use std::io;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};
use wasmparser::WasmFeatures;

/// Placeholder for the path of the script in a command.
pub const SCRIPT: &str = "{script}";

/// How to start a runner and read its verdict.
#[derive(Debug)]
pub struct RunnerConfig {
    /// Name of the engine.
    pub name: &'static str,
    /// Description in one line.
    pub about: &'static str,
    /// Its modes and their commands, in which `{script}` stands for the path of the script.
    pub modes: Vec<(Mode, Vec<String>)>,
    /// A command that prints the version in its first line.
    pub version: Vec<String>,
    /// A pattern in its output when a script has passed. Without one, exit code 0 means that it has passed.
    pub passed: Option<Regex>,
    /// A pattern in its output when a script has failed, whatever the exit code is. If it has groups, they are the detail of
    /// the verdict, otherwise the whole match is.
    pub failed: Option<Regex>,
}

/// An engine that runs whole scripts.
pub struct Runner {
    config: RunnerConfig,
    version: LazyLock<String, Box<dyn FnOnce() -> String + Send>>,
    /// Results of the probes in each mode.
    features: Mutex<HashMap<&'static str, ProbeResults>>,
}

/// How a run of a script ended.
enum Ended {
    Passed,
    /// With this message.
    Failed(String),
    /// By this signal, after this message.
    Killed(i32, String),
}

impl Runner {
    /// Creates an engine from its configuration.
    #[must_use]
    pub fn new(config: RunnerConfig) -> Self {
        let command = config.version.clone();
        let version: Box<dyn FnOnce() -> String + Send> = Box::new(move || version_of(&command));
        Self { config, version: LazyLock::new(version), features: Mutex::default() }
    }

    /// Runs a script with this text. Its file is in a folder of its own, where the runner may create other files. It keeps
    /// its name, because some runners are more lenient with a file called `names.wast`.
    fn start(&self, command: &[String], file: &str, text: &str) -> io::Result<Ended> {
        let folder = tempfile::Builder::new().prefix("wassay-").tempdir()?;
        let name = Path::new(file).file_name().unwrap_or_else(|| "script.wast".as_ref());
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        let path = path.to_string_lossy();
        let mut words = command.iter().map(|word| word.replace(SCRIPT, &path));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).stdin(Stdio::null());
        // The runner must not survive this worker, which is killed if the script takes too long.
        // SAFETY: between fork and exec the closure makes one system call and does nothing else.
        unsafe { command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?)) };
        Ok(self.ended(&command.output()?, &path))
    }

    /// Reads the exit code and output of a runner about the script at `path`.
    fn ended(&self, output: &Output, path: &str) -> Ended {
        let printed = [&output.stdout[..], &output.stderr[..]].concat();
        // The name of a temporary file would make reports differ from run to run.
        let printed = String::from_utf8_lossy(&printed).replace(path, "the script");
        if let Some(signal) = output.status.signal().or_else(|| output.status.code().and_then(signal_in_shell)) {
            return Ended::Killed(signal, telling_line(&printed));
        }
        let RunnerConfig { passed, failed, .. } = &self.config;
        if let Some(found) = failed.as_ref().and_then(|pattern| pattern.captures(&printed)) {
            let groups: Vec<&str> = found.iter().skip(1).flatten().map(|group| group.as_str().trim()).collect();
            let words = if groups.is_empty() { found[0].to_owned() } else { groups.join(": ") };
            return Ended::Failed(shortened(&words));
        }
        if output.status.success() && passed.as_ref().is_none_or(|pattern| pattern.is_match(&printed)) {
            return Ended::Passed;
        }
        Ended::Failed(format!("{}: {}", output.status, telling_line(&printed)))
    }

    /// Finds the first of the features that a script's modules need and the engine lacks in a mode.
    fn missing_feature(&self, mode: &'static str, command: &[String], needed: &[&'static str]) -> Option<&'static str> {
        let mut features = self.features.lock().unwrap_or_else(PoisonError::into_inner);
        features.entry(mode).or_default().first_missing(needed, |module| {
            matches!(self.start(command, "probe.wast", &adapted_script::definition(module)), Ok(Ended::Passed))
        })
    }

    /// Runs and judges a script. If it fails, finds out whether a missing feature is the reason.
    fn judge(&self, mode: &'static str, command: &[String], script: &WholeScript<'_>) -> io::Result<Verdict> {
        let WholeScript { file, source, features } = *script;
        let Some(AdaptedScript { text, timeless, needed }) = AdaptedScript::new(source, features) else {
            return Ok(verdict(self.start(command, file, source)?));
        };
        let first = verdict(self.start(command, file, &text)?);
        if first.outcome != Outcome::Fail {
            return Ok(first);
        }
        if let Some(feature) = self.missing_feature(mode, command, &needed) {
            return Ok(Verdict::unsupported(format!("{}: {}", feature.replace('_', "-"), first.detail)));
        }
        let Some(timeless) = timeless else { return Ok(first) };
        let second = verdict(self.start(command, file, &timeless)?);
        Ok(match second.outcome {
            Outcome::Pass => Verdict::unsupported(format!("feature-selection: {}", first.detail)),
            _ => second,
        })
    }
}

fn verdict(ended: Ended) -> Verdict {
    match ended {
        Ended::Passed => Verdict::pass(),
        Ended::Failed(why) => Verdict::fail(why),
        Ended::Killed(signal, words) => {
            // Ends this worker as well, so that the supervisor reports a crash.
            eprintln!("the runner was ended by signal {signal}: {words}");
            std::process::abort()
        }
    }
}

/// The signal in an exit code of a shell: 128 plus the number of the signal that ended its command.
fn signal_in_shell(code: i32) -> Option<i32> {
    (129..=192).contains(&code).then(|| code - 128)
}

/// Finds the most telling line: the first with the word "error", otherwise the last that has a letter or digit.
fn telling_line(printed: &str) -> String {
    let wordy = |line: &&str| line.contains(|char: char| char.is_alphanumeric());
    let mut lines = printed.lines().map(str::trim);
    let error = lines.clone().find(|line| line.to_lowercase().contains("error"));
    let line = error.or_else(|| lines.rfind(wordy));
    shortened(line.unwrap_or("it says nothing"))
}

fn shortened(line: &str) -> String {
    line.trim().chars().take(300).collect()
}

impl Engine for Runner {
    fn name(&self) -> &'static str {
        self.config.name
    }

    fn version(&self) -> String {
        (*self.version).clone()
    }

    fn about(&self) -> &'static str {
        self.config.about
    }

    fn modes(&self) -> Vec<Mode> {
        self.config.modes.iter().map(|(mode, _)| mode.clone()).collect()
    }

    fn missing(&self) -> Vec<String> {
        Vec::new()
    }

    fn session(&self, mode: &str, _features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        if !self.has_mode(mode) {
            return Err(unknown_mode(self, mode));
        }
        Err(Error::Start { engine: self.name(), reason: "it runs whole scripts only".to_owned() })
    }

    fn runner(&self) -> Option<&dyn ScriptRunner> {
        Some(self)
    }
}

impl ScriptRunner for Runner {
    fn run(&self, mode: &str, script: &WholeScript<'_>) -> Verdict {
        let Some((mode, command)) = self.config.modes.iter().find(|(known, _)| known.name == mode) else {
            return Verdict::fail(unknown_mode(self, mode).to_string());
        };
        let judged = self.judge(mode.name, command, script);
        judged.unwrap_or_else(|error| Verdict::fail(format!("the runner can't be started: {error}")))
    }
}
