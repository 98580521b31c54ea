//! The filter language: which scripts to run, which rows to look at.
//!
//! ```text
//! filter    = and { "|" and }                      "or" is another word for "|"
//! and       = not { "&" not }                      "and" is another word for "&"
//! not       = "!" not | "(" filter ")" | test      "not" is another word for "!"
//! test      = name "(" pattern { "," pattern } ")" | "all()" | "none()"
//! ```
//!
//! `engine(vm) & proposal(simd) & !file(simd_load*)` means the VM, on what belongs to fixed-width SIMD, but for scripts
//! whose names begin with `simd_load`. In a pattern, `*` and `?` stand for any characters, `[ab]` and `{ab,cd}` for one
//! of a choice. Of several patterns, one has to fit. What `!` stands before ends first, then `&`, then `|`.
//!
//! Names are those of [`Field`]. What came of a directive can only be asked of rows, not of what is still to run.

mod parse;
mod syntax;

pub use syntax::{Error, Field};

use crate::glob::Glob;
use crate::model::Row;
use crate::suite::{self, ScriptFile};
use crate::task::Task;
use std::str::FromStr;
use syntax::Node;

/// A filter that has been read.
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
    /// Whether a row is wanted.
    #[must_use]
    pub fn row(&self, row: &Row) -> bool {
        self.root.holds(&|field, patterns| row_fits(row, field, patterns))
    }

    /// Whether a task is wanted.
    #[must_use]
    pub fn task(&self, task: &Task<'_>) -> bool {
        self.root.holds(&|field, patterns| task_fits(task.script, &task.on.engine, &task.on.mode, field, patterns))
    }

    /// Makes sure that the filter only asks what is known before anything has run.
    ///
    /// # Errors
    /// It asks for more.
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
                let what = format!("`{name}` is known only of what has run");
                Err(Error { text: self.text.clone(), at, what })
            }
            None => Ok(()),
        }
    }

    /// The filter as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn any(patterns: &[Glob], value: &str) -> bool {
    patterns.iter().any(|pattern| pattern.is_match(value))
}

/// A script's name with and without its ending, and its path with and without the suite.
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
        // Refused by `check_for_tasks`.
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
