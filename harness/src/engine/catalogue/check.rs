//! Checks of a description, beyond what its TOML types demand.

use super::description::{Drive, DriveMode, Runtime};
use crate::engine::built_in::built_in;
use crate::engine::runner::SCRIPT;
use regex::Regex;

/// Checks a description.
///
/// # Errors
///
/// The first fault.
pub(super) fn check(runtime: &Runtime) -> Result<(), String> {
    let Runtime { name, execution, drive, .. } = runtime;
    let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || "_-".contains(char);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(format!("`{name}` is no name of an engine: small letters, digits, `-` and `_`"));
    }
    if let Some(other) = execution.iter().find(|way| !["interpreter", "jit", "aot"].contains(&way.as_str())) {
        return Err(format!("`execution` has `{other}`, which is none of `interpreter`, `jit`, `aot`"));
    }
    let in_process = matches!(drive, Drive::InProcess { .. });
    if !in_process && built_in().iter().any(|engine| engine.name() == name) {
        return Err(format!("`{name}` is the name of an engine of this program"));
    }
    match drive {
        Drive::None { why } if why.is_empty() => Err("`why` says nothing".to_owned()),
        Drive::InProcess { .. } | Drive::None { .. } => Ok(()),
        Drive::Driver { mode, .. } => modes(mode),
        Drive::Runner { mode, passed, failed, .. } => {
            modes(mode)?;
            if let Some(way) = mode.iter().find(|way| !way.command.iter().any(|word| word.contains(SCRIPT))) {
                return Err(format!("the command of mode `{}` has no `{SCRIPT}`", way.name));
            }
            pattern("passed", passed.as_deref())?;
            pattern("failed", failed.as_deref())
        }
    }
}

fn modes(modes: &[DriveMode]) -> Result<(), String> {
    if modes.is_empty() {
        return Err("it has no mode".to_owned());
    }
    for (number, way) in modes.iter().enumerate() {
        if way.name.is_empty() {
            return Err(format!("mode {} has no name", number + 1));
        }
        if modes[..number].iter().any(|other| other.name == way.name) {
            return Err(format!("it has two modes `{}`", way.name));
        }
        if way.command.first().is_none_or(String::is_empty) {
            return Err(format!("mode `{}` has no command", way.name));
        }
    }
    Ok(())
}

fn pattern(key: &str, text: Option<&str>) -> Result<(), String> {
    text.map_or(Ok(()), |text| match Regex::new(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("`{key}` is no pattern: {error}")),
    })
}
