//! Counts of outcomes by proposal, engine, mode and target.

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
    /// The version of the spec, or the version that the proposal is part of; empty if it is part of none.
    pub spec: String,
    /// Name of the version of the spec (such as `wasm-v2`) or of the proposal.
    pub proposal: String,
    /// Phase of the proposal; `None` for an unknown proposal.
    pub phase: Option<u8>,
    /// Engine.
    pub engine: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Configuration of the engine.
    pub mode: String,
    /// Architecture and operating system, such as `x86_64-linux`.
    pub target: String,
    /// Number of directives for each outcome.
    pub counts: Counts,
}

/// Sort key of a proposal: each version of the spec is followed by its proposals; then come proposals that are part of
/// no version, by descending phase; unknown ones are last.
pub(super) type Rank = (bool, String, bool, u8, String);

pub(super) fn rank(proposal: &str) -> Rank {
    match subject(proposal) {
        None => (true, String::new(), true, u8::MAX, proposal.to_owned()),
        Some(s) => {
            (s.spec.is_empty(), s.spec.clone(), s.kind != SubjectKind::Spec, 5 - s.phase.min(5), proposal.to_owned())
        }
    }
}

/// Counts any number of rows. Its memory grows only with the numbers of scripts and columns.
#[derive(Debug, Default)]
pub struct Counter {
    names: NameTable,
    /// Counts by proposal, column and run.
    counts: HashMap<(u32, ColumnIds, u32), Counts>,
    /// The run that a script (suite, file) of a column belongs to.
    covered: HashMap<(u32, u32, ColumnIds), u32>,
    /// Columns in which two runs have a script in common. The counts of these runs must not be added.
    apart: HashSet<ColumnIds>,
    /// Numbers of the names in the previous row, since most rows have the same names as the one before.
    last: Option<[u32; 8]>,
}

/// Numbers of the names of engine, version, mode and target.
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

    /// Returns the run of a counted row if its column has several runs with a common script, else an empty string.
    pub(crate) fn run_of(&self, row: &Row) -> String {
        let number = |name: &String| self.names.known(name);
        let column = [&row.engine, &row.engine_version, &row.mode, &row.target].map(number);
        let [Some(a), Some(b), Some(c), Some(d)] = column else { return row.run.clone() };
        if self.apart.contains(&[a, b, c, d]) { row.run.clone() } else { String::new() }
    }

    /// Returns the counts as rows of `portability.csv`.
    ///
    /// Runs without a common script, such as partitions, become one row, with their names joined by `+`. Runs of the
    /// same script on the same engine stay separate.
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
        // The sort is stable, so lines of one proposal stay in the order of their keys.
        all.sort_by_cached_key(|line| rank(&line.proposal));
        all
    }
}

/// Interner of names, so that counting a row allocates no strings.
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

    /// Returns the number of a name; faster than [`Self::number`] if `guess` is right.
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
