//! A description in the catalogue, as its TOML file has it.

use serde::{Deserialize, Serialize};

/// The description of an engine.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// Name in reports and on the command line.
    pub name: String,
    /// Name in texts.
    pub title: String,
    /// Number of its row in the list "Awesome WebAssembly Runtimes".
    pub row: Option<u8>,
    /// Languages that it is written in.
    pub languages: Vec<String>,
    /// The compiler of its machine code; empty if it has none.
    pub compiler: String,
    /// Ways of execution: any of `interpreter`, `jit`, `aot`.
    pub execution: Vec<String>,
    /// Languages that can embed it.
    pub interop: Vec<String>,
    /// Proposals beyond 1.0 that its documentation lists.
    pub features: Vec<String>,
    /// Interfaces that it offers to programs.
    pub host_apis: Vec<String>,
    /// Standards that it implements, such as WASI.
    pub standards: Vec<String>,
    /// Platforms that it runs on.
    pub platforms: Vec<String>,
    /// Whether it is maintained.
    pub status: String,
    /// Its website.
    pub link: String,
    /// The command that installs it, or a description of what it takes.
    pub get: String,
    /// How the harness drives it.
    pub drive: Drive,
}

/// How the harness drives an engine.
#[derive(Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Drive {
    /// In process, behind a cargo feature.
    #[serde(rename = "crate")]
    InProcess {
        /// The cargo feature; empty for engines that are in every build.
        feature: String,
    },
    /// By a program that speaks the driver protocol.
    Driver {
        /// Its modes. The first one is started to ask for the version.
        mode: Vec<DriveMode>,
        /// An environment variable that must name the engine's location.
        variable: Option<String>,
        /// A command that prints the version, for drivers that do not know it.
        #[serde(default)]
        version: Vec<String>,
        /// The version with which its known failures were measured.
        measured: Option<String>,
    },
    /// By its own runner of scripts.
    Runner {
        /// Its modes.
        mode: Vec<DriveMode>,
        /// A command that prints the version.
        version: Vec<String>,
        /// A pattern in its output when a script has passed.
        passed: Option<String>,
        /// A pattern in its output when a script has failed.
        failed: Option<String>,
        /// Programs that its commands need, besides their first words.
        #[serde(default)]
        needs: Vec<String>,
        /// The version with which its known failures were measured.
        measured: Option<String>,
    },
    /// It cannot be driven.
    None {
        /// The reason.
        why: String,
    },
}

/// A mode and its command.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DriveMode {
    /// Name of the mode.
    pub name: String,
    /// Description in one line.
    pub about: String,
    /// The program and its arguments.
    pub command: Vec<String>,
}

impl Runtime {
    /// Its modes; empty for engines in process, which have them in code.
    #[must_use]
    pub fn modes(&self) -> &[DriveMode] {
        match &self.drive {
            Drive::Driver { mode, .. } | Drive::Runner { mode, .. } => mode,
            Drive::InProcess { .. } | Drive::None { .. } => &[],
        }
    }

    /// The version with which its known failures were measured. `None` for engines in process, whose version is part of this
    /// program.
    #[must_use]
    pub fn measured(&self) -> Option<&str> {
        match &self.drive {
            Drive::Driver { measured, .. } | Drive::Runner { measured, .. } => measured.as_deref(),
            Drive::InProcess { .. } | Drive::None { .. } => None,
        }
    }
}
