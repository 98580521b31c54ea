//! Reports: what rows become on disk, and what can be read back.
//!
//! Raw rows are `conformance.csv`; everything else is computed from them. `reports/SCHEMA.md` says what each file and
//! each column means.

pub(crate) mod atomic_file;
pub(crate) mod csv;
pub(crate) mod features_json;
pub(crate) mod index;
pub(crate) mod markdown;
mod page;
pub(crate) mod portability;
mod run;

pub(crate) use csv::PARTITION;
pub use index::Reports;
pub use page::page;
pub use portability::{Counter, Portability};
pub use run::Run;

use crate::escape;
use crate::model::{Outcome, Row};
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

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

/// All that the small files of a report are made from; the large one, `conformance.csv`, is written row by row.
pub(crate) struct Report<'a> {
    /// Rows of `run.csv`.
    pub(crate) runs: &'a [Vec<String>],
    pub(crate) portability: &'a [Portability],
}

/// One small file of a report.
pub(crate) trait Exporter {
    /// Its name.
    fn file(&self) -> &'static str;
    /// Writes its content.
    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()>;
}

const EXPORTERS: [&dyn Exporter; 3] = [&csv::PortabilityTable, &csv::RunTable, &markdown::Matrix];

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

/// How many directives came out how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; Outcome::ALL.len()]);

impl Counts {
    /// Adds a directive.
    pub fn add(&mut self, outcome: Outcome) {
        self.0[outcome as usize] += 1;
    }

    /// Adds so many.
    pub(crate) fn add_many(&mut self, outcome: Outcome, count: u64) {
        self.0[outcome as usize] += count;
    }

    /// Adds others.
    pub fn merge(&mut self, other: &Self) {
        for (mine, its) in self.0.iter_mut().zip(other.0) {
            *mine += its;
        }
    }

    /// How many came out so.
    #[must_use]
    pub fn of(&self, outcome: Outcome) -> u64 {
        self.0[outcome as usize]
    }

    /// How many there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// Whether any is not as expected.
    #[must_use]
    pub fn is_red(&self) -> bool {
        Outcome::ALL.into_iter().any(|outcome| outcome.is_red() && self.of(outcome) > 0)
    }

    /// Share of what was run that passed; `None` when nothing was.
    #[must_use]
    pub fn rate(&self) -> Option<f64> {
        let run = self.total() - self.of(Outcome::Skip);
        #[expect(clippy::cast_precision_loss, reason = "there are not 2^53 directives")]
        (run > 0).then(|| self.of(Outcome::Pass) as f64 / run as f64)
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

/// The rows of the report in `dir`, all at once: for small ones.
///
/// # Errors
/// There is no report, or it can't be read.
pub fn read(dir: &Path) -> Result<Vec<Row>, Error> {
    stream(dir)?.collect()
}

/// The rows of the report in `dir`, one at a time.
///
/// # Errors
/// There is no report, or it can't be read.
pub fn stream(dir: &Path) -> Result<impl Iterator<Item = Result<Row, Error>> + use<>, Error> {
    csv::stream(&dir.join(csv::CONFORMANCE))
}

/// The matrix of a file in the form of `portability.csv`, in Markdown, without the legend.
///
/// # Errors
/// There is no such file, or it is not of that form.
pub fn matrix_of(path: &Path) -> Result<String, Error> {
    let table = markdown::table(&csv::read_portability(path)?);
    Ok(table.split("\n\n").next().unwrap_or_default().to_owned() + "\n")
}

/// Sorts rows by what identifies them, then by all else, so that equal runs give equal files whatever came first.
pub fn sort(rows: &mut [Row]) {
    rows.sort_by(|a, b| key(a).cmp(&key(b)));
}

fn key(row: &Row) -> impl Ord + '_ {
    (
        (&row.suite, &row.revision, &row.file, row.line),
        (&row.engine, &row.engine_version, &row.mode, &row.target, &row.run),
        (&row.directive, &row.proposal, &row.features, row.outcome, &row.detail, row.micros),
    )
}

#[cfg(test)]
mod tests;
