//! The command line: what there is to say, and what comes of it as an exit code.
//!
//! 0: all as expected; 1: something was not; 2: the call or its input was wrong; 130: interrupted.

mod compare;
mod completions;
mod diff;
mod engines;
mod error;
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
mod test_args;

use crate::engine::driver::wasm_h;
use crate::escape;
use clap::error::ContextValue;
use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use error::Error;
use output::complain;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use suites::SuitesArgs;
use test_args::{MEMORY, TestArgs};

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
        probe: Option<wasm_h::ReferenceProbe>,
    },
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
            profile::apply(&mut args, given).map_err(Error::from).and_then(|()| test::test(&args))
        }
        Command::Suites(args) => suites::suites(&args),
        Command::Engines(args) => engines::engines(&args),
        Command::Matrix(args) => matrix::matrix(&args),
        Command::Compare(args) => compare::compare(&args),
        Command::Diff(args) => diff::diff(&args),
        Command::Merge(args) => merge::merge(&args),
        Command::Expect(args) => expect_update::expect(&args),
        Command::Report(args) => report_page::report(&args),
        Command::Completions(args) => completions::completions(&args, Cli::command()),
        Command::Man(args) => completions::man(&args, Cli::command()),
        Command::Worker { memory, no_capture } => crate::worker::serve(memory, no_capture).map_err(Error::from),
        Command::Driver(DriverCommand::WasmH { library, probe: None }) => {
            wasm_h::serve(&library).map(|()| ExitCode::SUCCESS).map_err(Error::from)
        }
        Command::Driver(DriverCommand::WasmH { library, probe: Some(kind) }) => {
            wasm_h::run_probe(&library, kind).map(|()| ExitCode::SUCCESS).map_err(Error::Probe)
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
