//! What the page knows, packed by column.
//!
//! A directive and a column are a letter, and what was seen instead takes room only where something was. A script that
//! runs have in several revisions is one list of directives: those of the revisions are aligned, so that a place in the
//! list means the same directive in all of them, and runs of different revisions can be compared place by place.

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

/// The code of a directive that a column did not run.
const ABSENT: char = ' ';

/// In the steps from line to line: the revision has no such directive.
const MISSING: i64 = -1;

/// Longest detail that is kept, in characters: one that is longer is nothing to read on a page.
const LONGEST: usize = 2000;

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

/// Values by number, each once.
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

/// An outcome, as the page's script has to know it.
#[derive(Serialize)]
struct OutcomeEntry {
    code: char,
    name: &'static str,
    red: bool,
    /// How good it is, whatever was expected; none if it says nothing of the engine.
    rank: Option<u8>,
}

/// Name and revision of a suite.
type SuiteEntry = (String, String);

/// What scripts belong to: a version of the spec, or a proposal.
#[derive(Serialize)]
struct Subject {
    name: String,
    title: String,
    spec: String,
    phase: Option<u8>,
    version: bool,
}

/// An engine in a mode in an older run, of which only the sums are known.
#[derive(Serialize)]
struct HistoryColumn {
    #[serde(flatten)]
    column: Column,
    /// Counts by subject.
    counts: Vec<Vec<u64>>,
}

/// What the matrix is made of: little, so that it is there at once.
#[derive(Serialize)]
pub(super) struct Overview {
    outcomes: Vec<OutcomeEntry>,
    /// Columns of `run.csv`, and its rows.
    run_columns: &'static [&'static str],
    runs: Vec<Vec<String>>,
    columns: Vec<Column>,
    suites: Vec<SuiteEntry>,
    subjects: Vec<Subject>,
    /// Of each column the counts by subject, in the order of `outcomes`.
    counts: Vec<Vec<Vec<u64>>>,
    past: Vec<HistoryColumn>,
    scripts: usize,
    directives: usize,
}

/// A script: its directives in all of its revisions.
#[derive(Serialize)]
struct PackedScript {
    file: String,
    subject: usize,
    /// Its revisions, by the numbers of their suites.
    suites: Vec<usize>,
    /// Of each revision, the first line and then steps, or [`MISSING`].
    lines: Vec<Vec<i64>>,
    kinds: Vec<usize>,
    features: Vec<usize>,
    /// Which of its revisions each column ran; none if there is but one.
    ran: Vec<usize>,
}

/// Every row.
#[derive(Serialize)]
pub(super) struct Rows {
    scripts: Vec<PackedScript>,
    kinds: Vec<String>,
    features: Vec<String>,
    texts: Vec<String>,
    /// Of each column a code a directive.
    outcomes: Vec<String>,
    /// Of each column steps from directive to directive, and what was seen there.
    details: Vec<Vec<usize>>,
}

/// The texts of scripts, each once.
#[derive(Default, Serialize)]
pub(super) struct Sources {
    texts: Vec<String>,
    /// Of each script and each of its revisions, which text it is, if that is known.
    of: Vec<Vec<Option<usize>>>,
}

/// A directive within its script and revision: its line, its kind, and which of its kind on that line.
type DirectiveKey = (u32, String, u32);

/// What a column made of a directive.
struct ColumnResult {
    column: usize,
    outcome: Outcome,
    detail: usize,
}

/// A directive in all revisions of its script.
struct Directive {
    /// Its line in each revision.
    lines: Vec<Option<u32>>,
    kind: String,
    features: String,
    seen: Vec<ColumnResult>,
}

/// Takes rows a script at a time, and packs them.
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
    /// Of each column, where its last detail was.
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
        script.lines = (0..script.suites.len()).map(|number| steps(&all, number)).collect();
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

    /// The directives of one revision.
    fn revision(&mut self, number: usize, rows: &[Row], subject: usize) -> Vec<Directive> {
        let mut directives: BTreeMap<DirectiveKey, Directive> = BTreeMap::new();
        // Rows of a column that stand together on a line differ in kind, or are told apart by their order.
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
            // Where the module was not even instantiated, nothing is known of its features.
            if row.features.len() > directive.features.len() {
                directive.features.clone_from(&row.features);
            }
            let detail = if row.detail.is_empty() { 0 } else { 1 + self.texts.number(&bounded(&row.detail)) };
            directive.seen.push(ColumnResult { column, outcome: row.outcome, detail });
        }
        directives.into_values().collect()
    }

    fn push(&mut self, seen: &[ColumnResult]) {
        for codes in &mut self.outcomes {
            codes.push(ABSENT);
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

    /// The text of each script in each revision, as far as `text` knows it.
    pub(super) fn sources(&self, text: impl Fn(&SuiteEntry, &str) -> Option<String>) -> Sources {
        let mut pool = Interner::default();
        let mut of = Vec::new();
        for script in &self.scripts {
            let numbers = script.suites.iter().map(|suite| text(&self.suites.values[*suite], &script.file));
            of.push(numbers.map(|text| text.map(|text| pool.number(&text))).collect());
        }
        Sources { texts: pool.values, of }
    }

    /// `past` are the counts of older runs.
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
        // A run that is here with its rows needs no sums.
        earlier.retain(|column, _| !self.columns.contains(column));
        // In the order in which tables show them.
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
        let head = Overview {
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
        (head, rows)
    }
}

fn is_of(row: &Row, column: &Column) -> bool {
    row.mode == column.mode
        && row.engine == column.engine
        && row.run == column.run
        && row.engine_version == column.version
        && row.target == column.target
}

/// Adds a revision of a script to those before it.
fn merge(mut before: Vec<Directive>, revision: Vec<Directive>, number: usize) -> Vec<Directive> {
    if number == 0 {
        return revision;
    }
    // By kind alone: how much is known of features depends on which engines ran the revision.
    fn kinds(directives: &[Directive]) -> Vec<&str> {
        directives.iter().map(|directive| directive.kind.as_str()).collect()
    }
    let pairs = pairs(&kinds(&before), &kinds(&revision));
    for directive in &mut before {
        directive.lines.push(None);
    }
    let (mut old, mut new) = (before.into_iter(), revision.into_iter());
    let merged = pairs.into_iter().filter_map(|(before, now)| {
        // Both sides come in their own order, so the next one is the one that is meant.
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

/// The lines of a revision: the first one, then steps.
fn steps(directives: &[Directive], revision: usize) -> Vec<i64> {
    let mut last = 0;
    let step = |directive: &Directive| match directive.lines.get(revision).copied().flatten() {
        Some(line) => i64::from(line) - std::mem::replace(&mut last, i64::from(line)),
        None => MISSING,
    };
    directives.iter().map(step).collect()
}

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

/// As much of a detail as there is room for.
fn bounded(detail: &str) -> String {
    match detail.char_indices().nth(LONGEST) {
        None => detail.to_owned(),
        Some((end, _)) => format!("{}... ({} characters)", &detail[..end], detail.chars().count()),
    }
}
