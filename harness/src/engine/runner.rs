//! Engines that bring a runner of scripts along, run as they are: one verdict a script, read from how the runner ends.

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

/// Stands for the script's path in a command.
pub const SCRIPT: &str = "{script}";

/// How a runner is started, and how its verdict is read.
#[derive(Debug)]
pub struct RunnerConfig {
    /// Name of the engine.
    pub name: &'static str,
    /// What it is, in one line.
    pub about: &'static str,
    /// Its modes, and the command of each; `{script}` is the path of a script.
    pub modes: Vec<(Mode, Vec<String>)>,
    /// Prints the version, in its first line.
    pub version: Vec<String>,
    /// What it prints when it has run the script and all was well; if not given, its exit code says so.
    pub passed: Option<Regex>,
    /// What it prints about a failure, whatever its exit code says. Groups, if there are any, are what is worth being told.
    pub failed: Option<Regex>,
}

/// An engine that runs whole scripts.
pub struct Runner {
    config: RunnerConfig,
    version: LazyLock<String, Box<dyn FnOnce() -> String + Send>>,
    /// What is known of its features in each mode.
    features: Mutex<HashMap<&'static str, ProbeResults>>,
}

/// How a runner ended.
enum Ended {
    Passed,
    /// What it said about it.
    Failed(String),
    /// By this signal; what it said before.
    Killed(i32, String),
}

impl Runner {
    /// An engine of such a config.
    #[must_use]
    pub fn new(config: RunnerConfig) -> Self {
        let command = config.version.clone();
        let version: Box<dyn FnOnce() -> String + Send> = Box::new(move || version_of(&command));
        Self { config, version: LazyLock::new(version), features: Mutex::default() }
    }

    /// Runs a script, in the form of a text. It lies in a folder of its own, where a runner may put what it makes of it, and
    /// has its own name: some are more lenient with what is called `names.wast`.
    fn start(&self, command: &[String], file: &str, text: &str) -> io::Result<Ended> {
        let folder = tempfile::Builder::new().prefix("wassay-").tempdir()?;
        let name = Path::new(file).file_name().unwrap_or_else(|| "script.wast".as_ref());
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        let path = path.to_string_lossy();
        let mut words = command.iter().map(|word| word.replace(SCRIPT, &path));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).stdin(Stdio::null());
        // SAFETY: between fork and exec only a system call is made. Who waits for the runner may be ended for its slowness.
        unsafe { command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?)) };
        Ok(self.ended(&command.output()?, &path))
    }

    /// What to make of what a runner printed about the script at `path`.
    fn ended(&self, output: &Output, path: &str) -> Ended {
        let printed = [&output.stdout[..], &output.stderr[..]].concat();
        // Nobody wants a name of a temporary file in a report, where it differs from run to run.
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

    /// The first of the features that a script's modules need and the engine lacks in a mode.
    fn missing_feature(&self, mode: &'static str, command: &[String], needed: &[&'static str]) -> Option<&'static str> {
        let mut features = self.features.lock().unwrap_or_else(PoisonError::into_inner);
        features.entry(mode).or_default().first_missing(needed, |module| {
            matches!(self.start(command, "probe.wast", &adapted_script::definition(module)), Ok(Ended::Passed))
        })
    }

    /// Runs a script, and asks why if it fails.
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
            // The same end for this worker, which the supervisor knows how to report.
            eprintln!("the runner was ended by signal {signal}: {words}");
            std::process::abort()
        }
    }
}

/// The signal that an exit code stands for where a shell has run the program that was ended.
fn signal_in_shell(code: i32) -> Option<i32> {
    (129..=192).contains(&code).then(|| code - 128)
}

/// The line that says most: the first about an error, or the last that is more than marks under another one.
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
