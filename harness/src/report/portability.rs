//! Raw rows, counted: one line a version of the spec or proposal, engine, mode and target.

use super::Counts;
use crate::model::Row;
use crate::suite::{Kind, subject};
use std::collections::BTreeMap;

/// One row of `portability.csv`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Portability {
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
        Some(s) => (s.spec.is_empty(), s.spec.clone(), s.kind != Kind::Spec, 5 - s.phase.min(5), proposal.to_owned()),
    }
}

/// Counts rows.
#[must_use]
pub fn portability(rows: &[Row]) -> Vec<Portability> {
    let mut lines: BTreeMap<[&str; 6], Counts> = BTreeMap::new();
    for row in rows {
        let key =
            [&row.proposal, &row.engine, &row.engine_version, &row.mode, &row.target, &row.run].map(String::as_str);
        lines.entry(key).or_default().add(row.outcome);
    }
    let mut all: Vec<Portability> = lines
        .into_iter()
        .map(|(key, counts)| {
            let [proposal, engine, engine_version, mode, target, run] = key.map(str::to_owned);
            let known = subject(&proposal);
            let (spec, phase) = (known.map_or(String::new(), |s| s.spec.clone()), known.map(|s| s.phase));
            Portability { run, spec, proposal, phase, engine, engine_version, mode, target, counts }
        })
        .collect();
    // Stable: within a line's rank, the order of the keys.
    all.sort_by_cached_key(|line| rank(&line.proposal));
    all
}
