//! CSV files of a report: `conformance.csv`, `portability.csv`, `run.csv`.

use super::atomic_file::AtomicFile;
use super::counts::Counts;
use super::error::Error;
use super::exporter::{Exporter, Report};
use super::portability::PortabilityRow;
use super::run::Run;
use crate::escape::csv::{guarded, unguard, unguarded};
use crate::model::{Outcome, Row};
use crate::regular_file;
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub(super) const CONFORMANCE: &str = "conformance.csv";
pub(super) const PORTABILITY: &str = "portability.csv";
pub(super) const RUN: &str = "run.csv";

/// Columns of `conformance.csv`, in order: the fields of [`Row`].
pub(crate) const CONFORMANCE_COLUMNS: [&str; 15] = [
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
pub(super) const RUN_COLUMNS: [&str; 12] = [
    "run",
    "started",
    "seconds",
    "command",
    "revision_of_wassay",
    "llvm",
    "cpu",
    "cores",
    "os",
    "kernel",
    "jobs",
    "partition",
];

/// Number of columns of `run.csv` that every report has. Later versions added the others.
const FIRST_RUN_COLUMNS: usize = 11;

/// Index of `partition` in a row of `run.csv`.
pub(crate) const PARTITION: usize = 11;

fn writer<'a>(out: &'a mut dyn Write, columns: &[&str]) -> io::Result<::csv::Writer<&'a mut dyn Write>> {
    let mut writer = ::csv::WriterBuilder::new().has_headers(false).from_writer(out);
    writer.write_record(columns)?;
    Ok(writer)
}

/// Writer of `conformance.csv`, with one row per directive.
pub(super) struct Rows {
    path: PathBuf,
    writer: ::csv::Writer<AtomicFile>,
}

impl Rows {
    pub(super) fn begin(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(CONFORMANCE);
        let mut writer = ::csv::WriterBuilder::new().has_headers(false).from_writer(AtomicFile::begin(&path)?);
        let header = writer.write_record(CONFORMANCE_COLUMNS);
        header.map_err(|error| Error::Write { path: path.clone(), source: error.into() })?;
        Ok(Self { path, writer })
    }

    pub(super) fn push(&mut self, row: &Row) -> Result<(), Error> {
        let written = self.writer.write_record(record_of_row(row).iter().map(Cow::as_ref));
        written.map_err(|error| Error::Write { path: self.path.clone(), source: error.into() })
    }

    pub(super) fn commit(self) -> Result<PathBuf, Error> {
        let Self { path, writer } = self;
        let written = writer.into_inner().map_err(::csv::IntoInnerError::into_error);
        written.map_err(|source| Error::Write { path: path.clone(), source })?.commit()?;
        Ok(path)
    }
}

/// Formats a row of `conformance.csv`, in the order of [`CONFORMANCE_COLUMNS`].
pub(crate) fn record_of_row(row: &Row) -> [Cow<'_, str>; CONFORMANCE_COLUMNS.len()] {
    let Row { run, suite, revision, file, line, directive, proposal, features, .. } = row;
    let Row { engine, engine_version, mode, target, outcome, detail, micros, .. } = row;
    let (line, micros) = (line.to_string().into(), micros.to_string().into());
    let [run, suite, revision, file] = [run, suite, revision, file].map(|text| guarded(text));
    let [directive, proposal, features] = [directive, proposal, features].map(|text| guarded(text));
    let [engine, version, mode, target] = [engine, engine_version, mode, target].map(|text| guarded(text));
    let (outcome, detail) = (outcome.name().into(), guarded(detail));
    [
        run, suite, revision, file, line, directive, proposal, features, engine, version, mode, target, outcome,
        detail, micros,
    ]
}

/// Removes the marks against formula injection from a row that was read.
pub(super) fn unguard_row(row: &mut Row) {
    let Row { run, suite, revision, file, directive, proposal, features, .. } = row;
    [run, suite, revision, file, directive, proposal, features].into_iter().for_each(unguard);
    let Row { engine, engine_version, mode, target, detail, .. } = row;
    [engine, engine_version, mode, target, detail].into_iter().for_each(unguard);
}

/// Exporter of `portability.csv`: one row per proposal or version of the spec, engine, mode and target.
pub(super) struct PortabilityTable;

impl Exporter for PortabilityTable {
    fn file(&self) -> &'static str {
        PORTABILITY
    }

    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        write_portability(report.portability, out)
    }
}

/// Writes the rows of `portability.csv`.
pub(crate) fn write_portability(lines: &[PortabilityRow], out: &mut dyn Write) -> io::Result<()> {
    let mut writer = writer(out, &PORTABILITY_COLUMNS)?;
    for line in lines {
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
        let names = names.into_iter().map(|name| guarded(name).into_owned());
        let fields = names.chain(counts.map(|n| n.to_string())).chain([rate]);
        writer.write_record(fields)?;
    }
    writer.flush()
}

/// Reads the rows of a file with the columns of `portability.csv`.
pub(super) fn read_portability(path: &Path) -> Result<Vec<PortabilityRow>, Error> {
    let file = regular_file::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let mut reader = ::csv::Reader::from_reader(file);
    check_header(path, &mut reader, &PORTABILITY_COLUMNS)?;
    let line = |record: Result<::csv::StringRecord, ::csv::Error>| {
        let record = record.map_err(|error| fault(path, error))?;
        let text = |at: usize| unguarded(record.get(at).unwrap_or_default()).to_owned();
        let mut counts = Counts::default();
        for (outcome, at) in Outcome::ALL.into_iter().zip(9..) {
            let count = text(at).parse().map_err(|error| Error::Format {
                path: path.to_owned(),
                line: record.position().map_or(0, ::csv::Position::line),
                what: format!("`{}` is not a count: {error}", text(at)),
            })?;
            counts.add_many(outcome, count);
        }
        Ok(PortabilityRow {
            run: text(0),
            spec: text(1),
            proposal: text(2),
            phase: text(3).parse().ok(),
            engine: text(4),
            engine_version: text(5),
            mode: text(6),
            target: text(7),
            counts,
        })
    };
    reader.records().map(line).collect()
}

/// Exporter of `run.csv`: one row per run.
pub(super) struct RunTable;

impl Exporter for RunTable {
    fn file(&self) -> &'static str {
        RUN
    }

    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = writer(out, &RUN_COLUMNS)?;
        for run in report.runs {
            writer.write_record(run.iter().map(|field| guarded(field).into_owned()))?;
        }
        writer.flush()
    }
}

/// Formats a row of `run.csv`.
pub(super) fn record_of(run: &Run) -> Vec<String> {
    let Run {
        run, started, seconds, command, revision_of_wassay, llvm, cpu, cores, os, kernel, jobs, partition, ..
    } = run;
    let numbers = [format!("{seconds:?}"), cores.to_string(), jobs.to_string()];
    let [seconds, cores, jobs] = &numbers;
    let fields = [run, started, seconds, command, revision_of_wassay, llvm, cpu, cores, os, kernel, jobs, partition];
    fields.map(Clone::clone).into()
}

/// Reads the rows of `run.csv` in a folder. The file is optional.
pub(crate) fn runs(dir: &Path) -> Result<Vec<Vec<String>>, Error> {
    let path = dir.join(RUN);
    let file = match regular_file::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(Error::Read { path, source }),
    };
    let mut reader = ::csv::Reader::from_reader(file);
    check_header(&path, &mut reader, &RUN_COLUMNS[..FIRST_RUN_COLUMNS])?;
    let record = |record: Result<::csv::StringRecord, ::csv::Error>| match record {
        Ok(record) => {
            let field = |at| unguarded(record.get(at).unwrap_or_default()).to_owned();
            Ok((0..RUN_COLUMNS.len()).map(field).collect())
        }
        Err(error) => Err(fault(&path, error)),
    };
    reader.records().map(record).collect()
}

/// Opens a `conformance.csv` and checks its columns.
pub(super) fn open(path: &Path) -> Result<::csv::Reader<File>, Error> {
    let file = regular_file::open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
    let mut reader = ::csv::ReaderBuilder::new().buffer_capacity(1 << 16).from_reader(file);
    check_header(path, &mut reader, &CONFORMANCE_COLUMNS)?;
    Ok(reader)
}

/// Reads the rows of a `conformance.csv` one at a time.
pub(super) fn stream(path: &Path) -> Result<impl Iterator<Item = Result<Row, Error>> + use<>, Error> {
    let (reader, path) = (open(path)?, path.to_owned());
    let row = move |row: Result<Row, ::csv::Error>| {
        let mut row = row.map_err(|error| fault(&path, error))?;
        unguard_row(&mut row);
        Ok(row)
    };
    Ok(reader.into_deserialize().map(row))
}

/// Checks that the header begins with these columns.
fn check_header(path: &Path, reader: &mut ::csv::Reader<File>, columns: &[&str]) -> Result<(), Error> {
    let header = reader.headers().map_err(|error| fault(path, error))?;
    // New columns are only added at the end, so the known columns of a newer report can be read.
    if header.iter().take(columns.len()).eq(columns.iter().copied()) {
        return Ok(());
    }
    let what = format!("columns must be `{}`", columns.join(","));
    Err(Error::Format { path: path.to_owned(), line: 1, what })
}

/// Converts an error of the `csv` crate.
pub(super) fn fault(path: &Path, error: ::csv::Error) -> Error {
    let path = path.to_owned();
    let line = error.position().map_or(1, ::csv::Position::line);
    match error.into_kind() {
        ::csv::ErrorKind::Io(source) => Error::Read { path, source },
        ::csv::ErrorKind::Deserialize { err, .. } => Error::Format { path, line, what: err.to_string() },
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Error::Format { path, line, what: format!("{len} fields, not {expected_len}") }
        }
        ::csv::ErrorKind::Utf8 { err, .. } => {
            let column = CONFORMANCE_COLUMNS.get(err.field()).filter(|_| path.ends_with(CONFORMANCE));
            let place = column.map_or_else(|| format!("field {}", err.field() + 1), |name| format!("`{name}`"));
            Error::Format { path, line, what: format!("{place} is not UTF-8") }
        }
        other => Error::Format { path, line, what: format!("{other:?}") },
    }
}
