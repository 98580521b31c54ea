//! Errors of reports.

use crate::escape;
use std::io;
use std::path::PathBuf;

/// Why a report can't be written or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder can't be written.
    #[error("can't write `{}`: {source}", escape::path(path))]
    Write {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file can't be read.
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not what was written.
    #[error("{}:{line}: {what}", escape::path(path))]
    Format {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The same was run twice under one name.
    #[error("run `{run}` has {what} both in `{}` and in `{}`", escape::path(first), escape::path(second))]
    Twice {
        /// Name of the run.
        run: String,
        /// Which script on which engine.
        what: String,
        /// One folder.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
}
