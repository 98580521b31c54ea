//! Arguments of `wassay test`.

use super::selection::SelectionArgs;
use super::suites::SuitesArgs;
use crate::engine;
use clap::{Args, Command, FromArgMatches};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Default memory limit of a worker, in MiB. No official script needs a quarter of it.
pub(super) const MEMORY: u64 = 4096;

/// Arguments of `wassay test`.
#[derive(Args, Debug)]
#[command(after_help = TEST_AFTER, args_override_self = true)]
pub(super) struct TestArgs {
    /// Selector of scripts, see below. Repeatable [default: all scripts].
    #[arg(value_name = "SELECTOR")]
    pub(super) selectors: Vec<String>,
    /// Engine, or engine and mode (`vm:o3`), see `wassay engines`. Repeatable.
    #[arg(long, value_name = "ENGINE", default_value = engine::DEFAULT)]
    pub(super) engine: Vec<String>,
    /// Mode of the engines that are named without one. Repeatable [default: all that `wassay engines` lists].
    #[arg(long, value_name = "MODE")]
    pub(super) mode: Vec<String>,
    /// Number of workers that run at the same time [default: number of cores].
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    pub(super) jobs: Option<NonZeroUsize>,
    /// Time limit of a directive, in seconds.
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = seconds)]
    pub(super) timeout: Duration,
    /// Memory limit of a worker, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = MEMORY, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) memory: u64,
    /// Folder to write the report to.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) suites: SuitesArgs,
    /// Folder with an `expectations.csv`, in addition to the built-in expectations. Repeatable.
    #[arg(long, value_name = "DIR")]
    pub(super) expectations: Vec<PathBuf>,
    /// Resume the interrupted run in the report folder, if there is one.
    #[arg(long)]
    pub(super) resume: bool,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
}

const TEST_AFTER: &str = "\
Selectors:
  spec, proposals                the scripts of all versions of the spec, or of all proposals
  spec:2.0                       a version of the spec and the proposals that are part of it
  proposal:threads               a proposal
  suite:testsuite                a suite, as `wassay suites` lists it
  wasm-v1/address.wast           a file or a folder in a suite
  'simd_*.wast'                  a glob of file names, or of paths if it contains a `/`
  path/to/dir                    a script or a folder on disk

Filters:
  A filter is an expression over tasks (a task is a script on an engine in a mode), such as
  'engine(vm) & proposal(simd) & !file(simd_load*)'. Its fields are engine, mode, suite, file,
  proposal, spec and phase; each takes globs. `&`, `|` and `!` combine them.

Expectations:
  A row of expectations.csv says which directives do not come out as their script says, on which
  engine, with a reason and a link.

Report:
  conformance.csv                one row per directive
  portability.csv                counts by proposal, engine, mode and target
  portability.md                 the same as a matrix
  run.csv                        the run and its machine
  reports/SCHEMA.md describes each column.

Exit codes:
  0    every outcome is as expected
  1    an outcome is not as expected, or an expectation matches no directive
  2    the command line or its input is wrong
  130  interrupted";

/// Maximum number of workers. Each is a process with threads of its own, and no machine has so many cores.
const JOBS: usize = 1024;

/// Parses `--jobs`.
pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= JOBS);
    jobs.ok_or_else(|| format!("not a number from 1 to {JOBS}"))
}

/// Parses a duration in seconds, with decimals, above 0.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("not a number of seconds above 0".to_owned()),
    }
}

impl TestArgs {
    /// Parses the words of a `wassay test` command line; the first word is the name of the command.
    pub(super) fn parse(words: Vec<String>) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&Self::augment_args(Command::new("test")).try_get_matches_from(words)?)
    }
}
