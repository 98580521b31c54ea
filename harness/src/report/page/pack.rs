//! Data of the report page, packed by column.
//!
//! An outcome is one character for each directive and column; details are stored only where there are any. A script
//! that the reports have in several revisions is one list of directives: the revisions are aligned, so that an index in
//! the list means the same directive in all of them. Runs of different revisions can therefore be compared by index.

use crate::alignment::pairs;
use crate::model::{Outcome, Row};
use crate::report::counts::Counts;
use crate::report::csv;
use crate::report::index::{Column, ScriptKey};
use crate::report::portability::{self, PortabilityRow};
use crate::report::severity::severity;
use crate::suite::{self, SubjectKind};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Code of a directive that a column did not run.
const NOT_RUN: char = ' ';

/// Line difference that means that the revision has no such directive.
const NO_LINE: i64 = -1;

/// Maximum length of a detail, in characters. Longer ones are unreadable on a page.
const MAX_DETAIL: usize = 2000;

/// Returns the character that stands for an outcome.
fn code(outcome: Outcome) -> char {
    match outcome {
        Outcome::Pass => 'p',
        Outcome::Fail => 'f',
        Outcome::Xfail => 'x',
        Outcome::Xpass => 'X',
        Outcome::Unsupported => 'u',
        Outcome::Skip => 's',
        Outcome::Crash => 'c',
        Outcome::Timeout => 't',
    }
}

/// Interner: gives equal values one number.
struct Interner<T> {
    numbers: HashMap<T, usize>,
    values: Vec<T>,
}

impl<T> Default for Interner<T> {
    fn default() -> Self {
        Self { numbers: HashMap::new(), values: Vec::new() }
    }
}

impl<T: Clone + Eq + std::hash::Hash> Interner<T> {
    fn number(&mut self, value: &T) -> usize {
        if let Some(&number) = self.numbers.get(value) {
            return number;
        }
        let number = self.values.len();
        self.numbers.insert(value.clone(), number);
        self.values.push(value.clone());
        number
    }
}

/// An outcome, for the page's script.
#[derive(Serialize)]
struct OutcomeEntry {
    code: char,
    name: &'static str,
    red: bool,
    /// Severity, independent of expectations; none if the directive was skipped.
    rank: Option<u8>,
}

/// Name and revision of a suite.
type SuiteEntry = (String, String);

/// A version of the spec, or a proposal.
#[derive(Serialize)]
struct Subject {
    name: String,
    title: String,
    spec: String,
    phase: Option<u8>,
    version: bool,
}

/// A column of an older run, of which the page has only the counts.
#[derive(Serialize)]
struct HistoryColumn {
    #[serde(flatten)]
    column: Column,
    /// Counts by subject.
    counts: Vec<Vec<u64>>,
}

/// Data of the matrix. It is small, so the page shows it at once.
#[derive(Serialize)]
pub(super) struct Overview {
    outcomes: Vec<OutcomeEntry>,
    /// Columns of `run.csv`; its rows are `runs`.
    run_columns: &'static [&'static str],
    runs: Vec<Vec<String>>,
    columns: Vec<Column>,
    suites: Vec<SuiteEntry>,
    subjects: Vec<Subject>,
    /// For each column, its counts by subject, in the order of `outcomes`.
    counts: Vec<Vec<Vec<u64>>>,
    past: Vec<HistoryColumn>,
    scripts: usize,
    directives: usize,
}

/// A script with the directives of all of its revisions.
#[derive(Serialize)]
struct PackedScript {
    file: String,
    subject: usize,
    /// Revisions of the script, as numbers of suites.
    suites: Vec<usize>,
    /// For each revision, the delta-encoded lines of its directives, or [`NO_LINE`].
    lines: Vec<Vec<i64>>,
    kinds: Vec<usize>,
    features: Vec<usize>,
    /// For each column, the index of the revision that it ran; empty if there is only one.
    ran: Vec<usize>,
}

/// All rows.
#[derive(Serialize)]
pub(super) struct Rows {
    scripts: Vec<PackedScript>,
    kinds: Vec<String>,
    features: Vec<String>,
    texts: Vec<String>,
    /// For each column, one code per directive.
    outcomes: Vec<String>,
    /// For each column, pairs of the distance from the last directive with a detail, and the number of the detail.
    details: Vec<Vec<usize>>,
}

/// Source texts of scripts, each once.
#[derive(Default, Serialize)]
pub(super) struct Sources {
    texts: Vec<String>,
    /// For each script and each of its revisions, the number of its text, if the text is known.
    of: Vec<Vec<Option<usize>>>,
}

/// Identity of a directive in a revision of a script: line, kind, and number among those of its kind on the line.
type DirectiveKey = (u32, String, u32);

/// Result of a directive in one column.
struct ColumnResult {
    column: usize,
    outcome: Outcome,
    detail: usize,
}

/// A directive in all revisions of its script.
struct Directive {
    /// Line in each revision.
    lines: Vec<Option<u32>>,
    kind: String,
    features: String,
    seen: Vec<ColumnResult>,
}

/// Packs rows, one script at a time.
pub(super) struct Packer {
    columns: Vec<Column>,
    suites: Interner<SuiteEntry>,
    subjects: Interner<String>,
    kinds: Interner<String>,
    features: Interner<String>,
    texts: Interner<String>,
    scripts: Vec<PackedScript>,
    outcomes: Vec<String>,
    details: Vec<Vec<usize>>,
    /// For each column, the index of its last directive with a detail.
    last: Vec<usize>,
    counts: Vec<BTreeMap<usize, Counts>>,
    directives: usize,
}

impl Packer {
    pub(super) fn new(columns: &BTreeSet<Column>) -> Self {
        Self {
            columns: columns.iter().cloned().collect(),
            suites: Interner::default(),
            subjects: Interner::default(),
            kinds: Interner::default(),
            features: Interner::default(),
            texts: Interner::default(),
            scripts: Vec::new(),
            outcomes: vec![String::new(); columns.len()],
            details: vec![Vec::new(); columns.len()],
            last: vec![0; columns.len()],
            counts: vec![BTreeMap::new(); columns.len()],
            directives: 0,
        }
    }

    /// Adds all rows of a script, those of all columns and revisions, in the order of reports.
    pub(super) fn add(&mut self, key: &ScriptKey, rows: &[Row]) {
        let Some(newest) = rows.last() else { return };
        let subject = self.subjects.number(&newest.proposal);
        let mut script = PackedScript {
            file: key.1.clone(),
            subject,
            suites: Vec::new(),
            lines: Vec::new(),
            kinds: Vec::new(),
            features: Vec::new(),
            ran: vec![0; self.columns.len()],
        };
        let mut all = Vec::new();
        for (number, rows) in rows.chunk_by(|a, b| a.revision == b.revision).enumerate() {
            script.suites.push(self.suites.number(&(key.0.clone(), rows[0].revision.clone())));
            let revision = self.revision(number, rows, subject);
            for seen in revision.iter().flat_map(|directive| &directive.seen) {
                script.ran[seen.column] = number;
            }
            all = merge(all, revision, number);
        }
        script.lines = (0..script.suites.len()).map(|number| line_deltas(&all, number)).collect();
        if script.suites.len() == 1 {
            script.ran.clear();
        }
        for directive in all {
            script.kinds.push(self.kinds.number(&directive.kind));
            script.features.push(self.features.number(&directive.features));
            self.push(&directive.seen);
        }
        self.scripts.push(script);
    }

    /// Collects the directives of one revision.
    fn revision(&mut self, number: usize, rows: &[Row], subject: usize) -> Vec<Directive> {
        let mut directives: BTreeMap<DirectiveKey, Directive> = BTreeMap::new();
        // Rows of a column on the same line differ in kind, or are identified by their order.
        let mut nth: HashMap<(usize, u32, &str), u32> = HashMap::new();
        for row in rows {
            let Some(column) = self.columns.iter().position(|column| is_of(row, column)) else { continue };
            self.counts[column].entry(subject).or_default().add(row.outcome);
            let counter = nth.entry((column, row.line, &row.directive)).or_default();
            *counter += 1;
            let directive = directives.entry((row.line, row.directive.clone(), *counter)).or_insert_with(|| {
                let mut lines = vec![None; number + 1];
                lines[number] = Some(row.line);
                Directive { lines, kind: row.directive.clone(), features: String::new(), seen: Vec::new() }
            });
            // A row of a module that was not instantiated has no features.
            if row.features.len() > directive.features.len() {
                directive.features.clone_from(&row.features);
            }
            let detail = if row.detail.is_empty() { 0 } else { 1 + self.texts.number(&shortened(&row.detail)) };
            directive.seen.push(ColumnResult { column, outcome: row.outcome, detail });
        }
        directives.into_values().collect()
    }

    /// Appends the results of one directive.
    fn push(&mut self, seen: &[ColumnResult]) {
        for codes in &mut self.outcomes {
            codes.push(NOT_RUN);
        }
        for &ColumnResult { column, outcome, detail } in seen {
            self.outcomes[column].pop();
            self.outcomes[column].push(code(outcome));
            if detail > 0 {
                self.details[column].extend([self.directives - self.last[column], detail - 1]);
                self.last[column] = self.directives;
            }
        }
        self.directives += 1;
    }

    /// Collects the text of each script in each revision, if `text` has it.
    pub(super) fn sources(&self, text: impl Fn(&SuiteEntry, &str) -> Option<String>) -> Sources {
        let mut texts = Interner::default();
        let mut of = Vec::new();
        for script in &self.scripts {
            let numbers = script.suites.iter().map(|suite| text(&self.suites.values[*suite], &script.file));
            of.push(numbers.map(|text| text.map(|text| texts.number(&text))).collect());
        }
        Sources { texts: texts.values, of }
    }

    /// Finishes packing. `past` are the counts of older runs.
    pub(super) fn finish(mut self, runs: Vec<Vec<String>>, past: &[PortabilityRow]) -> (Overview, Rows) {
        let mut earlier: BTreeMap<Column, BTreeMap<usize, Counts>> = BTreeMap::new();
        for line in past {
            let column = Column {
                engine: line.engine.clone(),
                mode: line.mode.clone(),
                version: line.engine_version.clone(),
                target: line.target.clone(),
                run: line.run.clone(),
            };
            let subject = self.subjects.number(&line.proposal);
            earlier.entry(column).or_default().entry(subject).or_default().merge(&line.counts);
        }
        // A column with rows has its counts already.
        earlier.retain(|column, _| !self.columns.contains(column));
        // Subjects are sorted as in the matrix.
        let mut order: Vec<usize> = (0..self.subjects.values.len()).collect();
        order.sort_by_key(|subject| portability::rank(&self.subjects.values[*subject]));
        let numbers = |counts: &BTreeMap<usize, Counts>| -> Vec<Vec<u64>> {
            let of = |subject| counts.get(subject).copied().unwrap_or_default();
            order.iter().map(|subject| Outcome::ALL.map(|outcome| of(subject).of(outcome)).to_vec()).collect()
        };
        let counts = self.counts.iter().map(numbers).collect();
        let past =
            earlier.iter().map(|(column, counts)| HistoryColumn { column: column.clone(), counts: numbers(counts) });
        for script in &mut self.scripts {
            script.subject = order.iter().position(|subject| *subject == script.subject).unwrap_or(0);
        }
        let outcomes = Outcome::ALL.map(|outcome| OutcomeEntry {
            code: code(outcome),
            name: outcome.name(),
            red: outcome.is_red(),
            rank: severity(outcome, ""),
        });
        let overview = Overview {
            outcomes: outcomes.into(),
            run_columns: &csv::RUN_COLUMNS,
            runs,
            past: past.collect(),
            columns: self.columns,
            suites: self.suites.values,
            subjects: order.iter().map(|number| subject(&self.subjects.values[*number])).collect(),
            counts,
            scripts: self.scripts.len(),
            directives: self.directives,
        };
        let rows = Rows {
            scripts: self.scripts,
            kinds: self.kinds.values,
            features: self.features.values,
            texts: self.texts.values,
            outcomes: self.outcomes,
            details: self.details,
        };
        (overview, rows)
    }
}

/// Returns whether a row belongs to a column.
fn is_of(row: &Row, column: &Column) -> bool {
    row.mode == column.mode
        && row.engine == column.engine
        && row.run == column.run
        && row.engine_version == column.version
        && row.target == column.target
}

/// Merges a revision of a script into the list of the earlier revisions.
fn merge(mut before: Vec<Directive>, revision: Vec<Directive>, number: usize) -> Vec<Directive> {
    if number == 0 {
        return revision;
    }
    // Aligned by kind alone, since the known features depend on the engines that ran the revision.
    fn kinds(directives: &[Directive]) -> Vec<&str> {
        directives.iter().map(|directive| directive.kind.as_str()).collect()
    }
    let pairs = pairs(&kinds(&before), &kinds(&revision));
    for directive in &mut before {
        directive.lines.push(None);
    }
    let (mut old, mut new) = (before.into_iter(), revision.into_iter());
    let merged = pairs.into_iter().filter_map(|(before, now)| {
        // Pairs have the indices of both sides in order, so the next directive is the one of the pair.
        match (before.and_then(|_| old.next()), now.and_then(|_| new.next())) {
            (Some(mut old), Some(new)) => {
                old.lines[number] = new.lines[number];
                old.seen.extend(new.seen);
                if !new.features.is_empty() {
                    old.features = new.features;
                }
                Some(old)
            }
            (old, new) => old.or(new),
        }
    });
    merged.collect()
}

/// Delta-encodes the lines of a revision.
fn line_deltas(directives: &[Directive], revision: usize) -> Vec<i64> {
    let mut last = 0;
    let delta = |directive: &Directive| match directive.lines.get(revision).copied().flatten() {
        Some(line) => i64::from(line) - std::mem::replace(&mut last, i64::from(line)),
        None => NO_LINE,
    };
    directives.iter().map(delta).collect()
}

/// Describes a version of the spec or a proposal by its name, which may be unknown.
fn subject(name: &str) -> Subject {
    match suite::subject(name) {
        Some(known) => Subject {
            name: known.name.clone(),
            title: known.title.clone(),
            spec: known.spec.clone(),
            phase: Some(known.phase),
            version: known.kind == SubjectKind::Spec,
        },
        None => {
            Subject { name: name.to_owned(), title: String::new(), spec: String::new(), phase: None, version: false }
        }
    }
}

/// Shortens a detail to [`MAX_DETAIL`].
fn shortened(detail: &str) -> String {
    match detail.char_indices().nth(MAX_DETAIL) {
        None => detail.to_owned(),
        Some((end, _)) => format!("{}... ({} characters)", &detail[..end], detail.chars().count()),
    }
}
