//! Reports: files of rows and of the tables that are computed from them, written and read.
//!
//! `conformance.csv` has the rows; everything else is computed from them. `reports/SCHEMA.md` describes each file and
//! column.

pub(crate) mod atomic_file;
mod counts;
pub(crate) mod csv;
mod error;
mod exporter;
pub(crate) mod features_json;
pub(crate) mod index;
pub(crate) mod markdown;
pub(crate) mod one_line;
mod order;
mod page;
pub(crate) mod portability;
mod published;
mod run;
pub(crate) mod severity;
mod writer;

pub use counts::Counts;
pub(crate) use csv::PARTITION;
pub use error::Error;
pub use index::Reports;
pub use order::sort;
pub use page::page;
pub use portability::{Counter, PortabilityRow};
pub use published::{matrix_document, readme_table};
pub use run::Run;
pub use writer::{Summary, Writer, write};

use crate::model::Row;
use std::path::Path;

/// Reads all rows of the report in `dir` into memory.
///
/// # Errors
///
/// If there is no report, or if it cannot be read.
pub fn read(dir: &Path) -> Result<Vec<Row>, Error> {
    stream(dir)?.collect()
}

/// Reads the rows of the report in `dir` one at a time.
///
/// # Errors
///
/// If there is no report, or if it cannot be read.
pub fn stream(dir: &Path) -> Result<impl Iterator<Item = Result<Row, Error>> + use<>, Error> {
    csv::stream(&dir.join(csv::CONFORMANCE))
}

#[cfg(test)]
mod tests;
