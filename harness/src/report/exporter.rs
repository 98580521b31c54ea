//! Exporters: each writes one small file of a report.

use super::portability::PortabilityRow;
use std::io::{self, Write};

/// Contents of the small files of a report. The large file, `conformance.csv`, is written row by row.
pub(crate) struct Report<'a> {
    /// Rows of `run.csv`.
    pub(crate) runs: &'a [Vec<String>],
    /// Rows of `portability.csv`.
    pub(crate) portability: &'a [PortabilityRow],
}

/// Writes one small file of a report.
pub(crate) trait Exporter {
    /// Returns the name of the file.
    fn file(&self) -> &'static str;
    /// Writes the contents of the file.
    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()>;
}
