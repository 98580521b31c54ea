//! The command line: what there is to say, and what comes of it as an exit code.
//!
//! 0: all as expected; 1: something was not; 2: the call or its input was wrong; 130: interrupted.

mod compare;
mod completions;
mod diff;
mod engines;
mod expect_update;
mod matrix;
mod merge;
mod output;
mod profile;
mod report_page;
mod selection;
mod suites;
mod summary;
mod test;

use crate::{engine, escape, expect, filter, recorder, report, suite, supervisor, wasm_h};
use clap::error::ContextValue;
use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use thiserror::Error;

/// Runs WebAssembly test suites on many engines and reports what happened.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Exit codes: 0 all is as expected; 1 something is not (`fail`, `xpass`, `crash`, `timeout`, or an expectation \
that matches nothing); 2 the call or its input is wrong; 130 interrupted.

Examples:
  wassay test                          all scripts on the VM, in all of its modes, into reports/
  wassay test spec:2.0 --mode o0       what belongs to WebAssembly 2.0, compiled quickly
  wassay test 'simd_*.wast'            scripts with such a name
  wassay test --suites ../testsuite    other people's scripts as well
  wassay matrix                        who can do what, from reports/
  wassay diff vm:o0 vm:o3 spec:1.0     where two engines, or modes, disagree
  wassay compare old/ reports/         what got better and worse since another run";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run conformance scripts on engines, and write reports.
    Test(TestArgs),
    /// List the suites, and what their scripts belong to.
    Suites(SuitesArgs),
    /// List the engines and their modes.
    Engines(engines::EnginesArgs),
    /// Show the portability matrix of one or more reports.
    Matrix(matrix::MatrixArgs),
    /// Say what changed between two runs: regressions, fixes, and what only the suite or the expectations changed.
    Compare(compare::CompareArgs),
    /// List the directives on which two engines, or two modes of one, disagree.
    Diff(diff::DiffArgs),
    /// Make one report of many: partitions, engines, machines.
    Merge(merge::MergeArgs),
    /// List the expectations, or propose changes after a run.
    Expect(expect_update::ExpectArgs),
    /// Write a page to look at: the matrix, every directive with its source, comparison and history.
    Report(report_page::ReportArgs),
    /// Print a script that completes `wassay` in a shell.
    Completions(completions::CompletionsArgs),
    /// Print the man page.
    Man(completions::ManArgs),
    /// Be a driver: a program that runs an engine for another `wassay`.
    #[command(subcommand, hide = true)]
    Driver(DriverCommand),
    /// Serve a supervisor: read jobs, write events.
    #[command(hide = true)]
    Worker {
        /// Most memory to use, in MiB.
        #[arg(long, default_value_t = MEMORY)]
        memory: u64,
        /// Show what engines print.
        #[arg(long)]
        no_capture: bool,
    },
}

/// The drivers that are built in.
#[derive(Debug, Subcommand)]
enum DriverCommand {
    /// For engines with the C API `wasm.h`.
    WasmH {
        /// The engine: a shared library.
        #[arg(long, value_name = "PATH", env = wasm_h::VARIABLE)]
        library: PathBuf,
        /// Only try something that a library may crash on.
        #[arg(long, value_name = "WHAT", hide = true)]
        probe: Option<wasm_h::Kind>,
    },
}

/// Memory that a worker may use, in MiB: no official script needs a quarter of it.
const MEMORY: u64 = 4096;

#[derive(Args, Debug)]
struct SuitesArgs {
    /// Folder with scripts, or with folders of scripts, besides the suite that is built in.
    #[arg(long, value_name = "DIR", env = "WASSAY_SUITES", value_delimiter = ':')]
    suites: Vec<PathBuf>,
}

#[derive(Args, Debug)]
#[command(after_help = TEST_AFTER, args_override_self = true)]
struct TestArgs {
    /// What to run; everything if not given. See below.
    #[arg(value_name = "SELECTOR")]
    selectors: Vec<String>,
    /// Engine to run on, or engine and mode (`vm:o3`); can be given more than once.
    #[arg(long, value_name = "E", default_value = engine::DEFAULT)]
    engine: Vec<String>,
    /// Mode to run it in; can be given more than once. All that `wassay engines` lists, if not given.
    #[arg(long, value_name = "M")]
    mode: Vec<String>,
    /// How many workers run at once; as many as there are cores, if not given.
    #[arg(long, short, value_name = "N", value_parser = jobs)]
    jobs: Option<NonZeroUsize>,
    /// How long a directive may take, in seconds.
    #[arg(long, value_name = "S", default_value = "20", value_parser = seconds)]
    timeout: Duration,
    /// How much memory a worker may use, in MiB.
    #[arg(long, value_name = "MIB", default_value_t = MEMORY, value_parser = clap::value_parser!(u64).range(1..))]
    memory: u64,
    /// Where the reports go.
    #[arg(long, value_name = "DIR", default_value = "reports")]
    out: PathBuf,
    #[command(flatten)]
    suites: SuitesArgs,
    /// Folder with an `expectations.csv`, besides those built in; can be given more than once.
    #[arg(long, value_name = "DIR")]
    expectations: Vec<PathBuf>,
    /// Go on with the run that was interrupted in the folder of the reports.
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    selection: selection::SelectionArgs,
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

fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    let jobs = text.parse().ok().filter(|jobs: &NonZeroUsize| jobs.get() <= JOBS);
    jobs.ok_or_else(|| format!("not a number from 1 to {JOBS}"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number of seconds".to_owned())?;
    match Duration::try_from_secs_f64(seconds) {
        Ok(duration) if !duration.is_zero() => Ok(duration),
        _ => Err("not a number of seconds above 0".to_owned()),
    }
}

/// Why a command cannot be carried out.
#[derive(Debug, Error)]
enum Error {
    #[error(transparent)]
    Suite(#[from] suite::Error),
    #[error(transparent)]
    Engine(#[from] engine::Error),
    #[error(transparent)]
    Expectations(#[from] expect::Error),
    #[error("there is no `{}` in `{}`", expect::FILE, escape::path(.0))]
    NoExpectations(PathBuf),
    #[error(transparent)]
    Journal(#[from] recorder::journal::Error),
    #[error(transparent)]
    Filter(#[from] filter::Error),
    #[error(transparent)]
    Profile(#[from] profile::Error),
    /// What is wrong is said in whole.
    #[error("{0}")]
    Wrong(String),
    #[error(transparent)]
    Report(#[from] report::Error),
    #[error(transparent)]
    Supervisor(#[from] supervisor::Error),
    #[error("ctrl-c cannot be caught: {0}")]
    Interrupt(#[from] ctrlc::Error),
    #[error("{0}")]
    Probe(String),
    #[error("can't write to standard output: {0}")]
    Stdout(io::Error),
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Says on standard error why a command can't be carried out. An error is a line, but where there are several faults.
fn complain(error: &Error) {
    match error {
        Error::Engine(several @ (engine::Error::Several(_) | engine::Error::Catalogue(_))) => {
            let _ = writeln!(io::stderr(), "{}", escape::lines(&format!("error: {several}")));
        }
        error => output::note(format_args!("error: {error}")),
    }
}

/// What was called, as far as `clap` takes it. Its errors repeat arguments, which may hold anything.
fn matches() -> ArgMatches {
    Cli::command().try_get_matches().unwrap_or_else(|mut error| {
        let repeated: Vec<_> = error.context().map(|(kind, value)| (kind, value.clone())).collect();
        for (kind, value) in repeated {
            match value {
                ContextValue::String(text) => {
                    error.insert(kind, ContextValue::String(escape::text(&text).into_owned()));
                }
                ContextValue::Strings(texts) => {
                    let texts = texts.iter().map(|text| escape::text(text).into_owned()).collect();
                    error.insert(kind, ContextValue::Strings(texts));
                }
                ContextValue::StyledStrs(texts) => {
                    let texts = texts.iter().map(|text| escape::text(&text.to_string()).into_owned().into()).collect();
                    error.insert(kind, ContextValue::StyledStrs(texts));
                }
                _ => {}
            }
        }
        error.exit()
    })
}

/// Carries out the command line.
#[must_use]
pub fn main() -> ExitCode {
    let matches = matches();
    let result = match Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit()).command {
        Command::Test(mut args) => {
            let given = matches.subcommand_matches("test");
            profile::apply(&mut args, given).and_then(|()| test::test(&args))
        }
        Command::Suites(args) => suites::suites(&args),
        Command::Engines(args) => engines::engines(&args),
        Command::Matrix(args) => matrix::matrix(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Expect(args) => expect_update::expect(&args),
        Command::Report(args) => report_page::report(&args),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => completions::man(&args),
        Command::Worker { memory, no_capture } => crate::worker::serve(memory, no_capture).map_err(Error::from),
        Command::Driver(DriverCommand::WasmH { library, probe: None }) => {
            wasm_h::serve(&library).map(|()| ExitCode::SUCCESS).map_err(Error::from)
        }
        Command::Driver(DriverCommand::WasmH { library, probe: Some(kind) }) => {
            wasm_h::probe(&library, kind).map(|()| ExitCode::SUCCESS).map_err(Error::Probe)
        }
    };
    match result {
        Ok(code) => code,
        // The supervisor of a worker or driver is gone.
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::from(2)
        }
    }
}
