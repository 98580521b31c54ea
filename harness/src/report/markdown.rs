//! The matrix in Markdown, for terminals, `portability.md` and `docs/matrix.md`.

use super::counts::Counts;
use super::exporter::{Exporter, Report};
use super::portability::PortabilityRow;
use crate::escape::markdown::plain;
use crate::model::Outcome;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

/// Explanation of the cells.
pub(crate) const LEGEND: &str = "\
A cell is `passed/total`; the total excludes skipped directives. `!n`: n did not come out as expected (`fail`, `xpass`,
`crash`, `timeout`). `~n`: n failed as expected (`xfail`). `-n`: n are `unsupported`. `sn`: n were skipped.
";

/// The file `portability.md`.
pub(super) struct Matrix;

impl Exporter for Matrix {
    fn file(&self) -> &'static str {
        "portability.md"
    }

    fn export(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"# Portability\n\n")?;
        out.write_all(table(report.portability).as_bytes())
    }
}

/// Identity of a column: engine, mode, engine version, target and run.
pub(crate) type Column<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

/// Returns the column that a row of `portability.csv` belongs to.
pub(crate) fn column(line: &PortabilityRow) -> Column<'_> {
    (&line.engine, &line.mode, &line.engine_version, &line.target, &line.run)
}

/// Returns the head, the identity and the cells by proposal of each column.
pub(crate) fn columns(lines: &[PortabilityRow]) -> Vec<(String, Column<'_>, BTreeMap<&str, Counts>)> {
    let mut cells: BTreeMap<Column<'_>, BTreeMap<&str, Counts>> = BTreeMap::new();
    for line in lines {
        cells.entry(column(line)).or_default().entry(&line.proposal).or_default().merge(&line.counts);
    }
    let heads = heads(&cells.keys().copied().collect());
    heads.into_iter().zip(cells).map(|(head, (column, cells))| (head, column, cells)).collect()
}

/// Returns the matrix with a sum of each column and the legend.
pub(crate) fn table(lines: &[PortabilityRow]) -> String {
    let mut proposals: Vec<&PortabilityRow> = Vec::new();
    for line in lines {
        if proposals.last().is_none_or(|last| last.proposal != line.proposal) {
            proposals.push(line);
        }
    }
    let columns = columns(lines);
    let mut header = vec!["spec".to_owned(), "proposal".to_owned(), "phase".to_owned()];
    header.extend(columns.iter().map(|(head, ..)| head.clone()));
    let mut body = vec![header];
    for line in proposals {
        let phase = line.phase.map_or("-".to_owned(), |p| p.to_string());
        let spec = if line.spec.is_empty() { "-" } else { &line.spec };
        let mut fields = vec![spec.to_owned(), line.proposal.clone(), phase];
        let of = |cells: &BTreeMap<&str, Counts>| cells.get(line.proposal.as_str()).map_or(String::new(), cell);
        fields.extend(columns.iter().map(|(_, _, cells)| of(cells)));
        body.push(fields);
    }
    let mut text = layout(&body);
    text.push('\n');
    for (head, _, cells) in &columns {
        let mut all = Counts::default();
        cells.values().for_each(|counts| all.merge(counts));
        let _ = writeln!(text, "- {}: {}", plain(head), sum(&all));
    }
    format!("{text}\n{LEGEND}")
}

/// Describes the sum of a column in words.
fn sum(counts: &Counts) -> String {
    let run = counts.total() - counts.of(Outcome::Skip);
    let mut text = format!("{} of {run} pass", counts.of(Outcome::Pass));
    if let Some(rate) = counts.rate() {
        // Rounded down, so 100 % means that all pass.
        let _ = write!(text, " ({:.2} %)", (rate * 10_000.0).floor() / 100.0);
    }
    for outcome in Outcome::ALL.into_iter().filter(|o| *o != Outcome::Pass && counts.of(*o) > 0) {
        let _ = write!(text, ", {} {outcome}", counts.of(outcome));
    }
    text
}

/// Returns the heads of columns: engine and mode, then version, target and run only if they distinguish columns.
pub(crate) fn heads(columns: &BTreeSet<Column<'_>>) -> Vec<String> {
    let differs = |part: fn(&Column<'_>) -> (String, String)| {
        let pairs: BTreeSet<_> = columns.iter().map(part).collect();
        let owners: BTreeSet<_> = pairs.iter().map(|(owner, _)| owner).collect();
        pairs.len() > owners.len()
    };
    let version = differs(|c| (c.0.to_owned(), c.2.to_owned()));
    let target = differs(|c| (String::new(), c.3.to_owned()));
    // The run is needed if two columns differ in nothing else.
    let run = columns.iter().map(|c| (c.0, c.1, c.2, c.3)).collect::<BTreeSet<_>>().len() < columns.len();
    let head = |&(engine, mode, its_version, its_target, its_run): &Column<'_>| {
        let mut head = format!("{engine}/{mode}");
        for (wanted, part) in [(version, its_version), (target, its_target), (run, its_run)] {
            if wanted {
                let _ = write!(head, " {part}");
            }
        }
        head
    };
    columns.iter().map(head).collect()
}

/// Returns the text of a cell, which [`LEGEND`] explains.
pub(crate) fn cell(counts: &Counts) -> String {
    let skipped = counts.of(Outcome::Skip);
    let mut cell = format!("{}/{}", counts.of(Outcome::Pass), counts.total() - skipped);
    let red: u64 = Outcome::ALL.into_iter().filter(|o| o.is_red()).map(|o| counts.of(o)).sum();
    let (xfail, unsupported) = (counts.of(Outcome::Xfail), counts.of(Outcome::Unsupported));
    for (mark, n) in [("!", red), ("~", xfail), ("-", unsupported), ("s", skipped)] {
        if n > 0 {
            let _ = write!(cell, " {mark}{n}");
        }
    }
    cell
}

/// Lays out a table with padded columns: the first two left-aligned, the others right-aligned.
pub(crate) fn layout(body: &[Vec<String>]) -> String {
    let columns = body.first().map_or(0, Vec::len);
    let clean: Vec<Vec<String>> = body.iter().map(|row| row.iter().map(|f| plain(f)).collect()).collect();
    let widths: Vec<usize> =
        (0..columns).map(|i| clean.iter().map(|row| row[i].chars().count()).max().unwrap_or(0).max(3)).collect();
    let mut text = String::new();
    for (n, row) in clean.iter().enumerate() {
        for (i, (field, &width)) in row.iter().zip(&widths).enumerate() {
            let _ = if i < 2 { write!(text, "| {field:<width$} ") } else { write!(text, "| {field:>width$} ") };
        }
        text.push_str("|\n");
        if n == 0 {
            for (i, width) in widths.iter().enumerate() {
                let dashes = "-".repeat(width - 1);
                let _ = if i < 2 { write!(text, "| {dashes}- ") } else { write!(text, "| {dashes}: ") };
            }
            text.push_str("|\n");
        }
    }
    text
}
