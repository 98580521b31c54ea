//! Changes between two runs, and the comparison that counts them.

use crate::model::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// Kind of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
    /// The severity rose. Only these changes make a comparison red.
    Regression,
    /// The severity rose, and an expectation with a reason accepts it.
    Accepted,
    /// The severity fell.
    Fix,
    /// The directive was skipped in one of the runs.
    Skip,
    /// The severity changed together with the script.
    Suite,
    /// The outcome changed only because an expectation was added or removed.
    Expectation,
    /// The directive is only in the later run.
    New,
    /// The directive is only in the earlier run.
    Removed,
}

impl ChangeKind {
    /// All kinds, in the order in which formats list them.
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

    /// Returns the name of the kind in the plural.
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

/// Result of a directive in one of the two runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Line in the script.
    pub line: u32,
    /// Outcome.
    pub outcome: Outcome,
    /// Detail of the outcome, such as the value that was returned instead.
    pub detail: String,
}

/// A change of one directive on one engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Kind of the change.
    pub kind: ChangeKind,
    /// Suite of the script.
    pub suite: String,
    /// Script, relative to the suite.
    pub file: String,
    /// Kind of the directive.
    pub directive: String,
    /// Name of the column: engine, mode, and the target if there are several.
    pub column: String,
    /// Result in the earlier run; none if the directive is new.
    pub base: Option<Side>,
    /// Result in the later run; none if the directive was removed.
    pub head: Option<Side>,
}

impl Change {
    /// Returns the line of the directive in the later run, or in the earlier one if it was removed.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.head.as_ref().or(self.base.as_ref()).map_or(1, |side| side.line)
    }
}

/// Numbers of changes of a script on one engine.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Number of directives in the later run.
    pub directives: u64,
    /// Number of changes of each kind.
    pub changes: BTreeMap<ChangeKind, u64>,
}

/// Result of a comparison. Counts are complete; the lists of changes are limited.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Number of changes of each kind.
    pub counts: BTreeMap<ChangeKind, u64>,
    /// The first changes of each kind.
    pub changes: BTreeMap<ChangeKind, Vec<Change>>,
    /// Number of directives that are in both runs and did not change.
    pub unchanged: u64,
    /// Number of new directives with unexpected outcomes.
    pub new_red: u64,
    /// Changes of each script (suite, file) by column.
    pub scripts: BTreeMap<(String, String), BTreeMap<String, Tally>>,
    /// Columns that only the earlier run has.
    pub only_base: Vec<String>,
    /// Columns that only the later run has.
    pub only_head: Vec<String>,
    /// Suites whose revision changed: name, revision before, revision after.
    pub revisions: BTreeSet<(String, String, String)>,
    /// Engines whose version changed: column, version before, version after.
    pub versions: BTreeSet<(String, String, String)>,
}

impl Comparison {
    /// Returns the number of changes of a kind.
    #[must_use]
    pub fn count(&self, kind: ChangeKind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// Returns the number of directives that were compared, new and removed ones included.
    #[must_use]
    pub fn compared(&self) -> u64 {
        self.unchanged + self.counts.values().sum::<u64>()
    }

    /// Returns whether there are regressions.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.count(ChangeKind::Regression) > 0
    }

    /// Counts a change, and keeps it if there are fewer than `limit` of its kind.
    pub(super) fn add(&mut self, change: Change, limit: usize) {
        *self.counts.entry(change.kind).or_default() += 1;
        let changes = self.changes.entry(change.kind).or_default();
        if changes.len() < limit {
            changes.push(change);
        }
    }
}
