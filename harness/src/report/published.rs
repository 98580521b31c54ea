//! Published results: the full matrix in `docs/matrix.md`, and the README's table of the VM beside the best peers.

use super::{Counts, Error, PortabilityRow, csv, markdown};
use crate::engine;
use crate::model::Outcome;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::path::Path;

/// Number of peers in the README's table.
const PEERS: usize = 4;

const MATRIX_INTRODUCTION: &str = "\
# The matrix

Passed directives of the official test suite and of our own scripts, by proposal, engine and mode. `make matrix`
generates this document from [`reports/baselines/matrix.csv`](../reports/baselines/matrix.csv). The HTML page of
`wassay report` has the matrix of any run, with every directive behind a cell.

Engines were measured at different times. Where a total is smaller than that of `vm`, scripts were added since.

";

/// Returns `docs/matrix.md` for a matrix in the form of `portability.csv`.
///
/// # Errors
/// The file can't be read, or does not have that form.
pub fn matrix_document(path: &Path) -> Result<String, Error> {
    Ok(MATRIX_INTRODUCTION.to_owned() + &markdown::table(&csv::read_portability(path)?))
}

/// Returns the README's table and its legend for a matrix in the form of `portability.csv`.
///
/// # Errors
/// The file can't be read, or does not have that form.
pub fn readme_table(path: &Path) -> Result<String, Error> {
    Ok(table(&csv::read_portability(path)?))
}

/// One column of the README's table.
struct Column<'a> {
    head: String,
    cells: BTreeMap<&'a str, Counts>,
}

impl Column<'_> {
    fn sum(&self) -> Counts {
        let mut sum = Counts::default();
        self.cells.values().for_each(|counts| sum.merge(counts));
        sum
    }
}

/// Chooses the columns: the VM, in the mode that passes fewest directives of each proposal, then the [`PEERS`] engines
/// that pass most, each in its best mode.
fn columns(lines: &[PortabilityRow]) -> Vec<Column<'_>> {
    let mut modes: BTreeMap<(&str, &str), Column<'_>> = BTreeMap::new();
    for PortabilityRow { engine, mode, proposal, counts, .. } in lines {
        let column = || Column { head: format!("{engine}/{mode}"), cells: BTreeMap::new() };
        modes.entry((engine, mode)).or_insert_with(column).cells.entry(proposal).or_default().merge(counts);
    }
    let mut vm = Column { head: engine::DEFAULT.to_owned(), cells: BTreeMap::new() };
    let mut peers: BTreeMap<&str, Column<'_>> = BTreeMap::new();
    for ((engine, _), column) in modes {
        if engine != engine::DEFAULT {
            let passes = column.sum().of(Outcome::Pass);
            if peers.get(engine).is_none_or(|best| best.sum().of(Outcome::Pass) < passes) {
                peers.insert(engine, column);
            }
            continue;
        }
        for (proposal, counts) in column.cells {
            let worst = vm.cells.entry(proposal).or_insert(counts);
            if counts.of(Outcome::Pass) < worst.of(Outcome::Pass) {
                *worst = counts;
            }
        }
    }
    let mut peers: Vec<_> = peers.into_values().collect();
    peers.sort_by_key(|peer| Reverse(peer.sum().of(Outcome::Pass)));
    peers.truncate(PEERS);
    std::iter::once(vm).chain(peers).collect()
}

fn table(lines: &[PortabilityRow]) -> String {
    let columns = columns(lines);
    let mut header = ["spec", "proposal", "directives"].map(str::to_owned).to_vec();
    header.extend(columns.iter().map(|column| column.head.clone()));
    let mut body = vec![header];
    let mut row = |spec: &str, proposal: &str, cells: Vec<Option<Counts>>| {
        let total = cells.first().copied().flatten().map_or(0, ran);
        let mut fields = vec![spec.to_owned(), proposal.to_owned(), total.to_string()];
        fields.extend(cells.iter().map(|counts| counts.map_or_else(String::new, |counts| cell(&counts, total))));
        body.push(fields);
    };
    let mut last = "";
    for PortabilityRow { spec, proposal, .. } in lines {
        if proposal != last {
            let spec = if spec.is_empty() { "-" } else { spec };
            row(spec, proposal, columns.iter().map(|column| column.cells.get(proposal.as_str()).copied()).collect());
            last = proposal;
        }
    }
    row("", "total", columns.iter().map(|column| Some(column.sum())).collect());
    let legend = format!(
        "\
`all`: every directive passes; otherwise the share that passes, rounded down. `!n`: n did not come out as expected.
`~n`: n fail as expected, for a reason in [`expectations.csv`](harness/data/expectations.csv). All other directives are
`unsupported`: the engine lacks a feature, or its interface can't express the directive. `†`: measured before scripts
were added. `vm` is the VM in the mode that passes fewest; the peers are the {PEERS} engines that pass most, each in its
best mode.
"
    );
    format!("{}\n{legend}", markdown::layout(&body))
}

/// Directives that were run.
fn ran(counts: Counts) -> u64 {
    counts.total() - counts.of(Outcome::Skip)
}

fn cell(counts: &Counts, total: u64) -> String {
    let (pass, ran) = (counts.of(Outcome::Pass), ran(*counts));
    let mut cell = if pass == ran {
        "all".to_owned()
    } else {
        let tenths = pass * 1000 / ran;
        format!("{}.{} %", tenths / 10, tenths % 10)
    };
    if ran != total {
        cell.push('†');
    }
    let red: u64 = Outcome::ALL.into_iter().filter(|outcome| outcome.is_red()).map(|outcome| counts.of(outcome)).sum();
    for (mark, n) in [('!', red), ('~', counts.of(Outcome::Xfail))] {
        if n > 0 {
            cell.push_str(&format!(" {mark}{n}"));
        }
    }
    cell
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{Fail, Pass, Unsupported, Xfail};

    fn line(engine: &str, mode: &str, proposal: &str, outcomes: &[(Outcome, usize)]) -> PortabilityRow {
        let text = |text: &str| text.to_owned();
        let mut counts = Counts::default();
        for (outcome, n) in outcomes {
            (0..*n).for_each(|_| counts.add(*outcome));
        }
        let (engine, mode, proposal) = (text(engine), text(mode), text(proposal));
        let (run, spec, engine_version, target) = (text("r"), text("2.0"), text("1"), text("x-linux"));
        PortabilityRow { run, spec, proposal, phase: Some(5), engine, engine_version, mode, target, counts }
    }

    #[test]
    fn the_vm_stands_beside_the_best_peers() {
        let mut lines = vec![
            line("vm", "fast", "simd", &[(Pass, 998), (Xfail, 2)]),
            line("vm", "slow", "simd", &[(Pass, 1000)]),
            line("good", "a", "simd", &[(Pass, 10), (Unsupported, 990)]),
            line("good", "b", "simd", &[(Pass, 999), (Fail, 1)]),
        ];
        // More engines than there are places; the worst has none.
        for (n, name) in ["p1", "p2", "p3", "p4"].into_iter().enumerate() {
            lines.push(line(name, "m", "simd", &[(Pass, 100 - n)]));
        }
        let table = table(&lines);
        let mut rows = table.lines().map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
        assert_eq!(
            rows.next().unwrap()[1..9],
            ["spec", "proposal", "directives", "vm", "good/b", "p1/m", "p2/m", "p3/m"]
        );
        let row = ["2.0", "simd", "1000", "99.8 % ~2", "99.9 % !1", "all†", "all†", "all†"];
        assert_eq!(rows.nth(1).unwrap()[1..9], row);
        assert_eq!(rows.next().unwrap()[2..5], ["total", "1000", "99.8 % ~2"]);
        assert!(!table.contains("p4/m") && !table.contains("good/a"), "{table}");
    }
}
