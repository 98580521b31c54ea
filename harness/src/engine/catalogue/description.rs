//! A description in the catalogue, as its TOML file has it.

use serde::{Deserialize, Serialize};

/// A runtime.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// Name in reports and on the command line.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Its row in the list "Awesome WebAssembly Runtimes".
    pub row: Option<u8>,
    /// What it is written in.
    pub languages: Vec<String>,
    /// What makes its machine code; empty if nothing does.
    pub compiler: String,
    /// Of `interpreter`, `jit`, `aot`.
    pub execution: Vec<String>,
    /// Languages that can embed it.
    pub interop: Vec<String>,
    /// Proposals beyond 1.0 that it says it has.
    pub features: Vec<String>,
    /// What it offers to programs.
    pub host_apis: Vec<String>,
    /// WASI and its like.
    pub standards: Vec<String>,
    /// Where it runs.
    pub platforms: Vec<String>,
    /// Whether it is alive.
    pub status: String,
    /// Where it lives.
    pub link: String,
    /// The command that would bring it, or what it takes.
    pub get: String,
    /// How it is driven.
    pub drive: Drive,
}

/// How a runtime is driven.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Drive {
    /// In process, behind a cargo feature.
    #[serde(rename = "crate")]
    InProcess {
        /// The feature; empty for what is always there.
        feature: String,
    },
    /// By a program that speaks the driver protocol.
    Driver {
        /// Its modes, the first of which introduces it.
        mode: Vec<DriveMode>,
        /// A variable of the environment that says where the engine is.
        variable: Option<String>,
        /// Prints the version of an engine whose driver has no way to know it.
        #[serde(default)]
        version: Vec<String>,
        /// The version that its known failures were measured with.
        measured: Option<String>,
    },
    /// By its own runner of scripts.
    Runner {
        /// Its modes.
        mode: Vec<DriveMode>,
        /// Prints its version.
        version: Vec<String>,
        /// What it prints when all is well.
        passed: Option<String>,
        /// What it prints about a failure.
        failed: Option<String>,
        /// Programs that its commands need besides the first word.
        #[serde(default)]
        needs: Vec<String>,
        /// The version that its known failures were measured with.
        measured: Option<String>,
    },
    /// Not at all.
    None {
        /// Why.
        why: String,
    },
}

/// A mode and how it is started.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DriveMode {
    /// Name of the mode.
    pub name: String,
    /// What is special about it.
    pub about: String,
    /// The program and its arguments.
    pub command: Vec<String>,
}

impl Runtime {
    /// Its modes, as the catalogue has them.
    #[must_use]
    pub fn modes(&self) -> &[DriveMode] {
        match &self.drive {
            Drive::Driver { mode, .. } | Drive::Runner { mode, .. } => mode,
            Drive::InProcess { .. } | Drive::None { .. } => &[],
        }
    }

    /// The version that its known failures were measured with, if that is not settled by this program's own.
    #[must_use]
    pub fn measured(&self) -> Option<&str> {
        match &self.drive {
            Drive::Driver { measured, .. } | Drive::Runner { measured, .. } => measured.as_deref(),
            Drive::InProcess { .. } | Drive::None { .. } => None,
        }
    }
}
