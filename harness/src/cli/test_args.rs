//! Arguments of `wassay test`.

use super::selection::SelectionArgs;
use super::suites::SuitesArgs;
use crate::engine;
use clap::{Args, Command, FromArgMatches};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

/// Memory that a worker may use, in MiB: no official script needs a quarter of it.
pub(super) const MEMORY: u64 = 4096;

#[derive(Args, Debug)]
#[command(after_help = TEST_AFTER, args_override_self = true)]
pub(super) struct TestArgs {
    /// What to run; everything if not given. See below.
    #[arg(value_name = "SELECTOR")]
    pub(super) selectors: Vec<String>,
    /// Engine to run on, or engine and mode (`vm:o3`); can be given more than once.
    #[arg(long, value_name = "E", default_value = engine::DEFAULT)]
    pub(super) engine: Vec<String>,
    /// Mode to run it in; can be given more than once. All that `wassay engines` lists, if not given.
    #[arg(long, value_name = "M")]
    pub(super) mode: Vec<String>,
    /// How many workers run at once; as many as there are cores, if not given.
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    pub(super) jobs: Option<NonZeroUsize>,
    /// How long a directive may take, in seconds.
    #[arg(long, value_name = "S", default_value = "20", value_parser = seconds)]
    pub(super) timeout: Duration,
    /// How much memory a worker may use, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = MEMORY, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) memory: u64,
    /// Where the reports go.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    pub(super) out: PathBuf,
    #[command(flatten)]
    pub(super) suites: SuitesArgs,
    /// Folder with an `expectations.csv`, besides those built in; can be given more than once.
    #[arg(long, value_name = "DIR")]
    pub(super) expectations: Vec<PathBuf>,
    /// Go on with the run that was interrupted in the folder of the reports.
    #[arg(long)]
    pub(super) resume: bool,
    #[command(flatten)]
    pub(super) selection: SelectionArgs,
}

const TEST_AFTER: &str = "\
A selector is one of:
  spec, proposals                what belongs to versions of the spec, or to proposals
  spec:2.0                       one version, and the proposals that entered it
  proposal:threads               one proposal
  suite:testsuite                one suite, as `wassay suites` lists them
  wasm-v1/address.wast           a file or a folder in a suite
  'simd_*.wast'                  a pattern of file names, or of paths if it has a `/`
  path/to/dir                    a script or a folder on disk

A filter narrows that down, by engine and mode too: 'engine(vm) & proposal(simd) & !file(simd_load*)'. \
Tests are engine, mode, suite, file, proposal, spec and phase, each with patterns such as `o3*`; \
they are joined by `&`, `|` and `!`.

What a script is known to do other than it says is data: see expectations.csv beside the suites. \
The reports are conformance.csv (a row a directive), portability.csv and portability.md \
(who can do what), and run.csv (the machine); reports/SCHEMA.md explains each column.";

/// Most workers at once: each is a process with threads of its own, and no machine has so many cores.
const JOBS: usize = 1024;

pub(super) fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= JOBS);
    jobs.ok_or_else(|| format!("not a number from 1 to {JOBS}"))
}

pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("not a number of seconds above 0".to_owned()),
    }
}

impl TestArgs {
    /// Parses the arguments of a `wassay test` command line, of which the first is the name of the command.
    pub(super) fn parse(words: Vec<String>) -> Result<Self, clap::Error> {
        Self::from_arg_matches(&Self::augment_args(Command::new("test")).try_get_matches_from(words)?)
    }
}
