//! Command line: subcommands, their dispatch, and exit codes.
//!
//! Exit codes are 0 (every outcome is as expected), 1 (an outcome is not), 2 (the command line or its input is wrong)
//! and 130 (interrupted). Each subcommand has a file below this one; no file there names this one.

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
use output::print_error;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;
use suites::SuitesArgs;
use test_args::{MEMORY, TestArgs};

/// Conformance harness for WebAssembly engines: runs test suites and reports the outcome of every directive.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = AFTER)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

const AFTER: &str = "\
Exit codes:
  0    every outcome is as expected
  1    an outcome is not as expected (`fail`, `xpass`, `crash` or `timeout`),
       or an expectation matches no directive
  2    the command line or its input is wrong
  130  interrupted

Examples:
  wassay test                          run all scripts on the VM; write the report to reports/
  wassay test spec:2.0 --mode o0       run the scripts of WebAssembly 2.0 in mode o0
  wassay test 'simd_*.wast'            run the scripts whose file names match a glob
  wassay test --suites ../testsuite    run the scripts in a folder as well
  wassay matrix                        show passed directives by proposal and engine, from reports/
  wassay diff vm:o0 vm:o3 spec:1.0     list the directives on which two modes disagree
  wassay compare old/ reports/         list regressions and fixes since an earlier run";

/// Exit codes of subcommands that judge nothing.
const EXIT_CODES: &str = "\
Exit codes:
  0    success
  2    the command line or its input is wrong";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run scripts on engines and write a report.
    Test(TestArgs),
    /// List suites, the proposals of their scripts, and where the scripts of each proposal come from.
    // The attribute stands here because `SuitesArgs` is also part of other subcommands, which have their own text.
    #[command(after_help = EXIT_CODES)]
    Suites(SuitesArgs),
    /// List engines and their modes, or describe one engine.
    #[command(after_help = EXIT_CODES)]
    Engines(engines::EnginesArgs),
    /// Show the portability matrix of one or more reports: passed directives by proposal, engine and mode.
    Matrix(matrix::MatrixArgs),
    /// Compare two runs: regressions, fixes, and changes that come from the suite or the expectations.
    Compare(compare::CompareArgs),
    /// List the directives on which two engines, or two modes of one, disagree.
    Diff(diff::DiffArgs),
    /// Merge reports of partitions, engines or machines into one report.
    Merge(merge::MergeArgs),
    /// List expectations, or propose changes to them from a run.
    Expect(expect_update::ExpectArgs),
    /// Write an HTML page: matrix, every directive with its source, comparison and history.
    #[command(after_help = EXIT_CODES)]
    Report(report_page::ReportArgs),
    /// Print the completion script of a shell.
    #[command(after_help = EXIT_CODES)]
    Completions(completions::CompletionsArgs),
    /// Print the man page, or write one page per subcommand.
    #[command(after_help = EXIT_CODES)]
    Man(completions::ManArgs),
    /// Serve as a driver: run an engine for another `wassay`.
    #[command(subcommand, hide = true)]
    Driver(DriverCommand),
    /// Serve as a worker: read jobs from a supervisor and write events.
    #[command(hide = true)]
    Worker {
        /// Memory limit, in MiB.
        #[arg(long, default_value_t = MEMORY)]
        memory: u64,
        /// Pass on the output of engines.
        #[arg(long)]
        no_capture: bool,
    },
}

/// Built-in drivers.
#[derive(Debug, Subcommand)]
enum DriverCommand {
    /// Drive an engine with the C API `wasm.h`.
    WasmH {
        /// Shared library of the engine.
        #[arg(long, value_name = "PATH", env = wasm_h::VARIABLE)]
        library: PathBuf,
        /// Try only one action that may crash the library.
        #[arg(long, value_name = "WHAT", hide = true)]
        probe: Option<wasm_h::ReferenceProbe>,
    },
}

/// Parses the command line with `clap`; on an error, prints it and exits.
///
/// Errors of `clap` repeat arguments, which may hold any character, so their contexts are escaped.
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

/// Runs the subcommand of the command line, prints its error if it fails, and returns the exit code.
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
        // A worker or driver lost its supervisor, so nobody reads its output any more.
        Err(Error::Io(error)) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            print_error(&error);
            ExitCode::from(2)
        }
    }
}
