//! The CSV files: `conformance.csv`, `portability.csv`, `run.csv`.

use super::{Error, Exporter, Report};
use crate::model::{Outcome, Row};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

pub(super) const CONFORMANCE: &str = "conformance.csv";
pub(super) const RUN: &str = "run.csv";

/// Columns of `conformance.csv`, in order: the fields of [`Row`].
pub(super) const CONFORMANCE_COLUMNS: [&str; 15] = [
    "run",
    "suite",
    "revision",
    "file",
    "line",
    "directive",
    "proposal",
    "features",
    "engine",
    "engine_version",
    "mode",
    "target",
    "outcome",
    "detail",
    "micros",
];

/// Columns of `portability.csv`, in order.
pub(super) const PORTABILITY_COLUMNS: [&str; 18] = [
    "run",
    "spec",
    "proposal",
    "phase",
    "engine",
    "engine_version",
    "mode",
    "target",
    "total",
    "pass",
    "fail",
    "xfail",
    "xpass",
    "unsupported",
    "skip",
    "crash",
    "timeout",
    "rate",
];

/// Columns of `run.csv`, in order.
pub(super) const RUN_COLUMNS: [&str; 11] =
    ["run", "started", "seconds", "command", "revision_of_wassay", "llvm", "cpu", "cores", "os", "kernel", "jobs"];

fn writer<'a>(out: &'a mut dyn Write, columns: &[&str]) -> io::Result<::csv::Writer<&'a mut dyn Write>> {
    let mut writer = ::csv::WriterBuilder::new().has_headers(false).from_writer(out);
    writer.write_record(columns)?;
    Ok(writer)
}

/// A row a directive.
pub(super) struct Conformance;

impl Exporter for Conformance {
    fn file(&self) -> &'static str {
        CONFORMANCE
    }

    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = writer(out, &CONFORMANCE_COLUMNS)?;
        for row in report.rows {
            writer.serialize(row)?;
        }
        writer.flush()
    }
}

/// A row a proposal or version of the spec, engine, mode and target.
pub(super) struct PortabilityTable;

impl Exporter for PortabilityTable {
    fn file(&self) -> &'static str {
        "portability.csv"
    }

    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = writer(out, &PORTABILITY_COLUMNS)?;
        for line in report.portability {
            let phase = line.phase.map(|p| p.to_string()).unwrap_or_default();
            let names = [
                &line.run,
                &line.spec,
                &line.proposal,
                &phase,
                &line.engine,
                &line.engine_version,
                &line.mode,
                &line.target,
            ];
            let counts = std::iter::once(line.counts.total()).chain(Outcome::ALL.map(|o| line.counts.of(o)));
            let rate = line.counts.rate().map(|rate| format!("{rate:.6}")).unwrap_or_default();
            let fields = names.into_iter().cloned().chain(counts.map(|n| n.to_string())).chain([rate]);
            writer.write_record(fields)?;
        }
        writer.flush()
    }
}

/// One row: the run.
pub(super) struct RunTable;

impl Exporter for RunTable {
    fn file(&self) -> &'static str {
        "run.csv"
    }

    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = writer(out, &RUN_COLUMNS)?;
        writer.serialize(report.run)?;
        writer.flush()
    }
}

pub(super) fn read(path: &Path) -> Result<Vec<Row>, Error> {
    let file = File::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let mut reader = ::csv::Reader::from_reader(BufReader::new(file));
    let broken = |error: ::csv::Error| fault(path, error);
    let header = reader.headers().map_err(broken)?;
    // Columns are only ever added at the end: a newer report can be read by its columns that are known here.
    if !header.iter().take(CONFORMANCE_COLUMNS.len()).eq(CONFORMANCE_COLUMNS) {
        let what = format!("columns must be `{}`", CONFORMANCE_COLUMNS.join(","));
        return Err(Error::Format { path: path.to_owned(), line: 1, what });
    }
    reader.deserialize().map(|row| row.map_err(broken)).collect()
}

fn fault(path: &Path, error: ::csv::Error) -> Error {
    let path = path.to_owned();
    let line = error.position().map_or(1, ::csv::Position::line);
    match error.into_kind() {
        ::csv::ErrorKind::Io(source) => Error::Read { path, source },
        ::csv::ErrorKind::Deserialize { err, .. } => Error::Format { path, line, what: err.to_string() },
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::Format { path, line, what: format!("{len} fields, not {expected_len}") }
        }
        other => Error::Format { path, line, what: format!("{other:?}") },
    }
}
/// The rows of a `run.csv`, by column; none where there is no such file.
pub(super) fn runs(path: &Path) -> Result<Vec<BTreeMap<String, String>>, Error> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
    };
    let rows = ::csv::Reader::from_reader(BufReader::new(file)).into_deserialize();
    rows.collect::<Result<_, ::csv::Error>>().map_err(|error| Error::Format {
        path: path.to_owned(),
        line: error.position().map_or(0, ::csv::Position::line),
        what: error.to_string(),
    })
}
