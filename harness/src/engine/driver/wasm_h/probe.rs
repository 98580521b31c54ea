//! What a library crashes on though the header has it: tried once, in a process that may die of it.

use super::error::unsupported;
use crate::engine::error::SessionResult;
use clap::ValueEnum;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum ReferenceProbe {
    /// Whether a null goes in as an `externref`.
    ExternNull,
    /// Whether a value of the host goes in and comes out again, and is the same.
    Extern,
    /// Whether a null goes in as a `funcref`.
    FuncNull,
    /// Whether a function comes out.
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

/// What has been tried.
#[derive(Debug)]
pub(super) struct Probes {
    library: PathBuf,
    found: HashMap<ReferenceProbe, Result<(), String>>,
    /// In the process that may die there is no other one.
    pub(super) here: bool,
}

impl Probes {
    /// Nothing yet.
    pub(super) fn new(library: &Path) -> Self {
        Self { library: library.to_path_buf(), found: HashMap::new(), here: false }
    }

    /// Whether the library can do something.
    pub(super) fn check(&mut self, probe: ReferenceProbe) -> SessionResult<()> {
        if self.here {
            return Ok(());
        }
        let library = &self.library;
        let found = self.found.entry(probe).or_insert_with(|| elsewhere(library, probe));
        found.clone().map_err(|why| unsupported(format!("{}: {why}", probe.about())))
    }
}

/// Tries something in a process of its own.
fn elsewhere(library: &Path, probe: ReferenceProbe) -> Result<(), String> {
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
