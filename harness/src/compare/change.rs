//! Changes between two runs, and the comparison that counts them.

use crate::model::Outcome;
use std::collections::{BTreeMap, BTreeSet};

/// What kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChangeKind {
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

impl ChangeKind {
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
    pub kind: ChangeKind,
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
    pub changes: BTreeMap<ChangeKind, u64>,
}

/// A comparison. Counts are complete; of changes there are the first of each kind.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// How many changes there are.
    pub counts: BTreeMap<ChangeKind, u64>,
    /// The first changes of each kind.
    pub changes: BTreeMap<ChangeKind, Vec<Change>>,
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
    pub fn count(&self, kind: ChangeKind) -> u64 {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// How many directives were looked at, on either side.
    #[must_use]
    pub fn looked_at(&self) -> u64 {
        self.unchanged + self.counts.values().sum::<u64>()
    }

    /// Whether anything got worse that nobody has accepted.
    #[must_use]
    pub fn is_red(&self) -> bool {
        self.count(ChangeKind::Regression) > 0
    }

    pub(super) fn add(&mut self, change: Change, limit: usize) {
        *self.counts.entry(change.kind).or_default() += 1;
        let changes = self.changes.entry(change.kind).or_default();
        if changes.len() < limit {
            changes.push(change);
        }
    }
}
