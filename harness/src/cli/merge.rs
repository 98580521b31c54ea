//! `wassay merge`

use super::Error;
use crate::report::{self, Reports};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct MergeArgs {
    /// Folders with reports.
    #[arg(value_name = "DIR", required = true)]
    reports: Vec<PathBuf>,
    /// Where the one report goes.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
}

const AFTER: &str = "\
Rows keep the names of their runs, and run.csv has a row for each. Two parts of one run must not have a script in \
common; different runs may.";

/// `wassay merge`
pub(super) fn merge(args: &MergeArgs) -> Result<ExitCode, Error> {
    let mut reports = Reports::open(&args.reports)?;
    // Files are replaced when all is written, so a report may even be merged into itself.
    let mut writer = report::Writer::begin(&args.out)?;
    let mut red = 0_u64;
    reports.each::<Error>(|rows| {
        red += rows.iter().filter(|row| row.outcome.is_red()).count() as u64;
        Ok(rows.iter().try_for_each(|row| writer.push(row))?)
    })?;
    let runs = reports.runs().to_vec();
    let summary = writer.close(&runs)?;
    let directives: u64 = summary.counts.values().map(report::Counts::total).sum();
    let out = args.out.display();
    writeln!(io::stdout().lock(), "{directives} directives, {red} not as expected; reports are in {out}")?;
    Ok(ExitCode::from(u8::from(red > 0)))
}
