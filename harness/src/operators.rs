//! Operator coverage: counts outcomes by the operators that directives use.
//!
//! A directive that instantiates a module uses all operators in it. A directive that calls a function uses the
//! operators that the call can reach within the function's module: those of the function and of its callees. A call
//! through a table, a reference or a continuation can reach every function whose reference the module takes. Calls of
//! imports are not followed. Directives on invalid, malformed or unlinkable modules use no operators, since none of
//! them ever runs.

mod names;
mod usage;

use crate::escape::csv::guarded;
use crate::escape::markdown::plain;
use crate::model::{Outcome, Row};
use crate::report::index::ScriptKey;
use crate::report::{self, Counter, Counts, Reports, markdown};
use crate::suite::Suite;
use names::table;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};
use usage::{OperatorSet, UsageByDirective};

/// Columns of the CSV table, in order.
pub const COLUMNS: [&str; 17] = [
    "operator",
    "proposal",
    "engine",
    "engine_version",
    "mode",
    "target",
    "run",
    "total",
    "pass",
    "fail",
    "xfail",
    "xpass",
    "unsupported",
    "skip",
    "crash",
    "timeout",
    "rate",
];

/// Engine, mode, version, target, run.
type ColumnKey = [String; 5];

/// Counts of outcomes for each operator and column.
#[derive(Debug, Default)]
pub struct Coverage {
    columns: BTreeMap<ColumnKey, HashMap<usize, Counts>>,
    /// Scripts whose text this machine does not have in the revision that was run.
    missing: BTreeSet<String>,
    /// Number of directives in the missing scripts.
    lost: u64,
}

/// Counts the rows that match `wanted` by operator. The scripts' texts come from `suites`.
///
/// # Errors
///
/// If a report cannot be read.
pub fn coverage(
    suites: &[Suite],
    reports: &mut Reports,
    wanted: &dyn Fn(&Row) -> bool,
) -> Result<Coverage, report::Error> {
    let mut counter = Counter::default();
    reports.each::<report::Error>(|rows| {
        rows.iter().filter(|row| wanted(row)).for_each(|row| counter.add(row));
        Ok(())
    })?;
    let scripts: HashMap<(&str, &str, &str), _> = suites
        .iter()
        .flat_map(|suite| &suite.scripts)
        .map(|script| ((script.suite.as_str(), script.revision.as_str(), script.file.as_str()), script))
        .collect();
    let mut coverage = Coverage::default();
    let keys: Vec<ScriptKey> = reports.scripts().cloned().collect();
    for key in keys {
        let mut uses: HashMap<String, Option<UsageByDirective>> = HashMap::new();
        for row in reports.rows(&key)?.into_iter().filter(wanted) {
            let found = uses.entry(row.revision.clone()).or_insert_with(|| {
                let script = scripts.get(&(row.suite.as_str(), row.revision.as_str(), row.file.as_str()))?;
                usage::of_script(&script.source().ok()?)
            });
            let Some(found) = found else {
                coverage.missing.insert(format!("{}/{} of revision {}", row.suite, row.file, row.revision));
                coverage.lost += 1;
                continue;
            };
            if let Some(set) = found.get(&(row.line, row.directive.clone())) {
                coverage.add(&row, &counter, set);
            }
        }
    }
    Ok(coverage)
}

impl Coverage {
    fn add(&mut self, row: &Row, counter: &Counter, set: &OperatorSet) {
        let run = counter.run_of(row);
        let column = [&row.engine, &row.mode, &row.engine_version, &row.target].map(Clone::clone);
        let [engine, mode, version, target] = column;
        let cells = self.columns.entry([engine, mode, version, target, run]).or_default();
        for operator in set.iter() {
            cells.entry(operator).or_default().add(row.outcome);
        }
    }

    fn cell(&self, column: &ColumnKey, operator: usize) -> Counts {
        self.columns.get(column).and_then(|cells| cells.get(&operator)).copied().unwrap_or_default()
    }

    /// Returns the operators that a directive uses, and those that no directive uses.
    fn operators(&self) -> (Vec<usize>, Vec<usize>) {
        let used: BTreeSet<usize> = self.columns.values().flat_map(|cells| cells.keys().copied()).collect();
        (0..table().len()).partition(|operator| used.contains(operator))
    }

    /// Writes CSV with one row per operator and column.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub fn write_csv(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut writer = csv::Writer::from_writer(out);
        writer.write_record(COLUMNS)?;
        for operator in 0..table().len() {
            for column in self.columns.keys() {
                let counts = self.cell(column, operator);
                let [engine, mode, version, target, run] = column;
                let (name, proposal) = &table()[operator];
                let names = [name, proposal, engine, version, mode, target, run].map(|name| guarded(name).into_owned());
                let numbers = std::iter::once(counts.total()).chain(Outcome::ALL.map(|outcome| counts.of(outcome)));
                let rate = counts.rate().map(|rate| format!("{rate:.6}")).unwrap_or_default();
                writer.write_record(names.into_iter().chain(numbers.map(|n| n.to_string())).chain([rate]))?;
            }
        }
        writer.flush()
    }

    /// Writes a Markdown table with one row per operator.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub fn write_markdown(&self, out: &mut dyn Write) -> io::Result<()> {
        let identities: BTreeSet<markdown::Column<'_>> = self
            .columns
            .keys()
            .map(|[engine, mode, version, target, run]| {
                (engine.as_str(), mode.as_str(), version.as_str(), target.as_str(), run.as_str())
            })
            .collect();
        let (used, unused) = self.operators();
        let mut header = vec!["operator".to_owned(), "proposal".to_owned()];
        header.extend(markdown::heads(&identities));
        let mut body = vec![header];
        for operator in &used {
            let (name, proposal) = &table()[*operator];
            let cells = self.columns.keys().map(|column| match self.cell(column, *operator) {
                counts if counts.total() == 0 => String::new(),
                counts => markdown::cell(&counts),
            });
            body.push([name.clone(), proposal.clone()].into_iter().chain(cells).collect());
        }
        writeln!(out, "{}", markdown::layout(&body))?;
        let all = used.len() + unused.len();
        for (head, column) in markdown::heads(&identities).iter().zip(self.columns.keys()) {
            let passing = used.iter().filter(|operator| self.cell(column, **operator).of(Outcome::Pass) > 0).count();
            let red = |operator: &&usize| self.cell(column, **operator).rate() == Some(1.0);
            let whole = used.iter().filter(red).count();
            writeln!(
                out,
                "- {}: a directive passes for {passing} of {all} operators, every directive that uses it for {whole}",
                plain(head)
            )?;
        }
        write_unused(&unused, out)?;
        if self.lost > 0 {
            let (lost, scripts) = (self.lost, self.missing.len());
            let first: Vec<String> = self.missing.iter().take(3).map(|script| plain(script)).collect();
            writeln!(
                out,
                "\nNot counted: {lost} directives of {scripts} scripts that this machine does not have, such as {}.",
                first.join(", ")
            )?;
        }
        write!(out, "\n{}", markdown::LEGEND)
    }
}

/// Writes the operators that no directive uses. For a proposal without any used operator, it writes only their number.
fn write_unused(unused: &[usize], out: &mut dyn Write) -> io::Result<()> {
    let mut proposals: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for operator in unused {
        let (name, proposal) = &table()[*operator];
        proposals.entry(proposal).or_default().push(name);
    }
    let mut parts = Vec::new();
    for (proposal, names) in proposals {
        let all = table().iter().filter(|(_, its)| its == proposal).count();
        parts.push(match names.len() {
            n if n == all => format!("any of the {n} of {proposal}"),
            _ => names.join(", "),
        });
    }
    if parts.is_empty() { Ok(()) } else { writeln!(out, "\nNo directive uses {}.", parts.join(", ")) }
}

#[cfg(test)]
mod tests;
