//! Tests of comparisons: alignment, classification and every format.

use super::format::{Format, write};
use super::*;
use crate::model::Outcome;
use crate::report;
use std::path::Path;
use tempfile::TempDir;

fn row(file: &str, line: u32, outcome: Outcome) -> Row {
    let text = |text: &str| text.to_owned();
    Row {
        run: text("r"),
        suite: text("s"),
        revision: text("1"),
        file: text(file),
        line,
        directive: text("assert_return"),
        proposal: text("simd"),
        features: String::new(),
        engine: text("e"),
        engine_version: text("1"),
        mode: text("m"),
        target: text("x-linux"),
        outcome,
        detail: if outcome == Outcome::Pass { String::new() } else { format!("because of {outcome}") },
        micros: 1,
    }
}

fn report(rows: Vec<Row>) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    report::write(dir.path(), &report::Run::begin(&["wassay"], "", 1), rows).unwrap();
    dir
}

fn open(dir: &Path) -> Reports {
    Reports::open(&[dir.to_owned()]).unwrap()
}

fn changes(base: Vec<Row>, head: Vec<Row>) -> Comparison {
    let (base, head) = (report(base), report(head));
    let all = Options { limit: 3, wanted: &|_| true };
    compare(&mut open(base.path()), &mut open(head.path()), &all).unwrap()
}

/// Returns the kind of change of one directive between two outcomes.
fn kind(base: Outcome, head: Outcome) -> Option<ChangeKind> {
    let found = changes(vec![row("a.wast", 1, base)], vec![row("a.wast", 1, head)]);
    assert_eq!(found.counts.values().sum::<u64>() + found.unchanged, 1);
    found.counts.keys().next().copied()
}

#[test]
fn kind_of_each_transition() {
    use ChangeKind::{Accepted, Expectation, Fix, Regression, Skip};
    use Outcome::{Crash, Fail, Pass, Timeout, Unsupported, Xfail, Xpass};
    for outcome in Outcome::ALL {
        assert_eq!(kind(outcome, outcome), None);
    }
    for worse in [Fail, Crash, Timeout, Unsupported] {
        assert_eq!(kind(Pass, worse), Some(Regression), "{worse}");
        assert_eq!(kind(worse, Pass), Some(Fix), "{worse}");
        assert_eq!(kind(Xpass, worse), Some(Regression), "{worse}");
    }
    assert_eq!(kind(Unsupported, Fail), Some(Regression));
    assert_eq!(kind(Fail, Crash), Some(Regression));
    assert_eq!(kind(Fail, Unsupported), Some(Fix));
    assert_eq!(kind(Crash, Timeout), None);
    assert_eq!(kind(Pass, Xfail), Some(Accepted));
    assert_eq!(kind(Fail, Xfail), Some(Expectation));
    assert_eq!(kind(Xfail, Fail), Some(Expectation));
    assert_eq!(kind(Pass, Xpass), Some(Expectation));
    assert_eq!(kind(Xfail, Xpass), Some(Fix));
    assert_eq!(kind(Pass, Outcome::Skip), Some(Skip));
    assert_eq!(kind(Outcome::Skip, Fail), Some(Skip));
}

#[test]
fn an_expected_crash_is_a_crash() {
    let crash = Row { detail: "known (crash: SIGSEGV)".to_owned(), ..row("a.wast", 1, Outcome::Xfail) };
    let found = changes(vec![crash.clone()], vec![row("a.wast", 1, Outcome::Crash)]);
    assert_eq!(found.count(ChangeKind::Expectation), 1);
    let found = changes(vec![row("a.wast", 1, Outcome::Fail)], vec![crash]);
    assert_eq!(found.count(ChangeKind::Accepted), 1);
}

#[test]
fn new_and_removed_directives_are_counted() {
    use Outcome::{Fail, Pass};
    let base = vec![row("a.wast", 1, Pass), row("a.wast", 2, Pass), row("old.wast", 1, Pass)];
    let head = vec![row("a.wast", 2, Pass), row("a.wast", 3, Fail), row("new.wast", 1, Pass)];
    let found = changes(base, head);
    assert_eq!(
        (found.count(ChangeKind::New), found.new_red, found.count(ChangeKind::Removed), found.unchanged),
        (2, 1, 2, 1)
    );
    assert!(!found.is_red());
}

#[test]
fn directives_of_one_line_are_paired_by_outcome() {
    use Outcome::{Fail, Pass};
    let two = |a, b| vec![row("a.wast", 1, a), row("a.wast", 1, b)];
    assert_eq!(changes(two(Pass, Fail), two(Fail, Pass)).unchanged, 2);
    let found = changes(two(Pass, Fail), two(Fail, Fail));
    assert_eq!((found.count(ChangeKind::Regression), found.unchanged), (1, 1));
}

#[test]
fn a_script_that_failed_as_a_whole_is_one_regression() {
    let base = (1..=9).map(|line| row("a.wast", line, Outcome::Pass)).collect();
    let head = vec![Row { directive: crate::task::SCRIPT.to_owned(), ..row("a.wast", 1, Outcome::Crash) }];
    let found = changes(base, head);
    assert_eq!((found.count(ChangeKind::Regression), found.count(ChangeKind::Removed)), (1, 9));
}

fn moved(rows: Vec<Row>, by: u32) -> Vec<Row> {
    rows.into_iter().map(|r| Row { line: r.line + by, revision: "2".to_owned(), ..r }).collect()
}

#[test]
fn changes_of_the_suite_are_classified_as_such() {
    use Outcome::{Fail, Pass};
    let script = |outcome| -> Vec<Row> {
        let kinds = ["module", "assert_return", "module", "invoke", "assert_trap"];
        let row = |(line, kind): (u32, &&str)| Row { directive: (*kind).to_owned(), ..row("a.wast", line, Pass) };
        let mut rows: Vec<Row> = (1..).zip(&kinds).map(row).collect();
        rows[4].outcome = outcome;
        rows
    };
    // The lines moved, and one directive is new.
    let mut head = moved(script(Pass), 3);
    head.insert(0, Row { revision: "2".to_owned(), ..row("a.wast", 1, Pass) });
    let found = changes(script(Pass), head.clone());
    assert_eq!((found.count(ChangeKind::New), found.count(ChangeKind::Removed), found.unchanged), (1, 0, 5));
    assert_eq!(found.revisions.len(), 1);
    // In a script that changed, a change of an outcome may come from the script.
    head[5].outcome = Fail;
    let found = changes(script(Pass), head);
    assert_eq!((found.count(ChangeKind::Suite), found.count(ChangeKind::Regression)), (1, 0));
    // In a script of the same shape it comes from the engine, if the engine's version changed.
    let newer = |rows: Vec<Row>| rows.into_iter().map(|r| Row { engine_version: "2".to_owned(), ..r }).collect();
    let found = changes(script(Pass), newer(moved(script(Fail), 0)));
    assert_eq!((found.count(ChangeKind::Suite), found.count(ChangeKind::Regression)), (0, 1));
    assert_eq!(found.versions.len(), 1);
}

#[test]
fn engines_of_only_one_run_are_not_compared() {
    let other = Row { engine: "f".to_owned(), ..row("a.wast", 1, Outcome::Pass) };
    let found = changes(vec![row("a.wast", 1, Outcome::Pass), other.clone()], vec![row("a.wast", 1, Outcome::Pass)]);
    assert_eq!((found.only_base.clone(), found.count(ChangeKind::Removed)), (vec!["f m".to_owned()], 0));
    let found = changes(vec![row("a.wast", 1, Outcome::Pass)], vec![other]);
    assert_eq!((found.only_base.len(), found.only_head.len(), found.unchanged), (1, 1, 0));
}

#[test]
fn changes_are_limited_and_counts_are_complete() {
    let rows = |outcome| (1..=10).map(|line| row("a.wast", line, outcome)).collect::<Vec<_>>();
    let found = changes(rows(Outcome::Pass), rows(Outcome::Fail));
    assert_eq!((found.count(ChangeKind::Regression), found.changes[&ChangeKind::Regression].len()), (10, 3));
}

fn written(found: &Comparison, format: Format) -> String {
    let mut out = Vec::new();
    write(found, format, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns a comparison with a regression whose detail needs escaping, a fix, and a new directive.
fn sample() -> Comparison {
    use Outcome::{Fail, Pass};
    let nasty = Row { detail: "got <a|b>\n::error::`x` 100%".to_owned(), ..row("a.wast", 1, Fail) };
    changes(
        vec![row("a.wast", 1, Pass), row("a.wast", 2, Fail), row("b.wast", 1, Pass)],
        vec![nasty, row("a.wast", 2, Pass), row("b.wast", 1, Pass), row("b.wast", 2, Pass)],
    )
}

#[test]
fn text_format() {
    let text = written(&sample(), Format::Text);
    let expected = "\
regressions:
  s/a.wast:1 assert_return on e m: pass -> fail: got <a|b> ::error::`x` 100%
1 fixes:
";
    assert!(text.starts_with(&format!("1 {expected}")), "{text}");
    assert!(text.contains("1 new directives:\n  s/b.wast: 1 directives\n"), "{text}");
    assert!(text.ends_with("1 regressions, 1 fixes, 1 new directives; 1 unchanged\n"), "{text}");
    let quiet = changes(vec![row("a.wast", 1, Outcome::Pass)], vec![row("a.wast", 1, Outcome::Pass)]);
    assert_eq!(written(&quiet, Format::Text), "no changes; 1 unchanged\n");
}

#[test]
fn markdown_escapes_cells() {
    let text = written(&sample(), Format::Markdown);
    assert!(text.starts_with("### Conformance got worse\n"), "{text}");
    let line = "| `s/a.wast:1` assert_return | e m | `` pass -> fail: got <a\\|b> ::error::`x` 100% `` |\n";
    assert!(text.contains(line), "{text}");
    assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
}

#[test]
fn junit_fails_on_regressions() {
    let text = written(&sample(), Format::Junit);
    assert!(
        text.contains("<testsuites name=\"wassay compare\" tests=\"2\" skipped=\"0\" failures=\"1\" errors=\"0\">"),
        "{text}"
    );
    assert!(text.contains("<testcase name=\"s/a.wast\" classname=\"e m\">"), "{text}");
    assert!(text.contains("a.wast:1 assert_return: pass -&gt; fail: got &lt;a|b&gt;"), "{text}");
    assert!(text.contains("1 new directives"), "{text}");
}

#[test]
fn github_has_one_annotation_per_regression() {
    let text = written(&sample(), Format::Github);
    let error = "::error file=s/a.wast,line=1,title=regressions on e m::s/a.wast:1 assert_return: pass -> fail: got";
    assert!(text.contains(error), "{text}");
    assert!(text.lines().all(|line| line.starts_with("::")), "{text}");
    assert!(text.contains("100%25"), "{text}");
    assert!(text.ends_with("::error title=wassay compare::1 regressions, 1 fixes, 1 new directives; 1 unchanged\n"));
}
