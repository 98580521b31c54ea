//! `wassay merge`: merges reports into one.

use super::error::Error;
use super::output::{note, output};
use crate::escape::{self, write_line};
use crate::partition::{Partition, Strategy};
use crate::recorder::journal;
use crate::report::{self, Reports};
use clap::Args;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::ExitCode;

/// Maximum number of missing parts to name.
const NAMED: usize = 10;

/// Arguments of `wassay merge`.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct MergeArgs {
    /// Folder with a report. Repeatable.
    #[arg(value_name = "DIR", required = true)]
    reports: Vec<PathBuf>,
    /// Folder to write the merged report to.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
}

const AFTER: &str = "\
Merging:
  Rows keep the names of their runs, and run.csv has one row per run. Two partitions of one run must
  not have a script in common; different runs may. Missing partitions and unfinished runs are named.

Exit codes:
  0    all partitions are there and every outcome is as expected
  1    a partition is missing or unfinished, or an outcome is not as expected
  2    the command line or its input is wrong";

/// Runs `wassay merge`.
pub(super) fn merge(args: &MergeArgs) -> Result<ExitCode, Error> {
    let mut reports = Reports::open(&args.reports)?;
    // The writer replaces files at the end, so the output folder may be one of the inputs.
    let mut writer = report::Writer::begin(&args.out)?;
    let mut red = 0_u64;
    reports.each::<Error>(|rows| {
        red += rows.iter().filter(|row| row.outcome.is_red()).count() as u64;
        Ok(rows.iter().try_for_each(|row| writer.push(row))?)
    })?;
    let runs = reports.runs().to_vec();
    let summary = writer.close(&runs)?;
    let directives: u64 = summary.counts.values().map(report::Counts::total).sum();
    let out = escape::path(&args.out);
    output(None, |to| write_line!(to, "{directives} directives, {red} not as expected; reports are in {out}"))?;
    let missing = missing(&args.reports, &runs);
    missing.iter().for_each(|missing| note(format_args!("{missing}")));
    Ok(ExitCode::from(u8::from(red > 0 || !missing.is_empty())))
}

/// Describes the parts that are missing and the runs that are unfinished, one line each.
fn missing(dirs: &[PathBuf], runs: &[Vec<String>]) -> Vec<String> {
    let mut missing = Vec::new();
    for dir in dirs.iter().filter(|dir| journal::exists(dir)) {
        let dir = escape::path(dir);
        missing.push(format!("unfinished: `{dir}`; `wassay test --resume --out {dir}` goes on from there"));
    }
    let mut parts: BTreeMap<(Strategy, u64), BTreeSet<u64>> = BTreeMap::new();
    for Partition { strategy, part, count } in runs.iter().filter_map(|run| run.get(report::PARTITION)?.parse().ok()) {
        parts.entry((strategy, count)).or_default().insert(part);
    }
    for ((strategy, count), there) in parts {
        let absent = (1..=count).filter(|part| !there.contains(part));
        missing.extend(absent.take(NAMED).map(|part| format!("missing: part {}", Partition { strategy, part, count })));
        let more = (count - there.len() as u64).saturating_sub(NAMED as u64);
        if more > 0 {
            missing.push(format!("missing: {more} more of {count} parts"));
        }
    }
    missing
}
