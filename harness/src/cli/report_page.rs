//! `wassay report`: writes the report page.

use super::error::Error;
use super::output::output;
use super::suites::SuitesArgs;
use crate::escape::{self, write_line};
use crate::{report, suite};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Arguments of `wassay report`.
#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// Folder with a report. Repeatable; the page has the columns of all.
    #[arg(value_name = "DIR", default_value = "reports")]
    reports: Vec<PathBuf>,
    /// File to write the page to [default: `report.html` in the first folder].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Folder with an older report, or its `portability.csv`, whose counts the history shows. Repeatable.
    #[arg(long, value_name = "PATH")]
    history: Vec<PathBuf>,
    #[command(flatten)]
    suites: SuitesArgs,
}

/// Runs `wassay report`: writes the page and prints its path.
pub(super) fn report(args: &ReportArgs) -> Result<ExitCode, Error> {
    let first = args.reports.first().cloned().unwrap_or_default();
    let out = args.out.clone().unwrap_or_else(|| first.join("report.html"));
    let suites = suite::load(&args.suites.suites)?;
    report::page(&out, &args.reports, &args.history, &suites)?;
    output(None, |to| write_line!(to, "{}", escape::path(&out)))?;
    Ok(ExitCode::SUCCESS)
}
