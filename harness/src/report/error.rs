//! Errors of reports.

use crate::escape;
use std::io;
use std::path::PathBuf;

/// An error of writing or reading a report.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be written.
    #[error("can't write `{}`: {source}", escape::path(path))]
    Write {
        /// Path of the file or folder.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// A file cannot be read.
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read {
        /// Path of the file.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// A file has a wrong format.
    #[error("{}:{line}: {what}", escape::path(path))]
    Format {
        /// Path of the file.
        path: PathBuf,
        /// Number of the line, from 1.
        line: u64,
        /// Description of the error.
        what: String,
    },
    /// Two reports have the same script on the same engine in runs of the same name.
    #[error("run `{run}` has {what} both in `{}` and in `{}`", escape::path(first), escape::path(second))]
    Twice {
        /// Name of the run.
        run: String,
        /// Script and engine.
        what: String,
        /// File of the first report.
        first: PathBuf,
        /// File of the second report.
        second: PathBuf,
    },
}
