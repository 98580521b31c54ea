//! Conformance harness for WebAssembly engines.
//!
//! The program `wassay` runs scripts (`.wast` files) of test suites on engines, in parallel worker processes, and
//! writes a report with one row for each directive of a script. It survives every crash and hang of an engine. This
//! library is the whole program; its public items are for the program's own tests and have no stable interface.
//!
//! # Terms
//!
//! - A **suite** is a collection of scripts with a revision. A **script** is a sequence of **directives**, such as
//!   `module` or `assert_return`.
//! - An **engine** runs wasm. It has one or more **modes**: named configurations, such as `o3` or `cranelift`.
//! - A **task** is one script on one engine in one mode.
//! - An **outcome** is what came of a directive: `pass`, `fail`, `unsupported`, `crash` and so on ([`model::Outcome`]).
//! - An **expectation** is a row of data that says which directives do not come out as their script says, and why.
//! - A **row** is one line of `conformance.csv`: the outcome of one directive of one task ([`model::Row`]).
//!
//! # Flow of a run
//!
//! 1. [`cli`] parses the command line, and merges it with a profile of `wassay.toml`.
//! 2. [`suite`] finds the scripts of the selectors; [`engine`] finds the engines and their modes.
//! 3. [`task`] plans the tasks, the longest first. [`filter`] and [`partition`] narrow them.
//! 4. [`supervisor`] starts [`worker`] processes and sends them tasks as jobs. Both ends speak [`protocol`]. When a
//!    worker crashes or hangs, the supervisor judges the directive that was running, and starts a new worker.
//! 5. In a worker, [`script`] parses the script and runs its directives on a session of the engine. It compares each
//!    result with the one that the script expects. [`features`] measures which features each module needs.
//! 6. [`recorder`] receives all verdicts, appends them to the journal `conformance.part`, and shows progress.
//!    `--resume` reads the journal of an interrupted run.
//! 7. [`expect`] applies expectations: a `fail` may become `xfail`, and a `pass` may become `xpass`.
//! 8. [`report`] writes `conformance.csv`, and the tables that are computed from it.
//! 9. [`cli`] prints a summary and returns the exit code.
//!
//! Other subcommands read reports: [`compare`] compares two runs or two engines, [`operators`] counts outcomes by
//! operator, and [`report`] writes the matrix and the report page.
//!
//! # Folders
//!
//! A file names only files of its own row and of the rows below.
//!
//! | Modules | Contents |
//! |---|---|
//! | [`cli`] | subcommands, one file each |
//! | [`compare`], [`operators`] | evaluation of reports |
//! | [`recorder`], [`supervisor`], [`worker`], [`protocol`] | execution of tasks |
//! | [`filter`], [`partition`], [`task`], [`expect`] | selection of tasks, and expectations |
//! | [`report`] | files of results |
//! | [`script`], [`engine`] | directives, and the engines that run them |
//! | [`suite`], [`features`] | scripts, versions, proposals and features |
//! | [`model`], `data`, `glob`, `escape`, `regular_file`, `alignment` | outcomes and rows, embedded data, helpers |

mod alignment;
pub mod cli;
pub mod compare;
mod data;
pub mod engine;
mod escape;
pub mod expect;
pub mod features;
pub mod filter;
mod glob;
pub mod model;
pub mod operators;
pub mod partition;
pub mod protocol;
pub mod recorder;
mod regular_file;
pub mod report;
pub mod script;
pub mod suite;
pub mod supervisor;
pub mod task;
pub mod worker;
