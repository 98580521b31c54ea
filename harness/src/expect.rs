//! Expectations: directives that are known to come out otherwise than their scripts say, as data with reasons.
//!
//! A file of expectations is CSV with the columns of [`COLUMNS`]. `*` stands for any suite, file, line, engine, mode or
//! target. Where more than one row speaks of a directive, the one with the fewest `*` decides.

pub mod update;

use crate::engine::catalogue;
use crate::model::{Outcome, Row};
use crate::script;
use crate::suite::ScriptFile;
use crate::{data, escape, regular_file};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};

/// Name of a file of expectations in a folder.
pub const FILE: &str = "expectations.csv";

/// Columns of a file of expectations, in order.
pub const COLUMNS: [&str; 9] = ["suite", "file", "line", "engine", "mode", "target", "outcome", "reason", "link"];

/// Returns the text of the file of expectations that is compiled in.
pub(crate) fn built_in() -> &'static str {
    data::text(FILE).unwrap_or_default()
}

/// How many columns, from the first on, say which directives are meant.
const KEYS: usize = 6;

/// Why expectations can't be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file can't be read.
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A row is wrong.
    #[error("{file}:{line}: {what}")]
    Row {
        /// Which file.
        file: String,
        /// Which line, from 1.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
}

/// Between outcomes of which any may come.
const ANY: &str = "|";

#[derive(Clone, Debug)]
struct Expectation {
    origin: (String, u64),
    /// The first [`KEYS`] columns; `None` where there is a `*`.
    keys: [Option<String>; KEYS],
    /// Any of these: more than one where it differs from run to run, or with the machine.
    outcomes: Vec<Outcome>,
    reason: String,
    matched: bool,
}

/// A row that spoke of what was run, and yet of no directive.
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

/// What is known to come out otherwise than scripts say.
#[derive(Clone, Debug, Default)]
pub struct Expectations {
    all: Vec<Expectation>,
    /// Places in `all` by file, for there are many rows and few of them speak of any one file.
    by_file: HashMap<String, Vec<usize>>,
    /// Places in `all` of those that speak of any file.
    any_file: Vec<usize>,
}

impl Expectations {
    /// The expectations that are compiled in, and those in [`FILE`] in each of `dirs` that has one.
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

    /// No expectations but those in one file.
    ///
    /// # Errors
    /// The file can't be read; a row is wrong.
    pub fn from_file(path: &Path) -> Result<Self, Error> {
        let text = regular_file::text(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        let mut this = Self::default();
        this.add(&escape::path(path), &text)?;
        Ok(this)
    }

    fn add(&mut self, file: &str, text: &str) -> Result<(), Error> {
        let fault = |line: u64, what: String| Error::Row { file: file.to_owned(), line, what };
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let broken = |e: csv::Error| fault(e.position().map_or(1, csv::Position::line), csv_fault(&e));
        let header = reader.headers().map_err(broken)?.clone();
        if !header.iter().eq(COLUMNS) {
            return Err(fault(1, format!("columns must be `{}`", COLUMNS.join(","))));
        }
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let line = record.position().map_or(0, csv::Position::line);
            let fields: Vec<&str> = record.iter().map(escape::csv::unguarded).collect();
            let expectation = expectation(file, line, &fields).map_err(|what| fault(line, what))?;
            let places = match &expectation.keys[1] {
                Some(file) => self.by_file.entry(file.clone()).or_default(),
                None => &mut self.any_file,
            };
            if let Some(other) = places.iter().map(|i| &self.all[*i]).find(|e| e.keys == expectation.keys) {
                return Err(fault(line, format!("{}:{} is about the same", other.origin.0, other.origin.1)));
            }
            places.push(self.all.len());
            self.all.push(expectation);
        }
        Ok(())
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is no row.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Turns the outcome of `row` into what it is in the light of the expectations.
    ///
    /// What fails, crashes or times out just as expected becomes `xfail`; what passes although something else is
    /// expected becomes `xpass`; an expected `unsupported` or `skip` stays what it is, and so does all the rest. What only
    /// follows from an expected failure is expected as well.
    ///
    /// Of an engine in another version than the one that was measured, passing is no news.
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
        // What is known of the directive itself comes before what is known of the one that it depends on.
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

    /// Rows that speak of scripts, engines and modes that were run, and yet matched no directive.
    ///
    /// `configurations` are engines and modes. Ask after all rows were judged.
    #[must_use]
    pub fn stale(&self, selected: &[&ScriptFile], configurations: &[(String, String)], target: &str) -> Vec<Stale> {
        let on = |script| configurations.iter().map(move |(engine, mode)| (script, engine.as_str(), mode.as_str()));
        let ran: Vec<_> = selected.iter().flat_map(|script| on(*script)).collect();
        self.stale_among(&ran, target)
    }

    /// The same where not every script ran on every engine: `ran` are scripts with engine and mode.
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

/// Number of columns without a `*`, then which: the earlier, the more specific.
type Specificity = (usize, [bool; KEYS]);

impl Expectation {
    fn covers(&self, keys: &[&str; KEYS]) -> bool {
        self.keys.iter().zip(keys).all(|(mine, its)| mine.as_ref().is_none_or(|mine| mine == its))
    }

    fn specificity(&self) -> Specificity {
        let given = self.keys.each_ref().map(Option::is_some);
        (given.iter().filter(|g| **g).count(), given)
    }
}

fn expectation(file: &str, line: u64, fields: &[&str]) -> Result<Expectation, String> {
    let [suite, script, at, engine, mode, target, outcome, reason, link] = *fields else {
        return Err(format!("{} fields, not {}", fields.len(), COLUMNS.len()));
    };
    for (column, field) in COLUMNS.iter().zip(fields) {
        if field.trim().is_empty() {
            return Err(format!("`{column}` is empty"));
        }
    }
    if at != "*" && at.parse().map_or(true, |n: u32| n == 0 || n.to_string() != at) {
        return Err(format!("`{at}` is no line"));
    }
    let outcomes = outcome.split(ANY).map(str::parse).collect::<Result<Vec<Outcome>, _>>()?;
    if let Some(outcome) = outcomes.iter().find(|outcome| matches!(outcome, Outcome::Xfail | Outcome::Xpass)) {
        return Err(format!("`{outcome}` is what comes of an expectation, expect `fail` or `pass`"));
    }
    if !link.starts_with("https://") {
        return Err(format!("`{link}` is no https link"));
    }
    let keys = [suite, script, at, engine, mode, target].map(|key| (key != "*").then(|| key.to_owned()));
    Ok(Expectation { origin: (file.to_owned(), line), keys, outcomes, reason: reason.to_owned(), matched: false })
}

fn csv_fault(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} fields, not {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "not UTF-8".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
