//! `wassay compare`

use super::error::Error;
use super::output::output;
use crate::compare::format::{self, Format};
use crate::compare::{self, Options};
use crate::filter::Filter;
use crate::report::Reports;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Most changes of each kind that are shown, if not said otherwise.
const LIMIT: usize = 20;

#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct CompareArgs {
    /// Folder with the report of the earlier run.
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// Folder with the report of the later run; the reports of more than one may be given.
    #[arg(value_name = "HEAD", required = true)]
    head: Vec<PathBuf>,
    /// Further reports that belong to the earlier run.
    #[arg(long, value_name = "DIR")]
    base_too: Vec<PathBuf>,
    /// How to write it.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// File to write it to, instead of to standard output.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Look only at rows that this says, such as 'engine(vm) & directive(assert_return)'.
    #[arg(long, short = 'E', value_name = "FILTER")]
    filter: Option<Filter>,
    /// Most changes of each kind to show; counts are complete whatever this is.
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
}

const AFTER: &str = "\
What passes is better than what the engine says it does not support, that is better than what fails, and that is \
better than a crash or a timeout. What sinks is a regression, unless an expectation accepts it; what rises is a fix. \
Expectations change no truth: what changed only because one came or went is listed apart. So is what changed in a \
script that the suite itself changed, or with a suite's revision while engine and harness stayed the same. An engine or
mode that only one run has is named, not compared.

Exit codes: 0 no regressions; 1 regressions; 2 the call or its input is wrong, or nothing was compared.";

/// `wassay compare`
pub(super) fn compare(args: &CompareArgs) -> Result<ExitCode, Error> {
    let mut dirs = vec![args.base.clone()];
    dirs.extend(args.base_too.iter().cloned());
    let mut base = Reports::open(&dirs)?;
    let mut head = Reports::open(&args.head)?;
    let wanted = |row: &_| args.filter.as_ref().is_none_or(|filter| filter.row(row));
    let comparison = compare::compare(&mut base, &mut head, &Options { limit: args.limit, wanted: &wanted })?;
    output(args.output.as_deref(), |out| format::write(&comparison, args.format, out))?;
    if comparison.looked_at() == 0 {
        // No regressions where nothing was compared would be a check that cannot fail.
        return Err(Error::Wrong(
            "nothing was compared: no directive in either run is on an engine, in a mode, that both have".to_owned(),
        ));
    }
    Ok(ExitCode::from(u8::from(comparison.is_red())))
}
