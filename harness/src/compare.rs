//! What changed between two runs, and whose fault it is.
//!
//! A directive's **truth** is what the engine made of it, whatever was expected: an `xfail` failed and an `xpass` passed.
//! Truths are ranked: it passes; the engine says that it does not do this; it fails; it crashes or takes too long. What
//! sinks is a regression, what rises is a fix. An expectation can change an outcome, but no truth.
//!
//! A script is known by suite and file. Where the suite's revision is another and the script looks other than before
//! (not the same kinds of directives that need the same features on the same lines), its directives are aligned as a
//! text comparison would, and what changed is put down to the suite, because it cannot be known to be the engine's doing.
//! It is put down to the suite as well where neither engine nor harness changed.
//!
//! Scripts are compared one at a time, so that memory is bounded by the largest script and by `limit`.

pub(crate) mod align;
mod classify;
pub mod disagree;
pub mod format;

use crate::model::{Outcome, Row};
use crate::report::index::{Column, ScriptKey};
use crate::report::{Error, Reports};
use classify::{Context, Engines};
use std::collections::{BTreeMap, BTreeSet};

/// What kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// The truth sank. This is what a comparison is red for.
    Regression,
    /// The truth sank, and an expectation says so: somebody has seen it, and given a reason.
    Accepted,
    /// The truth rose.
    Fix,
    /// Run on one side only, being skipped on the other.
    Skip,
    /// The truth changed together with the script.
    Suite,
    /// The outcome changed because an expectation came or went.
    Expectation,
    /// Only in the later run.
    New,
    /// Only in the earlier run.
    Removed,
}

impl Class {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Regression,
        Self::Accepted,
        Self::Fix,
        Self::Skip,
        Self::Suite,
        Self::Expectation,
        Self::New,
        Self::Removed,
    ];

    /// What one of them is called, and what many are.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Regression => "regressions",
            Self::Accepted => "regressions that an expectation accepts",
            Self::Fix => "fixes",
            Self::Skip => "skipped on one side",
            Self::Suite => "changed with the suite",
            Self::Expectation => "changed with the expectations only",
            Self::New => "new directives",
            Self::Removed => "removed directives",
        }
    }
}

/// What came of a directive on one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Line in the script.
    pub line: u32,
    /// What came of it.
    pub outcome: Outcome,
    /// What was seen instead, and so on.
    pub detail: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Of which kind.
    pub class: Class,
    /// Suite of the script.
    pub suite: String,
    /// The script.
    pub file: String,
    /// Kind of the directive.
    pub directive: String,
    /// Engine, mode and what else tells the column from others.
    pub column: String,
    /// What was; none of what is new.
    pub base: Option<Side>,
    /// What is; none of what is removed.
    pub head: Option<Side>,
}

impl Change {
    /// The line to look at: that of the later run, if it is there.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.head.as_ref().or(self.base.as_ref()).map_or(1, |side| side.line)
    }
}

/// What became of a script on one engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many directives there are in the later run.
    pub directives: u64,
    /// How many changes there are, of each kind.
    pub changes: BTreeMap<Class, u64>,
}

/// A comparison. Counts are complete; of changes there are the first of each kind.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// How many changes there are.
    pub counts: BTreeMap<Class, u64>,
    /// The first changes of each kind.
    pub changes: BTreeMap<Class, Vec<Change>>,
    /// How many directives are in both runs and came out alike.
    pub unchanged: u64,
    /// New directives that are not as expected.
    pub new_red: u64,
    /// Each script on each engine.
    pub scripts: BTreeMap<(String, String), BTreeMap<String, Tally>>,
    /// Engines and modes that only the earlier run has.
    pub only_base: Vec<String>,
    /// Engines and modes that only the later run has.
    pub only_head: Vec<String>,
    /// Suites whose revision changed: name, before, now.
    pub revisions: BTreeSet<(String, String, String)>,
    /// Engines whose version changed: column, before, now.
    pub versions: BTreeSet<(String, String, String)>,
}

impl Comparison {
    /// How many changes of a kind there are.
    #[must_use]
    pub fn count(&self, class: Class) -> u64 {
        self.counts.get(&class).copied().unwrap_or(0)
    }

    /// How many directives were looked at, on either side.
    #[must_use]
    pub fn looked_at(&self) -> u64 {
        self.unchanged + self.counts.values().sum::<u64>()
    }

    /// Whether anything got worse that nobody has accepted.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.count(Class::Regression) > 0
    }

    fn add(&mut self, change: Change, limit: usize) {
        *self.counts.entry(change.class).or_default() += 1;
        let changes = self.changes.entry(change.class).or_default();
        if changes.len() < limit {
            changes.push(change);
        }
    }
}

/// What to compare and how.
pub struct Options<'a> {
    /// Most changes of each kind that are kept.
    pub limit: usize,
    /// Which rows are looked at.
    pub wanted: &'a dyn Fn(&Row) -> bool,
}

/// Compares two reports, or two sets of them.
///
/// # Errors
/// A report can't be read.
pub fn compare(base: &mut Reports, head: &mut Reports, options: &Options<'_>) -> Result<Comparison, Error> {
    let engines = Engines::new(base, head);
    let mut all = Comparison::default();
    engines.describe(&mut all);
    let keys: BTreeSet<ScriptKey> = base.scripts().chain(head.scripts()).cloned().collect();
    for key in keys {
        let before = by_column(base.rows(&key)?, &engines, options);
        let mut now = by_column(head.rows(&key)?, &engines, options);
        for (column, rows) in before {
            let context = Context { key: &key, column: &column, engines: &engines };
            context.compare(&rows, &now.remove(&column).unwrap_or_default(), options.limit, &mut all);
        }
        for (column, rows) in now {
            let context = Context { key: &key, column: &column, engines: &engines };
            context.compare(&[], &rows, options.limit, &mut all);
        }
    }
    Ok(all)
}

/// Rows by what they ran on, if both runs have that; in the order of lines.
fn by_column(rows: Vec<Row>, engines: &Engines, options: &Options<'_>) -> BTreeMap<String, Vec<Row>> {
    let mut columns: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows {
        if let Some(name) = engines.shared(&row).filter(|_| (options.wanted)(&row)) {
            columns.entry(name.to_owned()).or_default().push(row);
        }
    }
    columns
}

/// What tells a column from others in two runs that may be of different versions.
fn short(column: &Column) -> [&str; 3] {
    [&column.engine, &column.mode, &column.target]
}

/// How good a result is, whatever was expected; `None` if there is none.
#[must_use]
pub fn rank(outcome: Outcome, detail: &str) -> Option<u8> {
    match outcome {
        Outcome::Pass | Outcome::Xpass => Some(0),
        Outcome::Unsupported => Some(1),
        Outcome::Crash | Outcome::Timeout => Some(3),
        // `reason (crash: SIGSEGV)`: see `expect`.
        Outcome::Xfail if detail.contains(" (crash: ") || detail.contains(" (timeout: ") => Some(3),
        Outcome::Fail | Outcome::Xfail => Some(2),
        Outcome::Skip => None,
    }
}

#[cfg(test)]
mod tests;
