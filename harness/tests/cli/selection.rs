//! Tests of the selection, partition and retry options of `wassay test`, and of profiles.

use super::common::{Place, SCRIPT, code, stderr, stdout, wassay};
use super::{run, text};
use std::collections::BTreeSet;
use wassay::model::Outcome;

fn files(place: &Place) -> BTreeSet<String> {
    place.rows().into_iter().map(|row| row.file).collect()
}

#[test]
fn filters_select_tasks() {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    assert_eq!(code(&place.test("fail@3", &["-E", "engine(fake) & !file(b)"])), Some(1));
    assert_eq!(files(&place), BTreeSet::from(["a.wast".to_owned()]));
    for (filter, says) in [
        ("file(a) & ", "filter `file(a) & `, character 11: expected a test"),
        ("outcome(fail)", "character 1: `outcome` is a field of results"),
        ("file(z)", "the filter `file(z)` matches none of the selected tasks"),
    ] {
        let output = place.test("pass", &["-E", filter]);
        assert_eq!(code(&output), Some(2), "{filter}");
        assert_eq!(stderr(&output).matches("error: ").count(), 1, "{}", stderr(&output));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
}

#[test]
fn a_list_runs_nothing() {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    let output = place.test("crash", &["--list", "--engine", "fake:pass"]);
    assert_eq!(code(&output), Some(0));
    let expected = "\
suite/a.wast\tfake:crash\tcustom
suite/a.wast\tfake:pass\tcustom
suite/b.wast\tfake:crash\tcustom
suite/b.wast\tfake:pass\tcustom
";
    assert_eq!(stdout(&output), expected);
    assert!(!place.out().exists());
    let parts: Vec<String> =
        (1..=3).map(|k| stdout(&place.test("pass", &["--list", "--partition", &format!("hash:{k}/3")]))).collect();
    assert_eq!(parts.concat().lines().count(), 2, "{parts:?}");
    let output = place.test("pass", &["--partition", "hash:4/3"]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("there is no part 4 of 3"), "{}", stderr(&output));
}

#[test]
fn an_empty_partition_gives_a_report_without_rows() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let rows: Vec<usize> = (1..=2)
        .map(|k| {
            assert_eq!(code(&place.test("pass", &["--partition", &format!("slice:{k}/2")])), Some(0));
            place.rows().len()
        })
        .collect();
    assert_eq!(rows, [12, 0]);
}

#[test]
fn failed_scripts_run_again() {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", "(module)\n"), ("c.wast", SCRIPT)]);
    let output = place.test("pass", &["--failed"]);
    assert_eq!(code(&output), Some(2), "there is no report of an earlier run");
    assert_eq!(code(&place.test("fail@3", &[])), Some(1));
    let output = place.test("fail@3", &["--failed=first"]);
    assert_eq!((code(&output), files(&place).len()), (Some(1), 3));
    assert_eq!(code(&place.test("fail@3", &["--failed"])), Some(1));
    assert_eq!(files(&place), ["a.wast", "c.wast"].map(str::to_owned).into());
    assert_eq!(code(&place.test("fail@3", &["--failed=only", "-E", "file(c)"])), Some(1));
    assert_eq!(files(&place), BTreeSet::from(["c.wast".to_owned()]));
    let output = place.test("pass", &["--failed"]);
    assert_eq!(code(&output), Some(0), "in another mode, nothing failed");
    assert!(stderr(&output).contains("none of the selected scripts had an unexpected outcome"), "{}", stderr(&output));
}

#[test]
fn flaky_directives_are_named() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let flaky = |retries: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let mut command = wassay();
        command.args(["test", "suite:suite", "--engine", "fake:flaky@3+flaky@4", "--retries", retries, "--suites"]);
        command.arg(place.suite()).arg("--out").arg(place.out()).env("WASSAY_FAKE_FOLDER", folder.path());
        command.output().expect("it runs")
    };
    assert_eq!(code(&flaky("0")), Some(1));
    let output = flaky("2");
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert!(stderr(&output).contains("retrying 1 tasks with unexpected outcomes"), "{}", stderr(&output));
    let said = stdout(&output);
    let named = "flaky pass: suite/a.wast:3 assert_return on fake flaky@3+flaky@4: flaky: failed 1 times before it passed; \
                 first fail: expected (i32.const 1), got nothing\n";
    assert!(said.contains(named), "{said}");
    assert_eq!(said.matches("flaky pass: ").count(), 2, "{said}");
    place.assert_complete(&["a.wast"]);
    assert!(place.rows().iter().all(|row| row.outcome == Outcome::Pass));
    // A directive that fails in each attempt is a failure.
    let output = place.test("fail@3", &["--retries", "2"]);
    assert_eq!(code(&output), Some(1));
    assert_eq!(stderr(&output).matches("retrying ").count(), 2, "{}", stderr(&output));
    assert!(!stdout(&output).contains("flaky"));
    place.assert_complete(&["a.wast"]);
}

#[test]
fn no_capture_passes_on_output_of_engines() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let words = "not the worker's words";
    assert!(!stderr(&place.test("print@3", &[])).contains(words));
    let output = place.test("print@3", &["--no-capture"]);
    assert_eq!((code(&output), stderr(&output).matches(words).count()), (Some(0), 1), "{}", stderr(&output));
    let output = place.test("panic@3", &["--no-capture"]);
    assert!(stderr(&output).contains("panicked at"), "{}", stderr(&output));
    assert!(place.not_passed("a.wast")[0].2.ends_with("on demand"), "the detail has the message too");
}

#[test]
fn profiles_set_missing_options() {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    let config = place.path("wassay.toml");
    let write = |text: &str| std::fs::write(&config, text).expect("a file");
    write(
        "[profile.default]\nengine = ['fake']\nsuites = ['suite']\nselectors = ['suite:suite']\nout = 'out'\n\
         [profile.ci]\nengine = ['fake:fail@3']\nsuites = ['suite']\nfilter = 'file(a)'\nselectors = ['suite:suite']\n\
         out = 'out'\n",
    );
    let below = place.path("some");
    std::fs::create_dir(&below).expect("a folder");
    let test = |words: &[&str]| wassay().arg("test").args(words).current_dir(&below).output().expect("it runs");
    assert_eq!(code(&test(&[])), Some(0), "the file is found in a parent folder, and has a default profile");
    assert_eq!(files(&place).len(), 2);
    assert_eq!(code(&test(&["--profile", "ci"])), Some(1));
    assert_eq!(files(&place).len(), 1);
    assert_eq!(
        code(&test(&["--profile", "ci", "--engine", "fake:pass"])),
        Some(0),
        "the command line takes precedence"
    );
    assert_eq!((place.rows()[0].mode.as_str(), files(&place).len()), ("pass", 1));
    for (text, words, says) in [
        ("[profile.a]\n", &["--profile", "b"][..], "has no profile `b`; it has `a`"),
        ("[profile.a]\nspeed = 1\n", &["--profile", "a"], "wassay.toml:2: unknown field `speed`"),
        ("[profile.a]\ntimeout = 0\n", &["--profile", "a"], "wassay.toml:2: timeout: not a number of seconds above 0"),
        ("[profile.a]\nfilter = 'x'\n", &["--profile", "a"], "wassay.toml:2: filter `x`, character 1"),
        ("", &["--config", "/no/such"], "can't read `/no/such`"),
    ] {
        write(text);
        let output = test(words);
        assert_eq!(code(&output), Some(2), "{text}");
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
    let output = wassay().args(["test", "--profile", "ci"]).current_dir("/").output().expect("it runs");
    assert!(stderr(&output).contains("there is no `wassay.toml`"), "{}", stderr(&output));
}

#[test]
fn names_of_runs() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    place.test("pass", &["--run", "nightly 7"]);
    assert!(place.rows().iter().all(|row| row.run == "nightly 7"));
    let output = run(&["test", "--engine", "fake", "--run", "a+b", "--out", &text(&place.out())]);
    assert_eq!(code(&output), Some(2), "`+` joins names");
}
