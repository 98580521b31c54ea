//! `wassay diff`

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

/// Most disagreements that are shown, if not said otherwise.
const LIMIT: usize = 50;

#[derive(Args, Debug)]
#[command(after_help = AFTER)]
pub(super) struct DiffArgs {
    /// One engine, or engine and mode: `vm:o0`.
    #[arg(value_name = "ENGINE")]
    left: String,
    /// The other one.
    #[arg(value_name = "ENGINE")]
    right: String,
    /// What to look at; see `wassay test --help`.
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Look into this report instead of running the two; can be given more than once.
    #[arg(long = "from", value_name = "DIR")]
    reports: Vec<PathBuf>,
    /// Look only at rows that this says.
    #[arg(long, short = 'E', value_name = "FILTER")]
    filter: Option<Filter>,
    /// Leave out directives that one of the two says it does not support, or that were skipped.
    #[arg(long)]
    supported: bool,
    /// Most disagreements to show; counts are complete whatever this is.
    #[arg(long, value_name = "N", default_value_t = LIMIT)]
    limit: usize,
    /// How many workers run at once.
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,
    /// How long a directive may take, in seconds.
    #[arg(long, value_name = "S", value_parser = seconds)]
    timeout: Option<Duration>,
    #[command(flatten)]
    suites: SuitesArgs,
}

const AFTER: &str = "\
Two engines disagree on a directive if it passes on one and does not on the other, or if it fails in another way: by \
saying that it is not supported, by failing, or by a crash or timeout. What was expected makes no difference. Where one \
of them runs whole scripts, of the other the worst directive of each counts: a script passes if all of it passes.

Exit codes: 0 they agree; 1 they do not; 2 the call or its input is wrong; 130 interrupted.";

/// `wassay diff`
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

/// Runs both; an exit code if that did not come to its end.
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

/// An engine with the mode that it has first, if none is named.
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

fn compare_reports(args: &DiffArgs, dirs: &[PathBuf], left: &str, right: &str) -> Result<ExitCode, Error> {
    let mut reports = Reports::open(dirs)?;
    let left = disagree::column(&reports, left).map_err(Error::Wrong)?;
    let right = disagree::column(&reports, right).map_err(Error::Wrong)?;
    if left == right {
        return Err(Error::Wrong(format!("`{} {}` is compared with itself", left.engine, left.mode)));
    }
    // When the selectors did not say what to run, they say what to look at.
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

/// Suites and files that the selectors name, sorted; none if there are no selectors.
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
