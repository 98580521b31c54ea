//! Exporters: each writes one small file of a report.

use super::portability::PortabilityRow;
use std::io::{self, Write};

/// All that the small files of a report are made from; the large one, `conformance.csv`, is written row by row.
pub(crate) struct Report<'a> {
    /// Rows of `run.csv`.
    pub(crate) runs: &'a [Vec<String>],
    pub(crate) portability: &'a [PortabilityRow],
}

/// One small file of a report.
pub(crate) trait Exporter {
    /// Its name.
    fn file(&self) -> &'static str;
    /// Writes its content.
    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()>;
}
