//! The end of a run, on one screen, and its exit code.

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

/// A small screen, in lines: what a summary fits on.
const LINES: u16 = 24;

/// Most directives of one kind that are named, which is as many as a large screen has room for.
const NAMED: usize = 20;

/// How many engines and modes are shown beyond half a screen.
const COLUMNS: usize = 5;

/// What is worth being named of a run's rows; bounded, whatever the number of rows.
#[derive(Debug, Default)]
pub(super) struct Digest {
    red: FirstRows,
    flaky: FirstRows,
    /// Scripts that are none: where, and what is wrong with them.
    malformed: BTreeSet<String>,
}

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

/// How a run finished.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RunStatus {
    /// Ctrl-C was pressed.
    pub(super) interrupted: bool,
    /// A script is no script.
    pub(super) malformed: bool,
    /// A directive is not as expected.
    pub(super) red: bool,
    /// An expectation speaks of nothing.
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

/// Shows what came of a run: no more than a screen of it, whatever came.
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

/// A line an engine and mode, those first that are not as expected.
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

/// Things of one kind: the first of them, how many there are, and what to say of those that are not shown.
struct Section {
    lines: Vec<String>,
    all: usize,
    rest: String,
}

/// As many lines of the sections as there is room for: each shows that it is there, and the first ones take what is left.
fn fit(sections: &[Section], room: usize) -> Vec<String> {
    let least = |all: usize| all.min(2);
    let mut room = room.saturating_sub(sections.iter().map(|section| least(section.all)).sum());
    let mut lines = Vec::new();
    for Section { lines: its, all, rest } in sections {
        // One of what there is room for says how many more there are.
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

/// What is looked at: a terminal of some size, or a file, which has lines of any length.
struct Terminal {
    lines: usize,
    width: Option<usize>,
}

impl Terminal {
    fn of_stdout() -> Self {
        match console::Term::stdout().size_checked() {
            // The last line of a terminal is for what comes next.
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

/// Says what is wrong beyond red directives.
pub(super) fn print_problems(digest: &Digest, status: &RunStatus, dir: &Path) {
    for malformed in &digest.malformed {
        note(format_args!("error: {malformed}"));
    }
    if status.interrupted {
        note(format_args!("interrupted: `--resume --out {}` goes on from here", escape::path(dir)));
    }
}
