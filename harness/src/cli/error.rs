//! Errors of subcommands; each ends with exit code 2.

use crate::{engine, escape, expect, filter, recorder, report, suite, supervisor};
use std::io;
use std::path::PathBuf;
use thiserror::Error;

/// An error that ends a subcommand.
#[derive(Debug, Error)]
pub(super) enum Error {
    #[error(transparent)]
    Suite(#[from] suite::Error),
    #[error(transparent)]
    Engine(#[from] engine::Error),
    #[error(transparent)]
    Expectations(#[from] expect::Error),
    #[error("there is no `{}` in `{}`", expect::FILE, escape::path(.0))]
    NoExpectations(PathBuf),
    #[error(transparent)]
    Journal(#[from] recorder::journal::Error),
    #[error(transparent)]
    Filter(#[from] filter::Error),
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// A wrong command line or input, with a complete message.
    #[error("{0}")]
    Wrong(String),
    #[error(transparent)]
    Report(#[from] report::Error),
    #[error(transparent)]
    Supervisor(#[from] supervisor::Error),
    #[error("ctrl-c cannot be caught: {0}")]
    Interrupt(#[from] ctrlc::Error),
    #[error("{0}")]
    Probe(String),
    #[error("can't write to standard output: {0}")]
    Stdout(io::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// An error in a profile of `wassay.toml`.
#[derive(Debug, Error)]
pub(super) enum ProfileError {
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read { path: PathBuf, source: io::Error },
    #[error("{}:{line}: {what}", escape::path(path))]
    Format { path: PathBuf, line: usize, what: String },
    #[error("`{}` has no profile `{name}`; it has {known}", escape::path(path))]
    Unknown { path: PathBuf, name: String, known: String },
    #[error("there is no `wassay.toml` in this folder or above, so there is no profile `{0}`")]
    NoFile(String),
}
