//! The end of a run, on one screen, and its exit code.

use super::out::note;
use crate::expect::Stale;
use crate::model::{Outcome, Row};
use crate::recorder::progress::line;
use crate::recorder::{is_flaky, is_malformed};
use crate::report::{Run, Summary};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// A screen, in lines.
const SCREEN: usize = 48;

/// Most directives of one kind that are named.
const NAMED: usize = 10;

/// What is worth being named of a run's rows; bounded, whatever the number of rows.
#[derive(Debug, Default)]
pub(super) struct Digest {
    red: Named,
    flaky: Named,
    /// Scripts that are none: where, and what is wrong with them.
    malformed: BTreeSet<String>,
}

#[derive(Debug, Default)]
struct Named {
    first: Vec<Row>,
    all: usize,
}

impl Named {
    fn add(&mut self, row: &Row) {
        self.all += 1;
        if self.first.len() < NAMED {
            self.first.push(row.clone());
        }
    }

    fn lines(&self, before: &str) -> Vec<String> {
        self.first.iter().map(|row| format!("{before}{}", line(row))).collect()
    }
}

impl Digest {
    /// Takes note of a row.
    pub(super) fn add(&mut self, row: &Row) {
        if row.outcome.is_red() {
            self.red.add(row);
        }
        if is_flaky(row) {
            self.flaky.add(row);
        }
        if is_malformed(row) && self.malformed.len() < NAMED {
            // Once, however many engines it was for.
            self.malformed.insert(format!("{}/{}:{}: {}", row.suite, row.file, row.line, row.detail));
        }
    }

    /// Whether a directive is not as expected.
    pub(super) fn is_red(&self) -> bool {
        self.red.all > 0
    }

    /// Whether a script is no script.
    pub(super) fn is_malformed(&self) -> bool {
        !self.malformed.is_empty()
    }
}

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
    digest: &Digest,
    stale: &[Stale],
    dir: &Path,
) -> io::Result<()> {
    let mut lines = digest.red.lines("");
    if digest.red.all > lines.len() {
        let rest = digest.red.all - lines.len();
        lines.push(format!("... and {rest} more, all in {}", dir.join("conformance.csv").display()));
    }
    lines.extend(digest.flaky.lines("flaky "));
    if digest.flaky.all > digest.flaky.first.len() {
        lines.push(format!("... and {} more that are flaky", digest.flaky.all - digest.flaky.first.len()));
    }
    lines.extend(stale.iter().take(NAMED).map(|stale| format!("stale expectation: {stale}")));
    if stale.len() > NAMED {
        lines.push(format!("... and {} more stale expectations", stale.len() - NAMED));
    }
    for ((engine, mode), counts) in &summary.counts {
        let of = |outcome: Outcome| match counts.of(outcome) {
            0 => String::new(),
            n => format!(", {n} {outcome}"),
        };
        let outcomes: String = Outcome::ALL.into_iter().map(of).collect();
        lines.push(format!("{engine} {mode}: {} directives{outcomes}", counts.total()));
    }
    lines.push(format!("{:.1} s; reports are in {}", run.seconds, dir.display()));
    if summary.matrix.lines().count() + lines.len() < SCREEN {
        writeln!(out, "{}\n", summary.matrix.trim_end())?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "{line}"))
}

/// Says what is wrong beyond red directives.
pub(super) fn complain(digest: &Digest, ending: &Ending, dir: &Path) {
    for malformed in &digest.malformed {
        note(format_args!("error: {malformed}"));
    }
    if ending.interrupted {
        note(format_args!("interrupted: `--resume --out {}` goes on from here", dir.display()));
    }
}
