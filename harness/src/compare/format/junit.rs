//! Comparison as JUnit XML: one test suite per engine and mode, one test case per script.

use super::wording::{total, verdict};
use crate::compare::change::{Change, ChangeKind, Comparison};
use crate::escape::text;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let mut regressions: BTreeMap<(&str, &str, &str), Vec<&Change>> = BTreeMap::new();
    for change in comparison.changes.get(&ChangeKind::Regression).into_iter().flatten() {
        regressions.entry((&change.column, &change.suite, &change.file)).or_default().push(change);
    }
    let mut report = Report::new("wassay compare");
    let columns: BTreeSet<&String> = comparison.scripts.values().flat_map(BTreeMap::keys).collect();
    for column in columns {
        let mut suite = TestSuite::new(&*text(column));
        for ((name, file), tallies) in &comparison.scripts {
            let Some(tally) = tallies.get(column) else { continue };
            let lost = tally.changes.get(&ChangeKind::Regression).copied().unwrap_or(0);
            let status = if lost > 0 {
                let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_type("regression").set_message(format!("{lost} regressions"));
                let known = regressions.get(&(column.as_str(), name.as_str(), file.as_str()));
                status.set_description(described(known.map_or(&[][..], Vec::as_slice), lost));
                status
            } else if tally.directives == 0 {
                let mut status = TestCaseStatus::skipped();
                status.set_message("not in the later run");
                status
            } else {
                TestCaseStatus::success()
            };
            let other: Vec<String> = tally
                .changes
                .iter()
                .filter(|(kind, _)| **kind != ChangeKind::Regression)
                .map(|(kind, n)| format!("{n} {}", kind.title()))
                .collect();
            let mut case = TestCase::new(text(&format!("{name}/{file}")).into_owned(), status);
            case.set_classname(&*text(column));
            if !other.is_empty() {
                case.set_system_out(other.join("\n"));
            }
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    if report.test_suites.is_empty() {
        // Some readers reject a file without test cases.
        let mut suite = TestSuite::new("nothing in common");
        let mut case = TestCase::new("comparison", TestCaseStatus::skipped());
        case.set_system_out(total(comparison));
        suite.add_test_case(case);
        report.add_test_suite(suite);
    }
    report.serialize(out).map_err(io::Error::other)
}

/// Lists the regressions of a script, one a line.
fn described(changes: &[&Change], all: u64) -> String {
    let mut lines: Vec<String> = changes
        .iter()
        .map(|c| text(&format!("{}:{} {}: {}", c.file, c.line(), c.directive, verdict(c))).into_owned())
        .collect();
    let rest = all - changes.len() as u64;
    if rest > 0 {
        lines.push(format!("... and {rest} more"));
    }
    lines.join("\n")
}
