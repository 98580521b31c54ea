//! Classification of changes: regression, fix, or caused by the suite or by expectations.

use super::align::{Pair, align};
use super::change::{Change, ChangeKind, Comparison, Side, Tally};
use crate::model::{Outcome, Row};
use crate::report::Reports;
use crate::report::index::{Column, ScriptKey};
use crate::report::severity::severity;
use crate::task::SCRIPT;
use std::collections::{BTreeMap, BTreeSet};

/// Index of the harness's revision in a row of `run.csv`.
const REVISION: usize = 4;

/// Engines, modes and targets of two runs.
pub(super) struct Engines {
    /// Names of the columns that both runs have.
    shared: BTreeMap<[String; 3], String>,
    only_base: Vec<String>,
    only_head: Vec<String>,
    /// Whether a run has several versions of one engine, so that columns are identified by version too.
    versioned: bool,
    versions: BTreeSet<(String, String, String)>,
    /// Whether both runs are from the same build of the harness, which includes its in-process engines.
    same_harness: bool,
}

impl Engines {
    pub(super) fn new(base: &Reports, head: &Reports) -> Self {
        let versioned = [base, head].into_iter().any(|reports| {
            let engines: BTreeSet<_> = reports.columns().iter().map(short).collect();
            let versions: BTreeSet<_> = reports.columns().iter().map(|c| (short(c), &c.version)).collect();
            versions.len() > engines.len()
        });
        let keys = |reports: &Reports| -> BTreeSet<[String; 3]> {
            reports.columns().iter().map(|column| key_of(column, versioned)).collect()
        };
        let (old, new) = (keys(base), keys(head));
        let targets: BTreeSet<&String> = old.union(&new).map(|[_, _, target]| target).collect();
        let name = |[engine, mode, target]: &[String; 3]| {
            if targets.len() > 1 { format!("{engine} {mode} {target}") } else { format!("{engine} {mode}") }
        };
        let mut versions = BTreeSet::new();
        for (a, b) in base.columns().iter().flat_map(|a| head.columns().iter().map(move |b| (a, b))) {
            if !versioned && short(a) == short(b) && a.version != b.version {
                versions.insert((name(&key_of(a, false)), a.version.clone(), b.version.clone()));
            }
        }
        let harness = |reports: &Reports| -> BTreeSet<String> {
            reports.runs().iter().filter_map(|run| run.get(REVISION).cloned()).collect()
        };
        let (its, ours) = (harness(base), harness(head));
        Self {
            shared: old.intersection(&new).map(|key| (key.clone(), name(key))).collect(),
            only_base: old.difference(&new).map(name).collect(),
            only_head: new.difference(&old).map(name).collect(),
            versioned,
            versions,
            // A build with uncommitted changes has no identity.
            same_harness: its.len() == 1 && its == ours && !its.iter().any(|name| name.ends_with("-dirty")),
        }
    }

    /// Adds the engines that cannot be compared, and changes of versions, to a comparison.
    pub(super) fn describe(&self, all: &mut Comparison) {
        all.only_base.clone_from(&self.only_base);
        all.only_head.clone_from(&self.only_head);
        all.versions.clone_from(&self.versions);
    }

    /// Returns the name of a row's column, if both runs have it.
    pub(super) fn shared(&self, row: &Row) -> Option<&str> {
        let engine = if self.versioned { format!("{} {}", row.engine, row.engine_version) } else { row.engine.clone() };
        self.shared.get(&[engine, row.mode.clone(), row.target.clone()]).map(String::as_str)
    }
}

fn key_of(column: &Column, versioned: bool) -> [String; 3] {
    let engine = if versioned { format!("{} {}", column.engine, column.version) } else { column.engine.clone() };
    [engine, column.mode.clone(), column.target.clone()]
}

/// Script and column of a change.
pub(super) struct Context<'a> {
    pub(super) key: &'a ScriptKey,
    pub(super) column: &'a str,
    pub(super) engines: &'a Engines,
}

impl Context<'_> {
    /// Compares the rows of one script on one column.
    pub(super) fn compare(&self, base: &[Row], head: &[Row], limit: usize, all: &mut Comparison) {
        let pinned = match (base.first(), head.first()) {
            (Some(a), Some(b)) if a.revision != b.revision => {
                all.revisions.insert((self.key.0.clone(), a.revision.clone(), b.revision.clone()));
                false
            }
            _ => true,
        };
        let (pairs, alike) = align(base, head, pinned);
        let mut tally = Tally { directives: head.len() as u64, ..Tally::default() };
        // A script that failed as a whole has one row and lacks all others. That is one regression.
        let broken = head.iter().any(|row| row.directive == SCRIPT && row.outcome.is_red());
        for pair in pairs {
            let kind = self.kind_of(pair, pinned, alike, broken && !base.is_empty());
            let Some(kind) = kind else {
                all.unchanged += 1;
                continue;
            };
            if let (ChangeKind::New, (_, Some(row))) = (kind, pair) {
                all.new_red += u64::from(row.outcome.is_red());
            }
            *tally.changes.entry(kind).or_default() += 1;
            all.add(self.change(kind, pair), limit);
        }
        let columns = all.scripts.entry(self.key.clone()).or_default();
        columns.insert(self.column.to_owned(), tally);
    }

    fn kind_of(&self, pair: Pair<'_>, pinned: bool, alike: bool, broken: bool) -> Option<ChangeKind> {
        let (base, head) = match pair {
            (Some(base), Some(head)) => (base, head),
            (None, Some(head)) if broken && head.directive == SCRIPT => return Some(ChangeKind::Regression),
            (None, _) => return Some(ChangeKind::New),
            (Some(_), None) => return Some(ChangeKind::Removed),
        };
        let (Some(before), Some(now)) = (severity(base.outcome, &base.detail), severity(head.outcome, &head.detail))
        else {
            return (base.outcome != head.outcome).then_some(ChangeKind::Skip);
        };
        let same_engine = self.engines.same_harness && base.engine_version == head.engine_version;
        match now.cmp(&before) {
            std::cmp::Ordering::Equal if base.outcome == head.outcome => None,
            std::cmp::Ordering::Equal if is_judged(base.outcome) || is_judged(head.outcome) => {
                Some(ChangeKind::Expectation)
            }
            // A crash and a timeout have the same severity.
            std::cmp::Ordering::Equal => None,
            _ if !pinned && (!alike || same_engine) => Some(ChangeKind::Suite),
            std::cmp::Ordering::Greater if head.outcome == Outcome::Xfail => Some(ChangeKind::Accepted),
            std::cmp::Ordering::Greater => Some(ChangeKind::Regression),
            std::cmp::Ordering::Less => Some(ChangeKind::Fix),
        }
    }

    fn change(&self, kind: ChangeKind, (base, head): Pair<'_>) -> Change {
        let side = |row: &Row| Side { line: row.line, outcome: row.outcome, detail: row.detail.clone() };
        Change {
            kind,
            suite: self.key.0.clone(),
            file: self.key.1.clone(),
            directive: head.or(base).map_or(String::new(), |row| row.directive.clone()),
            column: self.column.to_owned(),
            base: base.map(side),
            head: head.map(side),
        }
    }
}

/// Returns whether an expectation made an outcome.
fn is_judged(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Xfail | Outcome::Xpass)
}

/// Returns what identifies a column in two runs with different versions of its engine.
fn short(column: &Column) -> [&str; 3] {
    [&column.engine, &column.mode, &column.target]
}
