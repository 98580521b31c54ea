//! Disagreements: directives whose severity differs between two engines or modes.

use super::align::by_line;
use crate::escape::write_line;
use crate::model::{Outcome, Row};
use crate::report::index::{Column, ScriptKey};
use crate::report::one_line::short;
use crate::report::severity::severity;
use crate::report::{Error, Reports};
use crate::task::SCRIPT;
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Options of the search for disagreements.
pub struct Options<'a> {
    /// Whether to leave out directives that are unsupported or skipped on either engine.
    pub supported: bool,
    /// Maximum number of disagreements to keep.
    pub limit: usize,
    /// Predicate of the rows to compare.
    pub wanted: &'a dyn Fn(&Row) -> bool,
}

/// Disagreements of two columns: counts, and the first of them.
#[derive(Debug)]
pub struct Disagreements {
    names: [String; 2],
    first: Vec<[Row; 2]>,
    /// Number of disagreements, by the two outcomes.
    counts: BTreeMap<[Outcome; 2], u64>,
    /// Number of directives, or whole scripts, that both columns have.
    both: u64,
    /// Number of whole scripts among these. A runner gives one verdict for a script.
    scripts: u64,
    /// Number of directives that only one column has.
    alone: [u64; 2],
}

/// Finds the column of a name, which is an engine, or an engine and a mode such as `vm:o3`.
///
/// # Errors
///
/// If no column, or more than one, has that name.
pub fn column(reports: &Reports, name: &str) -> Result<Column, String> {
    let all = || reports.columns().iter();
    let named: Vec<&Column> = match name.split_once(':') {
        Some((engine, mode)) if !all().any(|column| column.engine == name) => {
            all().filter(|column| column.engine == engine && column.mode == mode).collect()
        }
        _ => all().filter(|column| column.engine == name).collect(),
    };
    match named[..] {
        [one] => Ok(one.clone()),
        [] => {
            let mut known: Vec<String> = all().map(|c| format!("`{}:{}`", c.engine, c.mode)).collect();
            known.dedup();
            let known = if known.is_empty() { "no rows".to_owned() } else { known.join(", ") };
            Err(format!("there is no `{name}` in the report; there are {known}"))
        }
        _ => {
            let known: Vec<String> = named
                .iter()
                .map(|c| format!("`{}:{}` ({}, {}, run {})", c.engine, c.mode, c.version, c.target, c.run))
                .collect();
            Err(format!("`{name}` may be {}; name one of them, or a report that has only one", known.join(" or ")))
        }
    }
}

/// Finds the directives on which two columns disagree.
///
/// # Errors
///
/// If the reports cannot be read.
pub fn find(
    reports: &mut Reports,
    left: &Column,
    right: &Column,
    options: &Options<'_>,
) -> Result<Disagreements, Error> {
    let mut found = Disagreements {
        names: [left, right].map(|column| format!("{} {}", column.engine, column.mode)),
        first: Vec::new(),
        counts: BTreeMap::new(),
        both: 0,
        scripts: 0,
        alone: [0; 2],
    };
    let keys: Vec<ScriptKey> = reports.scripts().cloned().collect();
    for key in keys {
        let rows: Vec<Row> = reports.rows(&key)?.into_iter().filter(|row| (options.wanted)(row)).collect();
        let of = |column: &Column| -> Vec<Row> {
            let fits = |row: &&Row| {
                (&row.engine, &row.mode, &row.engine_version, &row.target, &row.run)
                    == (&column.engine, &column.mode, &column.version, &column.target, &column.run)
            };
            rows.iter().filter(fits).cloned().collect()
        };
        let mut both = [of(left), of(right)];
        if both.iter().any(|rows| is_whole(rows)) {
            both = both.map(|rows| whole(&rows).into_iter().collect());
        }
        let [its, others] = both;
        for pair in by_line(&its, &others) {
            match pair {
                (Some(a), Some(b)) => found.judge(a, b, options),
                (Some(_), None) => found.alone[0] += 1,
                _ => found.alone[1] += 1,
            }
        }
    }
    Ok(found)
}

/// Returns whether the rows of a script are the verdict of a runner on the whole script.
fn is_whole(rows: &[Row]) -> bool {
    matches!(rows, [row] if row.directive == SCRIPT)
}

/// Reduces the rows of a script to one: the first of those with the highest severity. It passes if all of them pass.
fn whole(rows: &[Row]) -> Option<Row> {
    let worst = rows.iter().map(|row| severity(row.outcome, &row.detail)).max()?;
    let first = rows.iter().find(|row| severity(row.outcome, &row.detail) == worst)?.clone();
    let detail = match worst {
        Some(0) => String::new(),
        _ if first.directive == SCRIPT => first.detail,
        _ => format!("line {}, {}: {}", first.line, first.directive, first.detail),
    };
    Some(Row { line: 1, directive: SCRIPT.to_owned(), detail, ..first })
}

impl Disagreements {
    /// Returns the number of disagreements.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Compares the results of one directive on both columns.
    fn judge(&mut self, a: &Row, b: &Row, options: &Options<'_>) {
        self.both += 1;
        self.scripts += u64::from(a.directive == SCRIPT);
        let severities = [a, b].map(|row| severity(row.outcome, &row.detail));
        let left_out = |row: &Row| matches!(row.outcome, Outcome::Unsupported | Outcome::Skip);
        if severities[0] == severities[1] || options.supported && (left_out(a) || left_out(b)) {
            return;
        }
        *self.counts.entry([a.outcome, b.outcome]).or_default() += 1;
        if self.first.len() < options.limit {
            self.first.push([a.clone(), b.clone()]);
        }
    }

    /// Writes the disagreements as text, both results of each one below the other.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let width = self.names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
        for pair in &self.first {
            let Row { suite, file, line, directive, .. } = &pair[0];
            write_line!(out, "{suite}/{file}:{line} {directive}")?;
            for (name, row) in self.names.iter().zip(pair) {
                let colon = if row.detail.is_empty() { "" } else { ": " };
                write_line!(out, "    {name:<width$}  {}{colon}{}", row.outcome, short(&row.detail))?;
            }
        }
        let rest = self.count() - self.first.len() as u64;
        if rest > 0 {
            write_line!(out, "... and {rest} more")?;
        }
        let [left, right] = &self.names;
        let what = match self.scripts {
            0 => "directives",
            scripts if scripts == self.both => "scripts",
            _ => "scripts and directives",
        };
        write_line!(out, "{left} and {right} disagree on {} of {} {what}", self.count(), self.both)?;
        for ([a, b], count) in &self.counts {
            write_line!(out, "    {left} {a}, {right} {b}: {count}")?;
        }
        for (name, alone) in self.names.iter().zip(self.alone) {
            if alone > 0 {
                write_line!(out, "only {name} has {alone} more")?;
            }
        }
        Ok(())
    }
}
