//! Writes a report row by row.

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

/// A run in short.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// How many directives came out how, for each engine and mode.
    pub counts: BTreeMap<(String, String), Counts>,
    /// The portability matrix in Markdown.
    pub matrix: String,
    /// The files that were written.
    pub files: Vec<PathBuf>,
}

impl Summary {
    /// Whether anything is not as expected.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.counts.values().any(Counts::is_red)
    }
}

/// A report that is being written. It takes any number of rows and keeps none.
pub struct Writer {
    dir: PathBuf,
    rows: csv::Rows,
    counter: Counter,
}

impl Writer {
    /// Begins a report in `dir`, which is made if need be.
    ///
    /// # Errors
    /// The folder or a file can't be written.
    pub fn begin(dir: &Path) -> Result<Self, Error> {
        std::fs::create_dir_all(dir).map_err(|source| Error::Write { path: dir.to_owned(), source })?;
        Ok(Self { dir: dir.to_owned(), rows: csv::Rows::begin(dir)?, counter: Counter::default() })
    }

    /// Adds a row; rows come in the order of [`sort`].
    ///
    /// # Errors
    /// It can't be written.
    pub fn push(&mut self, row: &Row) -> Result<(), Error> {
        self.counter.add(row);
        self.rows.push(row)
    }

    /// Puts all files in their places, each whole or not at all.
    ///
    /// # Errors
    /// A file can't be written.
    pub fn finish(self, run: &Run) -> Result<Summary, Error> {
        self.close(&[csv::record_of(run)])
    }

    /// The same for rows of several runs, each with its row of `run.csv`.
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

/// Writes all files of a report into `dir`, each whole or not at all.
///
/// # Errors
/// The folder or a file can't be written.
pub fn write(dir: &Path, run: &Run, mut rows: Vec<Row>) -> Result<Summary, Error> {
    sort(&mut rows);
    let mut writer = Writer::begin(dir)?;
    rows.iter().try_for_each(|row| writer.push(row))?;
    writer.finish(run)
}
