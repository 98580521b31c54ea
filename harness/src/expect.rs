//! Expectations: rows of data about directives that do not come out as their scripts say, with reasons.
//!
//! A file of expectations is CSV with the columns of [`COLUMNS`]. `*` matches any suite, file, line, engine, mode or
//! target. If several rows match a directive, the one with the fewest `*` decides.

mod error;
mod expectation;
pub mod update;

pub use error::Error;
pub use expectation::{COLUMNS, FILE};

use crate::engine::catalogue;
use crate::model::{Outcome, Row};
use crate::script;
use crate::suite::ScriptFile;
use crate::{data, escape, regular_file};
use expectation::{ANY, Expectation, Specificity};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// Returns the text of the file of expectations that is compiled in.
pub(crate) fn built_in() -> &'static str {
    data::text(FILE).unwrap_or_default()
}

/// A row about a script, engine and mode that ran, which matched no directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// File of the row.
    pub file: String,
    /// Line of the row, from 1.
    pub line: u64,
    /// The row's suite, file, line, engine, mode and target.
    pub keys: String,
}

impl std::fmt::Display for Stale {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: no directive matches `{}`", self.file, self.line, self.keys)
    }
}

/// A set of expectations, which records the rows that have matched a directive.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    all: Vec<Expectation>,
    /// Indices in `all` by file. There are thousands of rows, and few of them are about any one file.
    by_file: HashMap<String, Vec<usize>>,
    /// Indices in `all` of the rows with `*` as file.
    any_file: Vec<usize>,
}

impl Expectations {
    /// Loads the expectations that are compiled in, and those of [`FILE`] in each of `dirs` that has it.
    ///
    /// # Errors
    /// A file can't be read; a row is wrong.
    pub fn load(dirs: &[PathBuf]) -> Result<Self, Error> {
        let mut this = Self::default();
        this.add(&format!("data/{FILE}"), built_in())?;
        for dir in dirs {
            let path = dir.join(FILE);
            match regular_file::text(&path) {
                Ok(text) => this.add(&escape::path(&path), &text)?,
                Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {}
                Err(source) => return Err(Error::Read { path, source }),
            }
        }
        Ok(this)
    }

    /// Loads only the expectations of one file.
    ///
    /// # Errors
    /// The file can't be read; a row is wrong.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let text = regular_file::text(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let mut this = Self::default();
        this.add(&escape::path(path), &text)?;
        Ok(this)
    }

    /// Adds the rows of a file. Two rows with the same keys are an error.
    fn add(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let fault = |line: u64, what: String| Error::Row { file: file.to_owned(), line, what };
        for record in expectation::reader(file, text)?.records() {
            let record = record.map_err(|error| Error::from_csv(file, &error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let fields: Vec<&str> = record.iter().map(escape::csv::unguarded).collect();
            let expectation = Expectation::new(file, line, &fields).map_err(|what| fault(line, what))?;
            let indices = match &expectation.keys[1] {
                Some(file) => self.by_file.entry(file.clone()).or_default(),
                None => &mut self.any_file,
            };
            if let Some(other) = indices.iter().map(|i| &self.all[*i]).find(|e| e.keys == expectation.keys) {
                return Err(fault(line, format!("{}:{} has the same keys", other.origin.0, other.origin.1)));
            }
            indices.push(self.all.len());
            self.all.push(expectation);
        }
        Ok(())
    }

    /// Returns the number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Applies the expectations to the outcome of `row`.
    ///
    /// A failure, crash or timeout that is expected becomes `xfail`, and so does one that only follows from an expected
    /// failure. A pass becomes `xpass` if something else is expected. All other outcomes stay, an expected
    /// `unsupported` or `skip` among them.
    ///
    /// If the engine's version is not the one that its expectations were measured with, a pass stays a pass.
    pub fn judge(&mut self, row: &mut Row) {
        let about_file = self.by_file.get(&row.file).map_or(&[][..], Vec::as_slice);
        if about_file.is_empty() && self.any_file.is_empty() {
            return;
        }
        let line = row.line.to_string();
        let mut best = |line: &str| {
            let keys = [&row.suite, &row.file, line, &row.engine, &row.mode, &row.target];
            let mut best: Option<(Specificity, usize)> = None;
            for &i in about_file.iter().chain(&self.any_file) {
                let expectation = &mut self.all[i];
                if expectation.covers(&keys) {
                    expectation.matched = true;
                    best = best.max(Some((expectation.specificity(), i)));
                }
            }
            best
        };
        // A row about the directive itself takes precedence over one about the directive that it depends on.
        let best = best(&line).or_else(|| script::cause(&row.detail).and_then(best));
        let Some((_, i)) = best else { return };
        let Expectation { outcomes, reason, .. } = &self.all[i];
        let expected = outcomes.contains(&row.outcome);
        match row.outcome {
            Outcome::Pass if expected || !catalogue::is_measured(&row.engine, &row.engine_version) => {}
            Outcome::Pass => {
                row.outcome = Outcome::Xpass;
                let outcomes = outcomes.iter().map(|outcome| outcome.name()).collect::<Vec<_>>().join(ANY);
                row.detail = format!("expected {outcomes}: {reason}");
            }
            seen @ (Outcome::Fail | Outcome::Crash | Outcome::Timeout) if expected => {
                row.outcome = Outcome::Xfail;
                row.detail = format!("{reason} ({seen}: {})", row.detail);
            }
            _ => {}
        }
    }

    /// Returns the rows about scripts, engines and modes that ran that matched no directive. All rows of the run must
    /// have been judged.
    ///
    /// Every script ran on every configuration, a pair of engine and mode.
    #[must_use]
    pub fn stale(&self, selected: &[&ScriptFile], configurations: &[(String, String)], target: &str) -> Vec<Stale> {
        let on = |script| configurations.iter().map(move |(engine, mode)| (script, engine.as_str(), mode.as_str()));
        let ran: Vec<_> = selected.iter().flat_map(|script| on(*script)).collect();
        self.stale_among(&ran, target)
    }

    /// Like [`Self::stale`], if not every script ran on every engine: `ran` holds script, engine and mode.
    #[must_use]
    pub fn stale_among(&self, ran: &[(&ScriptFile, &str, &str)], target: &str) -> Vec<Stale> {
        let fits = |key: &Option<String>, value: &str| key.as_ref().is_none_or(|k| k == value);
        let applies = |e: &&Expectation| {
            let [suite, file, _, engine, mode, on] = &e.keys;
            fits(on, target)
                && ran.iter().any(|(script, its_engine, its_mode)| {
                    fits(suite, &script.suite)
                        && fits(file, &script.file)
                        && fits(engine, its_engine)
                        && fits(mode, its_mode)
                })
        };
        let unmatched = self.all.iter().filter(|e| !e.matched).filter(applies);
        unmatched
            .map(|e| Stale {
                file: e.origin.0.clone(),
                line: e.origin.1,
                keys: e.keys.each_ref().map(|k| k.as_deref().unwrap_or("*")).join(","),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
