//! Probes of references, which some libraries crash on although the header has them. Each runs once, in a process of its own.

use super::error::unsupported;
use crate::engine::error::SessionResult;
use clap::ValueEnum;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A use of references that a library may crash on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum ReferenceProbe {
    /// A null as an `externref` argument.
    ExternNull,
    /// A value of the host as an argument and result, which must be the same.
    Extern,
    /// A null as a `funcref` argument.
    FuncNull,
    /// A function as a result.
    Func,
}

impl ReferenceProbe {
    fn about(self) -> &'static str {
        match self {
            Self::ExternNull => "null as an externref",
            Self::Extern => "values of the host",
            Self::FuncNull => "null as a funcref",
            Self::Func => "functions as values",
        }
    }
}

/// Results of the probes.
#[derive(Debug)]
pub(super) struct Probes {
    library: PathBuf,
    results: HashMap<ReferenceProbe, Result<(), String>>,
    /// Whether this is the process of a probe, which starts no further process.
    pub(super) here: bool,
}

impl Probes {
    /// No results yet.
    pub(super) fn new(library: &Path) -> Self {
        Self { library: library.to_path_buf(), results: HashMap::new(), here: false }
    }

    /// Checks that a library supports a use of references. Runs the probe the first time.
    pub(super) fn check(&mut self, probe: ReferenceProbe) -> SessionResult<()> {
        if self.here {
            return Ok(());
        }
        let library = &self.library;
        let result = self.results.entry(probe).or_insert_with(|| run_in_process(library, probe));
        result.clone().map_err(|why| unsupported(format!("{}: {why}", probe.about())))
    }
}

/// Runs a probe in a process of its own.
fn run_in_process(library: &Path, probe: ReferenceProbe) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let name = probe.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let mut command = Command::new(program);
    command.args(["driver", "wasm-h", "--probe", &name, "--library"]).arg(library).stdin(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    Err(last.trim_start_matches("error: ").to_owned())
}
