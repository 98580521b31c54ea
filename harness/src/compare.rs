//! Comparison of two runs: what changed, and whether the engine, the suite or an expectation changed it.
//!
//! Directives are compared by **severity**, which is independent of expectations: an `xfail` is a failure and an
//! `xpass` a pass. In order of severity, a directive passes, is unsupported, fails, or crashes or times out. A change
//! to a higher severity is a regression, a change to a lower one a fix. An expectation changes an outcome, but no
//! severity.
//!
//! A script is identified by suite and file. If its revision and its shape changed (the kinds, features and lines of
//! its directives), its directives are aligned as lines of a text comparison are. Changes of such a script are
//! attributed to the suite, because nothing shows that the engine caused them. They are also attributed to the suite if
//! neither engine nor harness changed.
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

/// Options of a comparison.
pub struct Options<'a> {
    /// Maximum number of changes of each kind to keep.
    pub limit: usize,
    /// Predicate of the rows to compare.
    pub wanted: &'a dyn Fn(&Row) -> bool,
}

/// Compares two sets of reports.
///
/// # Errors
///
/// If a report cannot be read.
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

/// Groups rows by the engine and mode that they ran on, if both runs have it; within a group, in the order of lines.
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
