//! Errors of loading expectations.

use crate::escape;
use std::io;
use std::path::PathBuf;

/// An error of loading expectations.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file can't be read.
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A row is wrong.
    #[error("{file}:{line}: {what}")]
    Row {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The mistake.
        what: String,
    },
}

impl Error {
    /// Makes an error of what the CSV parser says about `file`.
    pub(super) fn from_csv(file: &str, error: &csv::Error) -> Self {
        let what = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} fields, not {expected_len}"),
            csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
            _ => error.to_string(),
        };
        Self::Row { file: file.to_owned(), line: error.position().map_or(1, csv::Position::line), what }
    }
}
