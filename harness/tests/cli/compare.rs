//! Tests of `wassay compare`.

use super::common::{code, stderr, stdout};
use super::{report, run};

/// Replaces text in the `conformance.csv` of a report, so that its rows seem to be of another mode.
fn altered(out: &str, from: &str, to: &str) {
    let path = format!("{out}/conformance.csv");
    let rows = std::fs::read_to_string(&path).expect("a report");
    assert!(rows.contains(from), "{rows}");
    std::fs::write(path, rows.replace(from, to)).expect("a file");
}

#[test]
fn equal_runs_have_no_changes() {
    let ((_a, a), (_b, b)) = (report("pass"), report("pass"));
    let output = run(&["compare", &a, &b]);
    assert_eq!((code(&output), stdout(&output).as_str()), (Some(0), "no changes; 24 unchanged\n"));
}

#[test]
fn regressions_are_red_in_every_format() {
    let ((_a, a), (_b, b)) = (report("pass"), report("fail@3"));
    altered(&b, ",fail@3,", ",pass,");
    for (format, says) in [
        ("text", "2 regressions:\n  suite/a.wast:3 assert_return on fake pass: pass -> fail: expected (i32.const 1)"),
        ("markdown", "### Conformance got worse\n"),
        ("junit", "failures=\"2\""),
        ("github", "::error file=suite/a.wast,line=3,title=regressions on fake pass::suite/a.wast:3"),
    ] {
        let output = run(&["compare", &a, &b, "--format", format]);
        assert_eq!(code(&output), Some(1), "{format}");
        assert!(stdout(&output).contains(says), "{format}: {}", stdout(&output));
        // In the other direction the change is a fix.
        let output = run(&["compare", &b, &a, "--format", format]);
        assert_eq!(code(&output), Some(0), "{format}: {}", stdout(&output));
        assert!(!stdout(&output).contains(says), "{format}: {}", stdout(&output));
    }
}

#[test]
fn a_filter_and_a_limit_and_a_file() {
    let ((_a, a), (place, b)) = (report("pass"), report("fail+pass@99"));
    altered(&b, ",fail+pass@99,", ",pass,");
    let output = run(&["compare", &a, &b, "--limit", "1", "-E", "file(a) & directive(assert_*)"]);
    let said = stdout(&output);
    assert!(said.starts_with("8 regressions:\n  suite/a.wast:3 ") && said.contains("\n  ... and 7 more\n"), "{said}");
    let file = super::text(&place.path("c.md"));
    let output = run(&["compare", &a, &b, "--format", "markdown", "--output", &file]);
    assert_eq!((code(&output), stdout(&output).as_str()), (Some(1), ""));
    assert!(std::fs::read_to_string(file).expect("a file").starts_with("### Conformance got worse"));
}

#[test]
fn an_empty_comparison_is_an_error() {
    let ((_a, a), (_b, b)) = (report("pass"), report("fail@3"));
    for words in [vec!["compare", &a, &b], vec!["compare", &a, &a, "-E", "engine(vm)"]] {
        for format in ["text", "markdown", "junit", "github"] {
            let output = run(&[&words[..], &["--format", format]].concat());
            assert_eq!(code(&output), Some(2), "{words:?}: {}", stdout(&output));
            assert!(stderr(&output).contains("error: nothing was compared"), "{}", stderr(&output));
        }
    }
    let said = stdout(&run(&["compare", &a, &b]));
    assert!(said.contains("fake pass: only in the earlier run, not compared"), "{said}");
}

#[test]
fn wrong_calls() {
    let (_place, out) = report("pass");
    for (words, says) in [
        (vec!["compare", &out, "/no/such"], "can't read `/no/such/conformance.csv`"),
        (vec!["compare", &out, &out, "-E", "engine(fake"], "filter `engine(fake`, character 12: expected `)`"),
        (vec!["compare", &out, &out, "--format", "yaml"], "invalid value 'yaml'"),
        (vec!["compare", &out, &out, "--output", "/dev/null/x"], "can't write `/dev/null/x`"),
    ] {
        let output = run(&words);
        assert_eq!(code(&output), Some(2), "{words:?}");
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
}
