//! Writer of reports, row by row.

use super::counts::Counts;
use super::error::Error;
use super::exporter::{Exporter, Report};
use super::order::sort;
use super::portability::Counter;
use super::run::Run;
use super::{atomic_file, csv, markdown};
use crate::model::Row;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

pub(super) const EXPORTERS: [&dyn Exporter; 3] = [&csv::PortabilityTable, &csv::RunTable, &markdown::Matrix];

/// Summary of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Counts of outcomes for each engine and mode.
    pub counts: BTreeMap<(String, String), Counts>,
    /// The portability matrix in Markdown.
    pub matrix: String,
    /// Paths of the written files.
    pub files: Vec<PathBuf>,
}

impl Summary {
    /// Returns whether a directive has an unexpected outcome.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.counts.values().any(Counts::is_red)
    }
}

/// Writes a report of any number of rows, without keeping them in memory.
pub struct Writer {
    dir: PathBuf,
    rows: csv::Rows,
    counter: Counter,
}

impl Writer {
    /// Begins a report in `dir`, which is created if necessary.
    ///
    /// # Errors
    ///
    /// If the folder or a file cannot be written.
    pub fn begin(dir: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(dir).map_err(|source| Error::Write { path: dir.to_owned(), source })?;
        Ok(Self { dir: dir.to_owned(), rows: csv::Rows::begin(dir)?, counter: Counter::default() })
    }

    /// Appends a row. Rows must arrive in the order of [`sort`].
    ///
    /// # Errors
    ///
    /// If the row cannot be written.
    pub fn push(&mut self, row: &Row) -> Result<(), Error> {
        self.counter.add(row);
        self.rows.push(row)
    }

    /// Writes all files, each whole or not at all.
    ///
    /// # Errors
    ///
    /// If a file cannot be written.
    pub fn finish(self, run: &Run) -> Result<Summary, Error> {
        self.close(&[csv::record_of(run)])
    }

    /// Writes all files for rows of several runs, each with its row of `run.csv`.
    pub(crate) fn close(self, runs: &[Vec<String>]) -> Result<Summary, Error> {
        let portability = self.counter.lines();
        let mut files = vec![self.rows.commit()?];
        let report = Report { runs, portability: &portability };
        for exporter in EXPORTERS {
            let path = self.dir.join(exporter.file());
            atomic_file::write_atomically(&path, |out| exporter.export(&report, out))?;
            files.push(path);
        }
        let mut counts: BTreeMap<(String, String), Counts> = BTreeMap::new();
        for line in &portability {
            counts.entry((line.engine.clone(), line.mode.clone())).or_default().merge(&line.counts);
        }
        Ok(Summary { counts, matrix: markdown::table(&portability), files })
    }
}

/// Writes a report of rows in any order into `dir`, each file whole or not at all.
///
/// # Errors
///
/// If the folder or a file cannot be written.
pub fn write(dir: &Path, run: &Run, mut rows: Vec<Row>) -> Result<Summary, Error> {
    sort(&mut rows);
    let mut writer = Writer::begin(dir)?;
    rows.iter().try_for_each(|row| writer.push(row))?;
    writer.finish(run)
}
