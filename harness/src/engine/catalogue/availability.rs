//! Whether an engine can run on this machine and in this build.

use super::command;
use super::description::{Drive, Runtime};
use crate::engine::built_in::built_in;
use serde::Serialize;
use std::path::PathBuf;

/// Whether an engine can run here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// It can run.
    Here,
    /// This program, which it needs, is not installed.
    NoProgram(String),
    /// This environment variable, which must name its location, is not set.
    NoVariable(String),
    /// This build does not have the cargo feature.
    NotBuilt(String),
    /// It cannot be driven.
    Never,
}

impl Runtime {
    /// Finds out whether it can run here.
    #[must_use]
    pub fn availability(&'static self) -> Availability {
        match &self.drive {
            Drive::InProcess { feature } => {
                let built = built_in().iter().any(|engine| engine.name() == self.name);
                if built { Availability::Here } else { Availability::NotBuilt(feature.clone()) }
            }
            Drive::Driver { variable: Some(name), .. }
                if std::env::var_os(name).is_none_or(|value| value.is_empty()) =>
            {
                Availability::NoVariable(name.clone())
            }
            Drive::Driver { .. } | Drive::Runner { .. } => {
                let absent = self.needs().into_iter().find(|program| command::find_program(program).is_none());
                absent.map_or(Availability::Here, |program| Availability::NoProgram(program.to_owned()))
            }
            Drive::None { .. } => Availability::Never,
        }
    }

    /// Programs that its modes need, each once.
    fn needs(&self) -> Vec<&str> {
        let needs = if let Drive::Runner { needs, .. } = &self.drive { needs.as_slice() } else { &[] };
        let mut all = Vec::new();
        for program in self.modes().iter().filter_map(|way| way.command.first()).chain(needs) {
            if !all.contains(&program.as_str()) {
                all.push(program);
            }
        }
        all
    }

    /// Paths of the engine's own programs: without this program and shells.
    #[must_use]
    pub fn programs(&self) -> Vec<PathBuf> {
        let own = self.needs().into_iter().filter(|program| !["{wassay}", "sh"].contains(program));
        own.filter_map(command::find_program).collect()
    }

    /// Why it cannot run here and what would help; `None` if it can.
    #[must_use]
    pub fn why_unavailable(&'static self) -> Option<String> {
        let get = &self.get;
        Some(match self.availability() {
            Availability::Here => return None,
            Availability::NoProgram(program) => format!("there is no program `{program}`; what brings it: {get}"),
            Availability::NoVariable(name) => format!("`{name}` is not set; what brings it: {get}"),
            Availability::NotBuilt(feature) => format!(
                "this build of wassay does not have it; what brings it: cargo build --release -p wassay --features {feature}"
            ),
            Availability::Never => match &self.drive {
                Drive::None { why } => format!("it can't be driven today: {why}"),
                _ => "it can't be driven today".to_owned(),
            },
        })
    }
}
