//! The command `wassay matrix`: prints the matrix of one or more reports.

use super::error::Error;
use super::output::output;
use super::suites::SuitesArgs;
use crate::filter::Filter;
use crate::model::Row;
use crate::report::{self, Counter, features_json, markdown};
use clap::{Args, ValueEnum};
use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct MatrixArgs {
    /// Folders with reports.
    #[arg(value_name = "DIR", default_value = "reports")]
    reports: Vec<PathBuf>,
    /// Output format.
    #[arg(long, value_name = "FORMAT", default_value = "markdown")]
    format: Format,
    /// What a row stands for: a proposal or version of the spec, or an operator.
    #[arg(long, value_name = "WHAT", default_value = "proposal")]
    by: By,
    /// Count only directives that match a filter, such as 'spec(2.0) & !outcome(skip)'.
    #[arg(long, short = 'E', value_name = "FILTER")]
    filter: Option<Filter>,
    /// Print the counted directives instead, in the columns of conformance.csv.
    #[arg(long, conflicts_with_all = ["format", "by"])]
    rows: bool,
    /// Output file; standard output if not given.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    #[command(flatten)]
    suites: SuitesArgs,
}

const AFTER: &str = "\
Reports of several runs (partitions, engines, machines) become one table. Two runs that have a script in common on the \
same engine get separate columns.

To list the directives behind a cell, use a filter: \
`wassay matrix --rows -E 'proposal(simd) & engine(vm) & !outcome(pass)'`.";

/// Output format of a matrix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// A Markdown table.
    Markdown,
    /// The columns of portability.csv, or of operators.csv.
    Csv,
    /// The form of webassembly.org's features.json, from which its table of features is made.
    FeaturesJson,
}

/// What a row of the matrix stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum By {
    /// A proposal, or a version of the spec.
    Proposal,
    /// An operator; its directives are those whose modules use it.
    Operator,
}

/// Runs `wassay matrix`.
pub(super) fn matrix(args: &MatrixArgs) -> Result<ExitCode, Error> {
    let wanted = |row: &Row| args.filter.as_ref().is_none_or(|filter| filter.row(row));
    match (args.by, args.rows) {
        (_, true) => rows(args, &wanted)?,
        (By::Proposal, _) => proposals(args, &wanted)?,
        (By::Operator, _) => operators(args, &wanted)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn proposals(args: &MatrixArgs, wanted: &dyn Fn(&Row) -> bool) -> Result<(), Error> {
    let mut counter = Counter::default();
    each(args, wanted, |row| {
        if args.format != Format::FeaturesJson || features_json::counts(row) {
            counter.add(row);
        }
        Ok(())
    })?;
    let lines = counter.lines();
    output(args.output.as_deref(), |out| match args.format {
        Format::Markdown => writeln!(out, "{}", markdown::table(&lines).trim_end()),
        Format::Csv => report::csv::write_portability(&lines, out),
        Format::FeaturesJson => {
            serde_json::to_writer_pretty(&mut *out, &features_json::table(&lines))?;
            writeln!(out)
        }
    })
}

fn operators(args: &MatrixArgs, wanted: &dyn Fn(&Row) -> bool) -> Result<(), Error> {
    if args.format == Format::FeaturesJson {
        return Err(Error::Wrong("`features-json` has rows for proposals, not for operators".to_owned()));
    }
    let suites = crate::suite::load(&args.suites.suites)?;
    let mut reports = report::Reports::open(&args.reports)?;
    let coverage = crate::operators::coverage(&suites, &mut reports, wanted)?;
    output(args.output.as_deref(), |out| match args.format {
        Format::Csv => coverage.write_csv(out),
        _ => coverage.write_markdown(out),
    })
}

fn rows(args: &MatrixArgs, wanted: &dyn Fn(&Row) -> bool) -> Result<(), Error> {
    output(args.output.as_deref(), |out| {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(report::csv::CONFORMANCE_COLUMNS)?;
        let write = |row: &Row| Ok(writer.write_record(report::csv::record_of_row(row).iter().map(Cow::as_ref))?);
        each(args, wanted, write).map_err(|error| match error {
            Error::Io(error) => error,
            other => io::Error::other(other.to_string()),
        })?;
        writer.flush()
    })
}

/// Calls `take` for each row of the reports that matches the filter.
fn each(
    args: &MatrixArgs,
    wanted: &dyn Fn(&Row) -> bool,
    mut take: impl FnMut(&Row) -> io::Result<()>,
) -> Result<(), Error> {
    let mut reports = report::Reports::open(&args.reports)?;
    reports.each::<Error>(|rows| {
        for row in rows.iter().filter(|row| wanted(row)) {
            take(row)?;
        }
        Ok(())
    })
}
