//! `wassay compare`: compares two runs.

use super::error::Error;
use super::output::output;
use crate::compare::format::{self, Format};
use crate::compare::{self, Options};
use crate::filter::Filter;
use crate::report::Reports;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

/// Default number of changes of each kind to show.
const LIMIT: usize = 20;

/// Arguments of `wassay compare`.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct CompareArgs {
    /// Folder with the report of the earlier run.
    #[arg(value_name = "BASE")]
    base: PathBuf,
    /// Folder with the report of the later run. Repeatable.
    #[arg(value_name = "HEAD", required = true)]
    head: Vec<PathBuf>,
    /// Folder with a further report of the earlier run. Repeatable.
    #[arg(long, value_name = "DIR")]
    base_too: Vec<PathBuf>,
    /// Output format.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// File to write to [default: standard output].
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Filter of rows to compare, such as 'engine(vm) & directive(assert_return)'.
    #[arg(long, short = 'E', value_name = "FILTER")]
    filter: Option<Filter>,
    /// Maximum number of changes of each kind to show. It does not limit the counts.
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
}

const AFTER: &str = "\
Changes:
  Outcomes are ranked by severity: pass, unsupported, fail, crash or timeout. A change to a higher
  severity is a regression, unless an expectation accepts it; a change to a lower one is a fix.
  Outcomes count as they were before expectations (`xfail` is a failure, `xpass` a pass); changes
  that only an expectation made are listed apart. Changes of a script that the suite changed, or
  with a new revision of the suite while engine and harness stayed the same, are listed apart too.
  An engine or mode that only one run has is named, not compared.

Exit codes:
  0    no regressions
  1    regressions
  2    the command line or its input is wrong, or nothing was compared";

/// Runs `wassay compare`.
pub(super) fn compare(args: &CompareArgs) -> Result<ExitCode, Error> {
    let mut dirs = vec![args.base.clone()];
    dirs.extend(args.base_too.iter().cloned());
    let mut base = Reports::open(&dirs)?;
    let mut head = Reports::open(&args.head)?;
    let wanted = |row: &_| args.filter.as_ref().is_none_or(|filter| filter.row(row));
    let comparison = compare::compare(&mut base, &mut head, &Options { limit: args.limit, wanted: &wanted })?;
    output(args.output.as_deref(), |out| format::write(&comparison, args.format, out))?;
    if comparison.compared() == 0 {
        // Exit code 0 for an empty comparison would be a check that cannot fail.
        return Err(Error::Wrong(
            "nothing was compared: the runs have no engine and mode in common, or the filter matches no row".to_owned(),
        ));
    }
    Ok(ExitCode::from(u8::from(comparison.is_red())))
}
