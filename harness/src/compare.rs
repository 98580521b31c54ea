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

mod align;
mod change;
mod classify;
pub mod disagree;
pub mod format;

pub use change::{Change, ChangeKind, Comparison, Side, Tally};

use crate::model::Row;
use crate::report::index::ScriptKey;
use crate::report::{Error, Reports};
use classify::{Context, Engines};
use std::collections::{BTreeMap, BTreeSet};

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

#[cfg(test)]
mod tests;
