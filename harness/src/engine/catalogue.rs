//! The catalogue of engines, `data/engines/*.toml`: a description of each, and how the harness drives it.

mod availability;
mod check;
mod command;
mod description;
mod load;
#[cfg(test)]
mod tests;

pub use availability::Availability;
pub use description::{Drive, DriveMode, Runtime};
pub use load::FOLDERS;

use super::driver::client::{Driver, DriverConfig};
use super::error::Error;
use super::interface::{Engine, Mode};
use super::runner::{Runner, RunnerConfig};
use crate::escape;
use load::CATALOGUE;
use regex::Regex;

/// Every description, by name.
#[must_use]
pub fn all() -> &'static [Runtime] {
    &CATALOGUE.0
}

/// The faults of the catalogue: errors in descriptions, most of all in those of the folders in `WASSAY_ENGINES`.
#[must_use]
pub fn faults() -> &'static [String] {
    &CATALOGUE.1
}

/// Checks that the catalogue has no faults.
///
/// # Errors
///
/// [`Error::Catalogue`] with all faults.
pub fn ensure_valid() -> Result<(), Error> {
    if faults().is_empty() {
        return Ok(());
    }
    let faults: Vec<_> = faults().iter().map(|fault| escape::lines(fault)).collect();
    Err(Error::Catalogue(faults.join("\n")))
}

/// Whether an engine's known failures were measured with this version of it. Engines in this process always have the
/// version that was measured; drivers and runners have the version that is installed.
#[must_use]
pub fn is_measured(name: &str, version: &str) -> bool {
    let runtime = all().iter().find(|runtime| runtime.name == name);
    runtime.and_then(Runtime::measured).is_none_or(|measured| measured == version)
}

/// Engines in other programs that are on this machine.
pub(super) fn drivable() -> Vec<Box<dyn Engine>> {
    all().iter().filter(|runtime| runtime.availability() == Availability::Here).filter_map(engine).collect()
}

/// The engine of a description, if it is in another program.
fn engine(runtime: &'static Runtime) -> Option<Box<dyn Engine>> {
    match &runtime.drive {
        Drive::Driver { mode, version, .. } => {
            let (modes, version) = (modes(mode), version.clone());
            Some(Box::new(Driver::new(DriverConfig { name: &runtime.name, about: &runtime.title, modes, version })))
        }
        Drive::Runner { mode, version, passed, failed, .. } => {
            let pattern = |text: &Option<String>| text.as_ref().and_then(|text| Regex::new(text).ok());
            Some(Box::new(Runner::new(RunnerConfig {
                name: &runtime.name,
                about: &runtime.title,
                modes: modes(mode),
                version: version.clone(),
                passed: pattern(passed),
                failed: pattern(failed),
            })))
        }
        Drive::InProcess { .. } | Drive::None { .. } => None,
    }
}

fn modes(modes: &'static [DriveMode]) -> Vec<(Mode, Vec<String>)> {
    let mode = |it: &'static DriveMode| Mode { name: &it.name, about: &it.about };
    modes.iter().map(|it| (mode(it), it.command.iter().map(|word| command::expand(word)).collect())).collect()
}

/// Creates the error for an engine that cannot run.
pub(super) fn missing(name: &str, known: String) -> Error {
    let runtime = all().iter().find(|runtime| runtime.name == name);
    match runtime.and_then(Runtime::why_unavailable) {
        Some(why) => Error::NotHere { name: name.to_owned(), why },
        None => Error::UnknownEngine { name: name.to_owned(), known },
    }
}
