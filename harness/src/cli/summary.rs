//! The end of a run, on one screen, and its exit code.

use crate::expect::Stale;
use crate::model::{Outcome, Row};
use crate::recorder::is_malformed;
use crate::report::{Run, Summary};
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Most red directives that are named.
const NAMED: usize = 20;

/// Longest matrix that is shown, in lines.
const MATRIX: usize = 30;

/// Longest detail that is shown, in characters.
const DETAIL: usize = 160;

/// How a run ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ending {
    /// Ctrl-C was pressed.
    pub(super) interrupted: bool,
    /// A script is no script.
    pub(super) malformed: bool,
    /// A directive is not as expected.
    pub(super) red: bool,
    /// An expectation speaks of nothing.
    pub(super) stale: bool,
}

impl Ending {
    pub(super) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self { interrupted: true, .. } => 130,
            Self { malformed: true, .. } => 2,
            Self { red: true, .. } | Self { stale: true, .. } => 1,
            _ => 0,
        })
    }
}

/// Shows what came of a run.
pub(super) fn print(
    out: &mut dyn Write,
    summary: &Summary,
    run: &Run,
    red: &[Row],
    stale: &[Stale],
    dir: &Path,
) -> io::Result<()> {
    if summary.matrix.lines().count() <= MATRIX {
        writeln!(out, "{}\n", summary.matrix.trim_end())?;
    }
    for row in red.iter().take(NAMED) {
        let Row { suite, file, line, directive, engine, mode, outcome, detail, .. } = row;
        writeln!(out, "{outcome}: {suite}/{file}:{line} {directive} on {engine} {mode}: {}", short(detail))?;
    }
    if red.len() > NAMED {
        writeln!(out, "... and {} more, all in {}", red.len() - NAMED, dir.join("conformance.csv").display())?;
    }
    for stale in stale.iter().take(NAMED) {
        writeln!(out, "stale expectation: {stale}")?;
    }
    if stale.len() > NAMED {
        writeln!(out, "... and {} more stale expectations", stale.len() - NAMED)?;
    }
    for ((engine, mode), counts) in &summary.counts {
        write!(out, "{engine} {mode}: {} directives", counts.total())?;
        for outcome in Outcome::ALL {
            if counts.of(outcome) > 0 {
                write!(out, ", {} {outcome}", counts.of(outcome))?;
            }
        }
        writeln!(out)?;
    }
    writeln!(out, "{:.1} s; reports are in {}", run.seconds, dir.display())
}

/// Says what is wrong beyond red directives.
pub(super) fn complain(out: &mut dyn Write, red: &[Row], ending: &Ending, dir: &Path) -> io::Result<()> {
    let mut said: Vec<(&str, &str)> = Vec::new();
    for row in red.iter().filter(|row| is_malformed(row)) {
        // Once, however many engines it was for.
        if !said.contains(&(&row.suite, &row.file)) {
            said.push((&row.suite, &row.file));
            writeln!(out, "error: {}/{}:{}: {}", row.suite, row.file, row.line, row.detail)?;
        }
    }
    if ending.interrupted {
        writeln!(out, "interrupted: `--resume --out {}` goes on from here", dir.display())?;
    }
    Ok(())
}

fn short(detail: &str) -> String {
    let mut line: String = detail.chars().map(|c| if c.is_control() { ' ' } else { c }).take(DETAIL).collect();
    if detail.chars().count() > DETAIL {
        line.push_str("...");
    }
    line
}
