//! Filter language: boolean expressions that choose tasks to run, or rows of a report.
//!
//! ```text
//! filter    = and { "|" and }                      "or" is another word for "|"
//! and       = not { "&" not }                      "and" is another word for "&"
//! not       = "!" not | "(" filter ")" | test      "not" is another word for "!"
//! test      = name "(" pattern { "," pattern } ")" | "all()" | "none()"
//! ```
//!
//! `engine(vm) & proposal(simd) & !file(simd_load*)` chooses the VM on the scripts of fixed-width SIMD, except for
//! files whose names begin with `simd_load`. Patterns are globs: `*` and `?` match any characters, `[ab]` and `{ab,cd}`
//! match one of several. A test with several patterns holds if one of them matches. `!` binds tightest, then `&`, then
//! `|`.
//!
//! Test names are those of [`Field`]. Fields of results, such as the outcome, exist for rows, not for tasks.

mod parse;
mod syntax;

pub use syntax::{Error, Field};

use crate::glob::Glob;
use crate::model::Row;
use crate::suite::{self, ScriptFile};
use crate::task::Task;
use std::str::FromStr;
use syntax::Node;

/// A parsed filter.
#[derive(Clone, Debug)]
pub struct Filter {
    text: String,
    root: Node,
}

impl FromStr for Filter {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Ok(Self { text: text.to_owned(), root: parse::parse(text)? })
    }
}

impl Filter {
    /// Returns whether a row matches.
    #[must_use]
    pub fn row(&self, row: &Row) -> bool {
        self.root.holds(&|field, patterns| row_fits(row, field, patterns))
    }

    /// Returns whether a task matches.
    #[must_use]
    pub fn task(&self, task: &Task<'_>) -> bool {
        self.root.holds(&|field, patterns| task_fits(task.script, &task.on.engine, &task.on.mode, field, patterns))
    }

    /// Checks that the filter uses only fields of tasks.
    ///
    /// # Errors
    ///
    /// If it tests a field that only rows have.
    pub fn check_for_tasks(&self) -> Result<(), Error> {
        let late = &Field::ALL[Field::OF_TASKS..];
        let mut found = None;
        self.root.visit(&mut |field, at| {
            if let Some((name, _)) = late.iter().find(|(_, late)| *late == field) {
                found.get_or_insert((*name, at));
            }
        });
        match found {
            Some((name, at)) => {
                let what = format!("`{name}` is a field of results, and nothing has run yet");
                Err(Error { text: self.text.clone(), at, what })
            }
            None => Ok(()),
        }
    }

    /// Returns the text of the filter.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn any(patterns: &[Glob], value: &str) -> bool {
    patterns.iter().any(|pattern| pattern.is_match(value))
}

/// Matches a script by its name, with or without `.wast`, or by its path, with or without the suite.
fn file_fits(patterns: &[Glob], suite: &str, file: &str) -> bool {
    let name = file.rsplit('/').next().unwrap_or(file);
    patterns.iter().any(|pattern| {
        if pattern.is_path() {
            pattern.is_match(file) || pattern.is_match(&format!("{suite}/{file}"))
        } else {
            pattern.is_match(name) || pattern.is_match(name.trim_end_matches(".wast"))
        }
    })
}

fn task_fits(script: &ScriptFile, engine: &str, mode: &str, field: Field, patterns: &[Glob]) -> bool {
    match field {
        Field::Engine => any(patterns, engine),
        Field::Mode => any(patterns, mode),
        Field::Suite => any(patterns, &script.suite),
        Field::File => file_fits(patterns, &script.suite, &script.file),
        Field::Proposal => any(patterns, &script.proposal),
        Field::Spec => any(patterns, &script.spec),
        Field::Phase => script.phase.is_some_and(|phase| any(patterns, &phase.to_string())),
        // `check_for_tasks` rejects the other fields.
        _ => false,
    }
}

fn row_fits(row: &Row, field: Field, patterns: &[Glob]) -> bool {
    let subject = || suite::subject(&row.proposal);
    match field {
        Field::Engine => any(patterns, &row.engine),
        Field::Mode => any(patterns, &row.mode),
        Field::Suite => any(patterns, &row.suite),
        Field::File => file_fits(patterns, &row.suite, &row.file),
        Field::Proposal => any(patterns, &row.proposal),
        Field::Spec => any(patterns, subject().map_or("", |s| &s.spec)),
        Field::Phase => subject().is_some_and(|s| any(patterns, &s.phase.to_string())),
        Field::Directive => any(patterns, &row.directive),
        Field::Line => any(patterns, &row.line.to_string()),
        Field::Feature => row.features.split('+').any(|feature| any(patterns, feature)),
        Field::Outcome => any(patterns, row.outcome.name()),
        Field::Detail => any(patterns, &row.detail),
        Field::Target => any(patterns, &row.target),
        Field::Version => any(patterns, &row.engine_version),
        Field::Revision => any(patterns, &row.revision),
        Field::Run => any(patterns, &row.run),
    }
}

#[cfg(test)]
mod tests;
