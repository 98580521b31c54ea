//! Registry of the engines that can run here: those of this build, and those that programs on this machine drive.

use super::built_in::{self, built_in};
use super::catalogue;
use super::error::Error;
use super::interface::Engine;

/// Name of the engine that runs when the call names none.
pub const DEFAULT: &str = "vm";

/// Version of LLVM that engines in this process compile with; empty if none does.
#[must_use]
pub fn llvm() -> String {
    built_in::llvm_version()
}

/// Every engine that can run.
#[must_use]
pub fn all() -> Vec<Box<dyn Engine>> {
    let mut engines = built_in();
    engines.extend(catalogue::drivable());
    engines
}

/// Finds an engine by its name.
///
/// # Errors
///
/// When no engine has the name, the engine cannot run here, or the catalogue is wrong.
pub fn find(name: &str) -> Result<Box<dyn Engine>, Error> {
    catalogue::ensure_valid()?;
    let engines = all();
    let known = engines.iter().map(|engine| format!("`{}`", engine.name())).collect::<Vec<_>>().join(", ");
    engines.into_iter().find(|engine| engine.name() == name).ok_or_else(|| catalogue::missing(name, known))
}
