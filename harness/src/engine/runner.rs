//! Engines that bring a runner of scripts along, run as they are: one verdict a script, read from how the runner ends.

use super::{Engine, Error, Mode, ScriptRunner, Session, unknown_mode};
use crate::script::Verdict;
use regex::Regex;
use rustix::process::{Signal, set_parent_process_death_signal};
use std::io::Write;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, Output, Stdio};
use std::sync::LazyLock;
use wasmparser::WasmFeatures;

/// Stands for the script's path in a command.
pub const SCRIPT: &str = "{script}";

/// How a runner is started, and how its verdict is read.
#[derive(Debug)]
pub struct Description {
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
    /// What it prints where it does not know a proposal, first group: which.
    pub unsupported: Option<Regex>,
}

/// An engine that runs whole scripts.
pub struct Runner {
    description: Description,
    version: LazyLock<String, Box<dyn FnOnce() -> String + Send>>,
}

impl Runner {
    /// An engine of such a description.
    #[must_use]
    pub fn new(description: Description) -> Self {
        let command = description.version.clone();
        let version: Box<dyn FnOnce() -> String + Send> = Box::new(move || first_line_of(&command));
        Self { description, version: LazyLock::new(version) }
    }

    /// What to make of what a runner printed about the script at `path`.
    fn verdict(&self, output: &Output, path: &str) -> Verdict {
        let printed = [&output.stdout[..], &output.stderr[..]].concat();
        // Nobody wants a name of a temporary file in a report, where it differs from run to run.
        let printed = String::from_utf8_lossy(&printed).replace(path, "the script");
        if let Some(signal) = output.status.signal() {
            // The same signal ends this worker, whose end is what the supervisor knows how to report.
            eprintln!("the runner was ended by signal {signal}: {}", telling_line(&printed));
            std::process::abort();
        }
        let Description { passed, unsupported, .. } = &self.description;
        let passes = match passed {
            Some(pattern) => output.status.success() && pattern.is_match(&printed),
            None => output.status.success(),
        };
        if passes {
            return Verdict::pass();
        }
        if let Some(found) = unsupported.as_ref().and_then(|pattern| pattern.captures(&printed)) {
            return Verdict::unsupported(found.get(1).map_or("unknown", |group| group.as_str()).to_owned());
        }
        Verdict::fail(format!("{}: {}", output.status, telling_line(&printed)))
    }
}

/// The first line that a command prints; nothing if it can't be started.
pub(super) fn first_line_of(command: &[String]) -> String {
    let Some((program, args)) = command.split_first() else { return String::new() };
    let Ok(output) = Command::new(program).args(args).stdin(Stdio::null()).output() else { return String::new() };
    String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().trim().to_owned()
}

/// The line that says most: the first about an error, or the last that is more than marks under another one.
fn telling_line(printed: &str) -> String {
    let wordy = |line: &&str| line.contains(|char: char| char.is_alphanumeric());
    let mut lines = printed.lines().map(str::trim);
    let error = lines.clone().find(|line| line.to_lowercase().contains("error"));
    let line = error.or_else(|| lines.rfind(wordy));
    line.unwrap_or("it says nothing").chars().take(300).collect()
}

impl Engine for Runner {
    fn name(&self) -> &'static str {
        self.description.name
    }

    fn version(&self) -> String {
        (*self.version).clone()
    }

    fn about(&self) -> &'static str {
        self.description.about
    }

    fn modes(&self) -> Vec<Mode> {
        self.description.modes.iter().map(|(mode, _)| mode.clone()).collect()
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
    fn run(&self, mode: &str, source: &str) -> Verdict {
        let Some((_, command)) = self.description.modes.iter().find(|(known, _)| known.name == mode) else {
            return Verdict::fail(unknown_mode(self, mode).to_string());
        };
        let file = tempfile::Builder::new().prefix("wassay-").suffix(".wast").tempfile();
        let file = file.and_then(|mut file| file.write_all(source.as_bytes()).map(|()| file));
        let file = match file {
            Ok(file) => file,
            Err(error) => return Verdict::fail(format!("the script can't be written for the runner: {error}")),
        };
        let path = file.path().to_string_lossy();
        let mut words = command.iter().map(|word| word.replace(SCRIPT, &path));
        let mut command = Command::new(words.next().unwrap_or_default());
        command.args(words).stdin(Stdio::null());
        // SAFETY: between fork and exec only a system call is made. Who waits for the runner may be ended for its slowness.
        unsafe { command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?)) };
        match command.output() {
            Ok(output) => self.verdict(&output, &path),
            Err(error) => Verdict::fail(format!("the runner can't be started: {error}")),
        }
    }
}
