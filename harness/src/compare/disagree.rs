//! Directives on which two engines, or two modes of one, disagree.

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

/// What to look at.
pub struct Options<'a> {
    /// Whether only directives count that both support.
    pub supported: bool,
    /// Most disagreements that are kept.
    pub limit: usize,
    /// Which rows are looked at.
    pub wanted: &'a dyn Fn(&Row) -> bool,
}

/// What was found.
#[derive(Debug)]
pub struct Disagreements {
    names: [String; 2],
    first: Vec<[Row; 2]>,
    /// How many there are, by the two outcomes.
    counts: BTreeMap<[Outcome; 2], u64>,
    /// Directives that both have, and scripts.
    both: u64,
    /// How many of these are scripts as a whole: an engine that runs whole ones says no more.
    scripts: u64,
    /// Directives that only one has.
    alone: [u64; 2],
}

/// The one column of some reports that an engine's name, or engine and mode, stands for.
///
/// # Errors
/// There is none, or more than one.
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
/// The reports can't be read.
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

/// Whether this is what there is of a script that was run as a whole.
fn is_whole(rows: &[Row]) -> bool {
    matches!(rows, [row] if row.directive == SCRIPT)
}

/// What came of a script as a whole: of its directives the worst, and of these the first. It passes if all of them pass.
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
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.values().sum()
    }

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

    /// Writes them, both results one below the other.
    ///
    /// # Errors
    /// They can't be written.
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
