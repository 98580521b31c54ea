//! Errors of loading and selecting suites.

use crate::escape;
use std::io;
use std::path::PathBuf;

/// An error of loading suites or selecting scripts.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A description that is compiled in is wrong.
    #[error("{file}{}: {what}", at(*line))]
    Data {
        /// The file.
        file: String,
        /// The line, from 1; 0 for the file as a whole.
        line: usize,
        /// The mistake.
        what: String,
    },
    /// A file or folder can't be read.
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// A folder holds no script.
    #[error("no `.wast` script in `{}`", escape::path(path))]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// The name of a script is not UTF-8, so reports can't hold it.
    #[error("name of `{}` is not UTF-8", escape::path(path))]
    Name {
        /// The file.
        path: PathBuf,
    },
    /// A selector is not a valid glob.
    #[error("selector `{selector}` is not a valid pattern: {what}")]
    Pattern {
        /// The selector.
        selector: String,
        /// The mistake.
        what: String,
    },
    /// A selector matches no script.
    #[error("nothing matches `{selector}`; {hint}")]
    NoMatch {
        /// The selector.
        selector: String,
        /// Names that selectors accept.
        hint: String,
    },
}

fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(":{line}") }
}
