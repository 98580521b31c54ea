//! `wassay report`

use super::error::Error;
use super::output::output;
use super::suites::SuitesArgs;
use crate::escape::{self, write_line};
use crate::{report, suite};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
pub(super) struct ReportArgs {
    /// Folders with reports; the columns of the page are the configurations of all of them.
    #[arg(value_name = "DIR", default_value = "reports")]
    reports: Vec<PathBuf>,
    /// Where the page goes; `report.html` in the first folder if not given.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Folder with an older report, or its `portability.csv` alone, of which the history shows the sums; can be given
    /// more than once.
    #[arg(long, value_name = "PATH")]
    history: Vec<PathBuf>,
    #[command(flatten)]
    suites: SuitesArgs,
}

/// Writes the page and says where it is.
pub(super) fn report(args: &ReportArgs) -> Result<ExitCode, Error> {
    let first = args.reports.first().cloned().unwrap_or_default();
    let out = args.out.clone().unwrap_or_else(|| first.join("report.html"));
    let suites = suite::load(&args.suites.suites)?;
    report::page(&out, &args.reports, &args.history, &suites)?;
    output(None, |to| write_line!(to, "{}", escape::path(&out)))?;
    Ok(ExitCode::SUCCESS)
}
