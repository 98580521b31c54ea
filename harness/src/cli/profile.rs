//! Profiles of `wassay.toml`: named settings of `wassay test`.
//!
//! ```toml
//! [profile.ci]
//! engine = ["vm:o0", "vm:o3"]
//! filter = "!proposal(threads)"
//! retries = 2
//! timeout = 60
//! ```
//!
//! A profile sets the options that the command line does not. Without `--profile`, the profile `default` applies if it
//! exists. Paths are relative to the folder of the file.

use super::error::ProfileError;
use super::selection::retries;
use super::test_args::{TestArgs, jobs, seconds};
use crate::filter::Filter;
use clap::ArgMatches;
use clap::parser::ValueSource;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Name of the configuration file.
const FILE: &str = "wassay.toml";

/// Name of the profile that applies without `--profile`.
const DEFAULT: &str = "default";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Profile {
    selectors: Option<Vec<String>>,
    engine: Option<Vec<String>>,
    mode: Option<Vec<String>>,
    jobs: Option<Spanned<u64>>,
    timeout: Option<Spanned<f64>>,
    memory: Option<Spanned<u64>>,
    out: Option<PathBuf>,
    suites: Option<Vec<PathBuf>>,
    expectations: Option<Vec<PathBuf>>,
    filter: Option<Spanned<String>>,
    retries: Option<Spanned<u64>>,
}

/// Sets arguments from a profile, except for those that `given` has from the command line or the environment.
pub(super) fn apply(args: &mut TestArgs, given: Option<&ArgMatches>) -> Result<(), ProfileError> {
    let (path, asked) = match (&args.selection.config, &args.selection.profile) {
        (Some(path), asked) => (Some(path.clone()), asked.clone()),
        (None, asked) => (find(), asked.clone()),
    };
    let Some(path) = path else { return asked.map_or(Ok(()), |name| Err(ProfileError::NoFile(name))) };
    let text = crate::regular_file::text(&path).map_err(|source| ProfileError::Read { path: path.clone(), source })?;
    let fault = |at: usize, what: String| ProfileError::Format { path: path.clone(), line: line(&text, at), what };
    let Some(profile) = find_profile(&text, &path, asked.as_deref())? else { return Ok(()) };
    let base = path.parent().unwrap_or(Path::new("")).to_owned();
    let below = |paths: Vec<PathBuf>| paths.into_iter().map(|path| base.join(path)).collect();
    let free = |name: &str| {
        let source = given.and_then(|given| given.value_source(name));
        !matches!(source, Some(ValueSource::CommandLine | ValueSource::EnvVariable))
    };
    let timeout = read(("timeout", profile.timeout), seconds, fault)?;
    let jobs = read(("jobs", profile.jobs), jobs, fault)?;
    let memory = |text: &str| match text.parse() {
        Ok(memory @ 1..) => Ok(memory),
        _ => Err("not a number of MiB above 0".to_owned()),
    };
    let memory = read(("memory", profile.memory), memory, fault)?;
    let retries = read(("retries", profile.retries), retries, fault)?;
    let filter = profile.filter.map(|given| {
        let parsed = given.as_ref().parse::<Filter>();
        parsed.map_err(|error| fault(given.span().start, error.to_string()))
    });
    set(&mut args.selectors, profile.selectors, free("selectors"));
    set(&mut args.engine, profile.engine, free("engine"));
    set(&mut args.mode, profile.mode, free("mode"));
    set(&mut args.jobs, jobs.map(Some), free("jobs"));
    set(&mut args.timeout, timeout, free("timeout"));
    set(&mut args.memory, memory, free("memory"));
    set(&mut args.out, profile.out.map(|path| base.join(path)), free("out"));
    set(&mut args.suites.suites, profile.suites.map(below), free("suites"));
    set(&mut args.expectations, profile.expectations.map(below), free("expectations"));
    set(&mut args.selection.filter, filter.transpose()?.map(Some), free("filter"));
    set(&mut args.selection.retries, retries, free("retries"));
    Ok(())
}

/// Parses a number of a profile with the parser of the option of that name.
fn read<T, N: ToString>(
    (name, given): (&str, Option<Spanned<N>>),
    parse: impl Fn(&str) -> Result<T, String>,
    fault: impl Fn(usize, String) -> ProfileError,
) -> Result<Option<T>, ProfileError> {
    let Some(given) = given else { return Ok(None) };
    let parsed = parse(&given.as_ref().to_string());
    parsed.map(Some).map_err(|what| fault(given.span().start, format!("{name}: {what}")))
}

/// Sets an argument, if the profile has a value and the command line has none.
fn set<T>(place: &mut T, value: Option<T>, free: bool) {
    if let (Some(value), true) = (value, free) {
        *place = value;
    }
}

/// Finds the nearest `wassay.toml` in the current folder or above.
fn find() -> Option<PathBuf> {
    let here = std::env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

/// Returns the line number, from 1, of a byte offset in a text.
fn line(text: &str, at: usize) -> usize {
    1 + text.bytes().take(at).filter(|byte| *byte == b'\n').count()
}

/// Parses a configuration file and returns the requested profile, or `default` if it has one.
fn find_profile(text: &str, path: &Path, asked: Option<&str>) -> Result<Option<Profile>, ProfileError> {
    let mut file: File = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line(text, span.start));
        ProfileError::Format { path: path.to_owned(), line, what: error.message().trim_end().to_owned() }
    })?;
    match (file.profile.remove(asked.unwrap_or(DEFAULT)), asked) {
        (None, Some(name)) => {
            let known = file.profile.keys().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            let known = if known.is_empty() { "none".to_owned() } else { known };
            Err(ProfileError::Unknown { path: path.to_owned(), name: name.to_owned(), known })
        }
        (profile, _) => Ok(profile),
    }
}
