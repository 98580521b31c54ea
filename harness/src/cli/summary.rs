//! Summary of a run on one screen, and the exit code of the run.

use super::output::note;
use crate::escape;
use crate::expect::Stale;
use crate::model::{Outcome, Row};
use crate::recorder::{is_flaky, is_malformed};
use crate::report::one_line::line;
use crate::report::{Counts, Run, Summary};
use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

/// Height of a small terminal, in lines. A summary fits on it.
const LINES: u16 = 24;

/// Maximum number of directives of one kind to name; a large screen has room for that many.
const NAMED: usize = 20;

/// Number of engines and modes to show beyond half a screen.
const COLUMNS: usize = 5;

/// Rows of a run to name in the summary. Its size is bounded, whatever the number of rows.
#[derive(Debug, Default)]
pub(super) struct Digest {
    red: FirstRows,
    flaky: FirstRows,
    /// Malformed scripts: place and error.
    malformed: BTreeSet<String>,
}

/// The first rows of some kind, and the number of all.
#[derive(Debug, Default)]
struct FirstRows {
    first: Vec<Row>,
    all: usize,
}

impl FirstRows {
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
    /// Adds a row, if it is to be named.
    pub(super) fn add(&mut self, row: &Row) {
        if row.outcome.is_red() {
            self.red.add(row);
        }
        if is_flaky(row) {
            self.flaky.add(row);
        }
        if is_malformed(row) && self.malformed.len() < NAMED {
            // The set names a script once, whatever the number of engines.
            self.malformed.insert(format!("{}/{}:{}: {}", row.suite, row.file, row.line, row.detail));
        }
    }

    /// Returns whether a directive had an unexpected outcome.
    pub(super) fn is_red(&self) -> bool {
        self.red.all > 0
    }

    /// Returns whether a script is malformed.
    pub(super) fn is_malformed(&self) -> bool {
        !self.malformed.is_empty()
    }
}

/// How a run ended, from which its exit code follows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RunStatus {
    /// Ctrl-C was pressed.
    pub(super) interrupted: bool,
    /// A script is malformed.
    pub(super) malformed: bool,
    /// A directive had an unexpected outcome.
    pub(super) red: bool,
    /// An expectation matches no directive.
    pub(super) stale: bool,
}

impl RunStatus {
    pub(super) fn code(self) -> ExitCode {
        ExitCode::from(match self {
            Self { interrupted: true, .. } => 130,
            Self { malformed: true, .. } => 2,
            Self { red: true, .. } | Self { stale: true, .. } => 1,
            _ => 0,
        })
    }
}

/// Writes the summary of a run, at most one screen of it.
pub(super) fn print(
    out: &mut dyn Write,
    summary: &Summary,
    run: &Run,
    digest: &Digest,
    stale: &[Stale],
    dir: &Path,
) -> io::Result<()> {
    let terminal = Terminal::of_stdout();
    let mut columns = columns(summary);
    let mut end = vec![format!("{:.1} s; reports are in {}", run.seconds, escape::path(dir))];
    if columns.len() > terminal.lines / 2 + COLUMNS {
        let rest = columns.split_off(terminal.lines / 2 + COLUMNS);
        end.insert(0, format!("... and {} more engines and modes, all in portability.md", rest.len()));
    }
    let all_stale = stale.len();
    let stale: Vec<String> = stale.iter().take(NAMED).map(|stale| format!("stale expectation: {stale}")).collect();
    let sections = [
        Section {
            lines: digest.red.lines(""),
            all: digest.red.all,
            rest: format!(", all in {}", escape::path(&dir.join("conformance.csv"))),
        },
        Section { lines: digest.flaky.lines("flaky "), all: digest.flaky.all, rest: " that are flaky".to_owned() },
        Section { lines: stale, all: all_stale, rest: " stale expectations".to_owned() },
    ];
    let mut lines = fit(&sections, terminal.lines.saturating_sub(columns.len() + end.len()));
    lines.extend(columns);
    lines.extend(end);
    if summary.matrix.lines().count() + lines.len() < terminal.lines {
        writeln!(out, "{}\n", summary.matrix.trim_end())?;
    }
    lines.iter().try_for_each(|line| writeln!(out, "{}", terminal.clip(&escape::line(line))))
}

/// Formats one line per engine and mode, those with unexpected outcomes first.
fn columns(summary: &Summary) -> Vec<String> {
    let mut columns: Vec<_> = summary.counts.iter().collect();
    columns.sort_by_key(|(_, counts)| !counts.is_red());
    let line = |((engine, mode), counts): (&(String, String), &Counts)| {
        let of = |outcome: Outcome| match counts.of(outcome) {
            0 => String::new(),
            n => format!(", {n} {outcome}"),
        };
        let outcomes: String = Outcome::ALL.into_iter().map(of).collect();
        format!("{engine} {mode}: {} directives{outcomes}", counts.total())
    };
    columns.into_iter().map(line).collect()
}

/// Lines of one kind: the first of them, the number of all, and the words for those that are not shown.
struct Section {
    lines: Vec<String>,
    all: usize,
    rest: String,
}

/// Fits sections into `room` lines: each gets up to two lines, and the first sections take the remaining room.
fn fit(sections: &[Section], room: usize) -> Vec<String> {
    let least = |all: usize| all.min(2);
    let mut room = room.saturating_sub(sections.iter().map(|section| least(section.all)).sum());
    let mut lines = Vec::new();
    for Section { lines: its, all, rest } in sections {
        // If lines are left out, the last line of the section says how many.
        let place = least(*all) + room;
        let shown = if *all <= place && *all == its.len() { *all } else { its.len().min(place.saturating_sub(1)) };
        lines.extend(its.iter().take(shown).cloned());
        let used = if shown < *all {
            lines.push(format!("... and {} more{rest}", all - shown));
            shown + 1
        } else {
            shown
        };
        room = place - used;
    }
    lines
}

/// Size of the terminal on standard output. A file has no width, so its lines are not clipped.
struct Terminal {
    lines: usize,
    width: Option<usize>,
}

impl Terminal {
    fn of_stdout() -> Self {
        match console::Term::stdout().size_checked() {
            // The last line of the terminal is for the shell's prompt.
            Some((lines, width)) => Self { lines: usize::from(lines.max(LINES)) - 1, width: Some(usize::from(width)) },
            None => Self { lines: usize::from(LINES) - 1, width: None },
        }
    }

    fn clip(&self, line: &str) -> String {
        match self.width {
            Some(width) => console::truncate_str(line, width.max(20), "...").into_owned(),
            None => line.to_owned(),
        }
    }
}

/// Prints malformed scripts and an interruption on standard error.
pub(super) fn print_problems(digest: &Digest, status: &RunStatus, dir: &Path) {
    for malformed in &digest.malformed {
        note(format_args!("error: {malformed}"));
    }
    if status.interrupted {
        note(format_args!("interrupted: `--resume --out {}` resumes the run", escape::path(dir)));
    }
}
