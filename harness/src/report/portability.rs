//! Raw rows, counted: one line a version of the spec or proposal, engine, mode and target.

use super::counts::Counts;
use crate::model::Row;
use crate::suite::{SubjectKind, subject};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

/// One row of `portability.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortabilityRow {
    /// Name of the run.
    pub run: String,
    /// Version of the spec that it is, or that the proposal entered; empty when in none.
    pub spec: String,
    /// Name of the version or proposal.
    pub proposal: String,
    /// Phase of the proposal; `None` for scripts that belong to nothing known.
    pub phase: Option<u8>,
    /// Engine.
    pub engine: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Configuration of the engine.
    pub mode: String,
    /// Architecture-os.
    pub target: String,
    /// What came of its directives.
    pub counts: Counts,
}

/// Where a line stands: a version of the spec, then the proposals that entered it; what is in none after all versions,
/// the further the earlier; what is unknown last.
pub(super) type Rank = (bool, String, bool, u8, String);

pub(super) fn rank(proposal: &str) -> Rank {
    match subject(proposal) {
        None => (true, String::new(), true, u8::MAX, proposal.to_owned()),
        Some(s) => {
            (s.spec.is_empty(), s.spec.clone(), s.kind != SubjectKind::Spec, 5 - s.phase.min(5), proposal.to_owned())
        }
    }
}

/// Counts rows, any number of them: what it keeps grows with scripts and columns alone.
#[derive(Debug, Default)]
pub struct Counter {
    names: NameTable,
    /// By proposal, column and run.
    counts: HashMap<(u32, ColumnIds, u32), Counts>,
    /// The run that a script (suite, file) of a column was in.
    covered: HashMap<(u32, u32, ColumnIds), u32>,
    /// Columns in which two runs have a script in common, so that their counts must not be added.
    apart: HashSet<ColumnIds>,
    /// Numbers of the names in the row before: most rows have the same.
    last: Option<[u32; 8]>,
}

/// Engine, its version, mode and target, by the numbers of their names.
type ColumnIds = [u32; 4];

impl Counter {
    /// Counts a row.
    pub fn add(&mut self, row: &Row) {
        let Row { run, suite, file, proposal, engine, engine_version, mode, target, .. } = row;
        let mut guesses = self.last.unwrap_or_default().into_iter();
        let numbers = [engine, engine_version, mode, target, suite, file, run, proposal]
            .map(|name| self.names.number_like(guesses.next().unwrap_or_default(), name));
        let [engine, version, mode, target, suite, file, run, proposal] = numbers;
        let column = [engine, version, mode, target];
        if self.last.replace(numbers) != Some(numbers)
            && *self.covered.entry((suite, file, column)).or_insert(run) != run
        {
            self.apart.insert(column);
        }
        self.counts.entry((proposal, column, run)).or_default().add(row.outcome);
    }

    /// The run of a row that was counted, if it has to be told from others; else nothing.
    pub(crate) fn run_of(&self, row: &Row) -> String {
        let number = |name: &String| self.names.known(name);
        let column = [&row.engine, &row.engine_version, &row.mode, &row.target].map(number);
        let [Some(a), Some(b), Some(c), Some(d)] = column else { return row.run.clone() };
        if self.apart.contains(&[a, b, c, d]) { row.run.clone() } else { String::new() }
    }

    /// What was counted. Runs that are parts of one another's suites, such as partitions, come as one, their names
    /// joined by `+`; runs of the same script on the same engine stay apart.
    #[must_use]
    pub fn lines(&self) -> Vec<PortabilityRow> {
        let mut runs: HashMap<ColumnIds, BTreeSet<&str>> = HashMap::new();
        for (_, column, run) in self.counts.keys() {
            runs.entry(*column).or_default().insert(self.names.name(*run));
        }
        let joined: HashMap<ColumnIds, String> =
            runs.into_iter().map(|(column, runs)| (column, runs.into_iter().collect::<Vec<_>>().join("+"))).collect();
        let mut lines: BTreeMap<[&str; 6], Counts> = BTreeMap::new();
        for ((proposal, column, run), counts) in &self.counts {
            let [engine, version, mode, target] = column.map(|name| self.names.name(name));
            let run = match joined.get(column) {
                Some(all) if !self.apart.contains(column) => all,
                _ => self.names.name(*run),
            };
            lines.entry([self.names.name(*proposal), engine, version, mode, target, run]).or_default().merge(counts);
        }
        let mut all: Vec<PortabilityRow> = lines
            .into_iter()
            .map(|(key, counts)| {
                let [proposal, engine, engine_version, mode, target, run] = key.map(str::to_owned);
                let known = subject(&proposal);
                let (spec, phase) = (known.map_or(String::new(), |s| s.spec.clone()), known.map(|s| s.phase));
                PortabilityRow { run, spec, proposal, phase, engine, engine_version, mode, target, counts }
            })
            .collect();
        // Stable: within a line's rank, the order of the keys.
        all.sort_by_cached_key(|line| rank(&line.proposal));
        all
    }
}

/// Numbers for names, so that a row need not be taken apart into strings to be counted.
#[derive(Debug, Default)]
pub(crate) struct NameTable {
    numbers: HashMap<Arc<str>, u32>,
    names: Vec<Arc<str>>,
}

impl NameTable {
    pub(crate) fn number(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = u32::try_from(self.names.len()).unwrap_or(u32::MAX);
        let name: Arc<str> = name.into();
        self.names.push(Arc::clone(&name));
        self.numbers.insert(name, number);
        number
    }

    /// The same, quick if the guess is right.
    fn number_like(&mut self, guess: u32, name: &str) -> u32 {
        match self.names.get(guess as usize) {
            Some(known) if **known == *name => guess,
            _ => self.number(name),
        }
    }

    pub(crate) fn known(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn name(&self, number: u32) -> &str {
        &self.names[number as usize]
    }
}
