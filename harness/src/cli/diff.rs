//! `wassay diff`: lists the directives on which two engines or modes disagree.

use super::error::Error;
use super::output::output;
use super::suites::SuitesArgs;
use super::test;
use super::test_args::{TestArgs, jobs, seconds};
use crate::compare::disagree::{self, Disagreements};
use crate::engine;
use crate::filter::Filter;
use crate::model::Row;
use crate::report::Reports;
use clap::Args;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Default number of disagreements to show.
const LIMIT: usize = 50;

/// Arguments of `wassay diff`.
#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct DiffArgs {
    /// First engine, or engine and mode (`vm:o0`). Without a mode, the engine's first mode runs.
    #[arg(value_name = "ENGINE")]
    left: String,
    /// Second engine, in the same form.
    #[arg(value_name = "ENGINE")]
    right: String,
    /// Selector of scripts, see `wassay test --help`. Repeatable [default: all scripts].
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Folder with a report to read instead of running the two engines. Repeatable.
    #[arg(long = "from", value_name = "DIR")]
    reports: Vec<PathBuf>,
    /// Filter of rows to compare, such as 'directive(assert_return)'.
    #[arg(long, short = 'E', value_name = "FILTER")]
    filter: Option<Filter>,
    /// Leave out directives that are unsupported or skipped on either engine.
    #[arg(long)]
    supported: bool,
    /// Maximum number of disagreements to show. It does not limit the counts.
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
    /// Number of workers that run at the same time [default: number of cores].
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,
    /// Time limit of a directive, in seconds [default: 20].
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    suites: SuitesArgs,
}

const AFTER: &str = "\
Disagreements:
  Two engines disagree on a directive if its severity differs: pass, unsupported, fail, or crash
  and timeout. Expectations make no difference. If one of the engines runs whole scripts, each
  script of the other counts with its worst directive.

Exit codes:
  0    the engines agree
  1    the engines disagree
  2    the command line or its input is wrong
  130  interrupted";

/// Runs `wassay diff`.
pub(super) fn diff(args: &DiffArgs) -> Result<ExitCode, Error> {
    if !args.reports.is_empty() {
        return compare_reports(args, &args.reports, &args.left, &args.right);
    }
    let (left, right) = (with_mode(&args.left)?, with_mode(&args.right)?);
    if left == right {
        return Err(Error::Wrong(format!("`{left}` is compared with itself; name another engine or mode")));
    }
    let out = tempfile::tempdir()?;
    match run_both(args, out.path(), &left, &right)? {
        Some(code) => Ok(code),
        None => compare_reports(args, &[out.path().to_owned()], &left, &right),
    }
}

/// Runs both engines into a report folder. Returns an exit code if the run was interrupted.
fn run_both(args: &DiffArgs, out: &Path, left: &str, right: &str) -> Result<Option<ExitCode>, Error> {
    let mut words: Vec<String> = ["test", "--engine", left, "--engine", right, "--"].map(str::to_owned).into();
    words.extend(args.selectors.iter().cloned());
    let mut test = TestArgs::parse(words).map_err(|error| Error::Wrong(error.kind().to_string()))?;
    out.clone_into(&mut test.out);
    test.jobs = args.jobs;
    test.timeout = args.timeout.unwrap_or(test.timeout);
    test.suites.suites.clone_from(&args.suites.suites);
    let interrupted = test::execute(&test, true)?.is_some_and(|finished| finished.is_interrupted());
    Ok(interrupted.then(|| ExitCode::from(130)))
}

/// Adds an engine's first mode to its name if the name has no mode.
fn with_mode(name: &str) -> Result<String, Error> {
    match engine::find(name) {
        Ok(engine) => {
            let first = engine.modes().into_iter().next();
            Ok(first.map_or_else(|| name.to_owned(), |mode| format!("{name}:{}", mode.name)))
        }
        Err(_) if name.contains(':') => Ok(name.to_owned()),
        Err(error) => Err(error.into()),
    }
}

/// Lists the disagreements in reports.
fn compare_reports(args: &DiffArgs, dirs: &[PathBuf], left: &str, right: &str) -> Result<ExitCode, Error> {
    let mut reports = Reports::open(dirs)?;
    let left = disagree::column(&reports, left).map_err(Error::Wrong)?;
    let right = disagree::column(&reports, right).map_err(Error::Wrong)?;
    if left == right {
        return Err(Error::Wrong(format!("`{} {}` is compared with itself", left.engine, left.mode)));
    }
    // With `--from` nothing was run, so the selectors choose among the rows of the reports.
    let selected = if args.reports.is_empty() { Vec::new() } else { selected(args)? };
    let wanted = |row: &Row| {
        let chosen = selected.is_empty() || selected.binary_search(&(row.suite.clone(), row.file.clone())).is_ok();
        chosen && args.filter.as_ref().is_none_or(|filter| filter.row(row))
    };
    let options = disagree::Options { supported: args.supported, limit: args.limit, wanted: &wanted };
    let found: Disagreements = disagree::find(&mut reports, &left, &right, &options)?;
    output(None, |out: &mut dyn io::Write| found.write(out))?;
    Ok(ExitCode::from(u8::from(found.count() > 0)))
}

/// Returns the suites and files that the selectors name, sorted; empty if there are no selectors.
fn selected(args: &DiffArgs) -> Result<Vec<(String, String)>, Error> {
    if args.selectors.is_empty() {
        return Ok(Vec::new());
    }
    let suites = crate::suite::load(&args.suites.suites)?;
    let scripts = crate::suite::select(&suites, &args.selectors)?;
    let mut keys: Vec<_> = scripts.into_iter().map(|script| (script.suite.clone(), script.file.clone())).collect();
    keys.sort();
    Ok(keys)
}
