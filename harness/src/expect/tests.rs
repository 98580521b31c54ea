//! Tests of expectations: files, precedence of rows, stale rows.

use super::*;
use crate::suite;

const HEADER: &str = "suite,file,line,engine,mode,target,outcome,reason,link\n";

fn expectations(rows: &[&str]) -> Expectations {
    try_expectations(rows).unwrap()
}

fn try_expectations(rows: &[&str]) -> Result<Expectations, Error> {
    let mut all = Expectations::default();
    let text: String = rows.iter().map(|row| format!("{row},why,https://example.org\n")).collect();
    all.add("e.csv", &(HEADER.to_owned() + &text))?;
    Ok(all)
}

fn row(line: u32, mode: &str, outcome: Outcome) -> Row {
    Row {
        run: "r".to_owned(),
        suite: "s".to_owned(),
        revision: "1".to_owned(),
        file: "f.wast".to_owned(),
        line,
        directive: "assert_return".to_owned(),
        proposal: "gc".to_owned(),
        features: String::new(),
        engine: "vm".to_owned(),
        engine_version: "0".to_owned(),
        mode: mode.to_owned(),
        target: "x86_64-linux".to_owned(),
        outcome,
        detail: "seen".to_owned(),
        micros: 1,
    }
}

fn judged(expectations: &mut Expectations, line: u32, outcome: Outcome) -> Row {
    let mut row = row(line, "o0", outcome);
    expectations.judge(&mut row);
    row
}

/// Makes a script; only its suite and file matter here.
fn script(file: &str) -> ScriptFile {
    let mut script = suite::load(&[]).unwrap()[0].scripts[0].clone();
    script.suite = "s".to_owned();
    script.file = file.to_owned();
    script
}

fn stale(expectations: &Expectations, file: &str, mode: &str, target: &str) -> usize {
    expectations.stale(&[&script(file)], &[("vm".to_owned(), mode.to_owned())], target).len()
}

#[test]
fn outcomes_in_the_light_of_expectations() {
    use Outcome::{Crash, Fail, Pass, Skip, Timeout, Unsupported, Xfail, Xpass};
    // The expected outcome, then the result for each outcome of `seen`.
    let seen = [Pass, Fail, Unsupported, Skip, Crash, Timeout];
    let table = [
        ("fail", [Xpass, Xfail, Unsupported, Skip, Crash, Timeout]),
        ("crash", [Xpass, Fail, Unsupported, Skip, Xfail, Timeout]),
        ("timeout", [Xpass, Fail, Unsupported, Skip, Crash, Xfail]),
        ("unsupported", [Xpass, Fail, Unsupported, Skip, Crash, Timeout]),
        ("skip", [Xpass, Fail, Unsupported, Skip, Crash, Timeout]),
        ("pass", [Pass, Fail, Unsupported, Skip, Crash, Timeout]),
        ("crash|timeout", [Xpass, Fail, Unsupported, Skip, Xfail, Xfail]),
        ("pass|fail", [Pass, Xfail, Unsupported, Skip, Crash, Timeout]),
    ];
    for (expected, results) in table {
        let mut all = expectations(&[&format!("s,f.wast,1,vm,o0,x86_64-linux,{expected}")]);
        for (seen, result) in seen.into_iter().zip(results) {
            assert_eq!(judged(&mut all, 1, seen).outcome, result, "{expected} expected, {seen} seen");
            assert_eq!(judged(&mut all, 2, seen).outcome, seen, "the row is about another line");
        }
    }
}

#[test]
fn what_follows_from_an_expected_failure_is_expected() {
    let mut all = expectations(&["s,f.wast,10,vm,*,*,fail", "s,f.wast,12,vm,*,*,crash"]);
    let mut judged = |line, cause: u32, outcome| {
        let mut row = row(line, "o0", outcome);
        row.detail = format!("depends on line {cause}, which did not pass");
        all.judge(&mut row);
        (row.outcome, row.detail.starts_with("why"))
    };
    assert_eq!(judged(11, 10, Outcome::Fail), (Outcome::Xfail, true));
    assert_eq!(judged(11, 100, Outcome::Fail), (Outcome::Fail, false), "no row is about line 100");
    assert_eq!(judged(12, 10, Outcome::Fail), (Outcome::Fail, false), "the row about the directive itself decides");
}

#[test]
fn details_say_why() {
    let mut all = expectations(&["s,f.wast,*,*,*,*,fail"]);
    assert_eq!(judged(&mut all, 1, Outcome::Fail).detail, "why (fail: seen)");
    assert_eq!(judged(&mut all, 1, Outcome::Pass).detail, "expected fail: why");
    assert_eq!(judged(&mut all, 1, Outcome::Crash).detail, "seen");
}

#[test]
fn a_star_stands_for_anything() {
    let keys = ["s", "f.wast", "1", "vm", "o0", "x86_64-linux"];
    for (i, _) in keys.iter().enumerate() {
        let mut with_star = keys;
        with_star[i] = "*";
        let mut all = expectations(&[&format!("{},fail", with_star.join(","))]);
        assert_eq!(judged(&mut all, 1, Outcome::Fail).outcome, Outcome::Xfail, "{with_star:?}");
        let mut other = keys;
        other[i] = if i == 2 { "7" } else { "other" };
        let mut all = expectations(&[&format!("{},fail", other.join(","))]);
        assert_eq!(judged(&mut all, 1, Outcome::Fail).outcome, Outcome::Fail, "{other:?}");
    }
    assert_eq!(judged(&mut expectations(&["*,*,*,*,*,*,fail"]), 1, Outcome::Fail).outcome, Outcome::Xfail);
}

#[test]
fn the_most_specific_row_decides() {
    for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
        let rows = ["*,*,*,*,*,*,crash", "s,f.wast,*,*,*,*,fail", "s,f.wast,1,*,*,*,pass"];
        let mut all = expectations(&order.map(|i| rows[i]));
        assert_eq!(judged(&mut all, 1, Outcome::Fail).outcome, Outcome::Fail, "{order:?}");
        assert_eq!(judged(&mut all, 1, Outcome::Pass).outcome, Outcome::Pass, "{order:?}");
        assert_eq!(judged(&mut all, 2, Outcome::Fail).outcome, Outcome::Xfail, "{order:?}");
        assert_eq!(judged(&mut all, 2, Outcome::Crash).outcome, Outcome::Crash, "{order:?}");
    }
    // Equally many `*`: the earlier column decides.
    let mut all = expectations(&["s,f.wast,1,*,*,*,fail", "s,f.wast,*,vm,*,*,crash"]);
    assert_eq!(judged(&mut all, 1, Outcome::Fail).outcome, Outcome::Xfail);
}

#[test]
fn rows_that_match_nothing_are_stale() {
    let mut all = expectations(&["s,f.wast,1,vm,o0,*,fail", "s,f.wast,*,*,*,*,crash"]);
    assert_eq!(stale(&all, "f.wast", "o0", "t"), 2);
    judged(&mut all, 1, Outcome::Unsupported);
    assert_eq!(stale(&all, "f.wast", "o0", "t"), 0, "an overruled row has matched, too");

    let all = expectations(&["s,f.wast,1,vm,o0,t,fail"]);
    assert_eq!(stale(&all, "f.wast", "o0", "t"), 1);
    assert_eq!(stale(&all, "f.wast", "o3", "t"), 0, "the mode was not run");
    assert_eq!(stale(&all, "f.wast", "o0", "u"), 0, "another target");
    assert_eq!(stale(&all, "g.wast", "o0", "t"), 0, "the file was not selected");
    let message = all.stale(&[&script("f.wast")], &[("vm".to_owned(), "o0".to_owned())], "t")[0].to_string();
    assert_eq!(message, "e.csv:2: no directive matches `s,f.wast,1,vm,o0,t`");
}

#[test]
fn faults_name_file_and_line() {
    let fault = |rows: &[&str]| try_expectations(rows).unwrap_err().to_string();
    let good = "s,f.wast,1,vm,o0,*,fail";
    assert_eq!(fault(&[good, "s,f.wast,1,vm,o0,*"]), "e.csv:3: 8 fields, not 9");
    assert_eq!(fault(&[good, good]), "e.csv:3: e.csv:2 has the same keys");
    assert_eq!(fault(&["s,f.wast,1,vm,o0,*,failed"]), "e.csv:2: unknown outcome `failed`");
    assert_eq!(fault(&["s,f.wast,1,vm,o0,*,fail|"]), "e.csv:2: unknown outcome ``");
    assert!(fault(&["s,f.wast,1,vm,o0,*,xfail"]).starts_with("e.csv:2: `xfail` follows from"));
    for line in ["0", "-1", "1-2", "01", "x"] {
        assert_eq!(
            fault(&[&format!("s,f.wast,{line},vm,o0,*,fail")]),
            format!("e.csv:2: `{line}` is not a line number")
        );
    }
    assert_eq!(fault(&["s,f.wast,1,,o0,*,fail"]), "e.csv:2: `engine` is empty");

    let mut all = Expectations::default();
    let error = all.add("e.csv", "suite,file\n").unwrap_err().to_string();
    assert!(error.starts_with("e.csv:1: columns must be `suite,file,line,"), "{error}");
    let link = format!("{HEADER}s,f.wast,1,vm,o0,*,fail,why,see the wiki\n");
    assert_eq!(all.add("e.csv", &link).unwrap_err().to_string(), "e.csv:2: `see the wiki` is not an https link");
}

#[test]
fn files_are_found_in_folders() {
    let dir = tempfile::tempdir().unwrap();
    let dirs = [dir.path().to_owned()];
    let compiled_in = Expectations::load(&[]).unwrap().len();
    assert_eq!(Expectations::load(&dirs).unwrap().len(), compiled_in, "a folder without a file");
    let path = dir.path().join(FILE);
    std::fs::write(&path, format!("{HEADER}s,\"f,g.wast\",1,vm,o0,*,fail,\"a, b\",https://example.org\n")).unwrap();
    assert_eq!(Expectations::load(&dirs).unwrap().len(), compiled_in + 1);
    assert_eq!(Expectations::from_file(&path).unwrap().all[0].keys[1].as_deref(), Some("f,g.wast"));
    std::fs::write(&path, "suite\n").unwrap();
    let error = Expectations::load(&dirs).unwrap_err().to_string();
    assert!(error.starts_with(&format!("{}:1: ", path.display())), "{error}");
    assert!(matches!(Expectations::from_file(&dir.path().join("none.csv")), Err(Error::Read { .. })));
}

#[test]
fn what_is_compiled_in_is_about_files_that_exist() {
    let suites = suite::load(&[]).unwrap();
    for expectation in &Expectations::load(&[]).unwrap().all {
        let [Some(suite), Some(file), ..] = &expectation.keys else { continue };
        if let Some(suite) = suites.iter().find(|s| s.name == *suite) {
            assert!(suite.scripts.iter().any(|s| s.file == *file), "{:?}: {file}", expectation.origin);
        }
    }
}
