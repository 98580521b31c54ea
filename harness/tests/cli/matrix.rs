//! Tests of `wassay matrix` and `wassay merge`.

use super::common::{Place, SCRIPT, code, lasting, stderr, stdout};
use super::{ALL, report, run, text};
use wassay::report::read;

#[test]
fn cells_mark_every_outcome() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    place.test(ALL, &["--timeout", "0.3"]);
    let out = text(&place.out());
    let said = stdout(&run(&["matrix", &out]));
    assert!(said.contains("8/12 !3 -1"), "{said}");
    let csv = stdout(&run(&["matrix", &out, "--format", "csv"]));
    assert_eq!(csv, std::fs::read_to_string(place.out().join("portability.csv")).expect("a file"));
    let said = stdout(&run(&["matrix", &out, "-E", "outcome(crash)"]));
    assert!(said.contains("0/1 !1"), "{said}");
}

#[test]
fn rows_behind_a_cell_are_listed() {
    let (_place, out) = report("fail@3");
    let said = stdout(&run(&["matrix", &out, "--rows", "-E", "!outcome(pass) & proposal(custom)"]));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 3, "{said}");
    assert!(
        lines[0].starts_with("run,suite,") && lines[1].contains(",suite,") && lines[1].contains(",fail,"),
        "{said}"
    );
    let said = stdout(&run(&["matrix", &out, "--rows", "-E", "none()"]));
    assert_eq!(said.lines().count(), 1, "only the header: {said}");
}

#[test]
fn operators_are_counted() {
    let (place, out) = report("fail@3");
    let suite = text(&place.suite());
    let said = stdout(&run(&["matrix", &out, "--by", "operator", "--suites", &suite]));
    let line = said.lines().find(|line| line.starts_with("| i32.const ")).expect("it is used");
    // In each of the two scripts, the module and its two calls use the operator; one of the calls fails.
    assert!(line.contains(" 4/6 !2 "), "{said}");
    assert!(said.contains("No directive uses "), "{said}");
    let said = stdout(&run(&["matrix", &out, "--by", "operator", "--suites", &suite, "--format", "csv"]));
    assert!(
        said.lines()
            .any(|line| line.starts_with("i32.const,mvp,fake,") && line.ends_with(",6,4,2,0,0,0,0,0,0,0.666667")),
        "{said}"
    );
    // Without the scripts, their directives are not counted, and the output says so.
    let said = stdout(&run(&["matrix", &out, "--by", "operator"]));
    assert!(said.contains("Not counted: 24 directives of 2 scripts"), "{said}");
}

#[test]
fn features_json_follows_the_schema_of_the_website() {
    for (mode, passes) in [("pass", true), ("fail@3", false)] {
        let place = Place::new(&[]);
        let out = text(&place.out());
        run(&["test", "proposals/simd/simd_const.wast", "--engine", "fake", "--mode", mode, "--out", &out]);
        let output = run(&["matrix", &out, "--format", "features-json"]);
        let table: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let simd = &table["browsers"][format!("fake/{mode}")]["features"]["simd"];
        assert_eq!(simd[0].is_string(), passes, "{simd}");
        assert_eq!(simd[0] == false, !passes, "{simd}");
        assert!(simd[1].as_str().is_some_and(|note| note.ends_with(" directives pass")), "{simd}");
        assert_eq!(table["features"]["simd"]["phase"], 5);
        // The properties of an engine that the website's schema requires and allows.
        let engine = table["browsers"][format!("fake/{mode}")].as_object().expect("an engine");
        let keys: std::collections::BTreeSet<&str> = engine.keys().map(String::as_str).collect();
        assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["category", "features", "url"]);
        assert_eq!(engine["category"], table["categories"][0]["name"]);
    }
}

#[test]
fn merged_partitions_equal_the_whole_run() {
    let files: Vec<String> = (0..12).map(|n| format!("{n}.wast")).collect();
    let scripts: Vec<(&str, &str)> = files.iter().map(|file| (file.as_str(), SCRIPT)).collect();
    let whole = Place::new(&scripts);
    assert_eq!(code(&whole.test("fail@3", &[])), Some(1));
    for kind in ["hash", "slice"] {
        let place = Place::new(&scripts);
        let parts: Vec<String> = (1..=3).map(|part| text(&place.path(&part.to_string()))).collect();
        for (part, out) in (1..).zip(&parts) {
            place.test(
                "fail@3",
                &["--out", out, "--partition", &format!("{kind}:{part}/3"), "--run", &format!("p{part}")],
            );
            assert!(!read(out.as_ref()).expect("a report").is_empty(), "{kind} {part}");
        }
        let out = text(&place.path("all"));
        let words: Vec<&str> = ["merge", "--out", &out].into_iter().chain(parts.iter().map(String::as_str)).collect();
        let output = run(&words);
        assert_eq!(code(&output), Some(1), "unexpected outcomes give exit code 1: {}", stderr(&output));
        assert!(stdout(&output).contains("144 directives, 12 not as expected"), "{}", stdout(&output));
        let blind = |rows: Vec<String>| rows.into_iter().map(|row| row.replace("content-", "")).collect::<Vec<_>>();
        assert_eq!(blind(lasting(out.as_ref())), blind(lasting(&whole.out())), "{kind}");
        let runs = std::fs::read_to_string(format!("{out}/run.csv")).expect("a file");
        assert_eq!(runs.lines().count(), 4, "{runs}");
        let table = std::fs::read_to_string(format!("{out}/portability.csv")).expect("a file");
        assert!(table.lines().count() == 2 && table.contains("\np1+p2+p3,"), "{table}");
        assert!(stdout(&run(&["matrix", &parts[0], &parts[1], &parts[2]])).contains("132/144 !12"));
        // The same partition twice is an error.
        let output = run(&["merge", "--out", &out, &parts[0], &out]);
        assert_eq!(code(&output), Some(2));
        assert!(stderr(&output).contains("both in"), "{}", stderr(&output));
    }
}

#[test]
fn merge_names_missing_partitions() {
    let files: Vec<String> = (0..6).map(|n| format!("{n}.wast")).collect();
    let place = Place::new(&files.iter().map(|file| (file.as_str(), SCRIPT)).collect::<Vec<_>>());
    let parts: Vec<String> = (1..=3).map(|part| text(&place.path(&part.to_string()))).collect();
    for (part, out) in (1..).zip(&parts) {
        assert_eq!(code(&place.test("pass", &["--out", out, "--partition", &format!("slice:{part}/3")])), Some(0));
    }
    let out = text(&place.path("all"));
    let merge = |parts: &[&String]| {
        let words: Vec<&str> = ["merge", "--out", &out].into_iter().chain(parts.iter().map(|p| p.as_str())).collect();
        let output = run(&words);
        (code(&output), stderr(&output))
    };
    assert_eq!(merge(&[&parts[0], &parts[1], &parts[2]]), (Some(0), String::new()));
    assert_eq!(merge(&[&parts[0], &parts[2]]), (Some(1), "missing: part slice:2/3\n".to_owned()));
    // A merged report lists its partitions in `run.csv`.
    assert_eq!(merge(&[&out, &parts[1]]), (Some(0), String::new()));
    // The report of an interrupted run is incomplete.
    std::fs::write(place.path("1/conformance.part"), "").expect("a file");
    let (code, said) = merge(&[&parts[0], &parts[1], &parts[2]]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("unfinished: `") && said.contains("--resume --out "), "{said}");
    // The number of partitions may be any.
    let path = place.path("2/run.csv");
    let runs = std::fs::read_to_string(&path).expect("a file");
    std::fs::write(&path, runs.replace("slice:2/3", "hash:2/18446744073709551615")).expect("a file");
    let (code, said) = merge(&[&parts[1]]);
    assert_eq!(code, Some(1));
    assert!(said.contains("missing: part hash:1/18446744073709551615\nmissing: part hash:3/"), "{said}");
    assert!(said.ends_with("missing: 18446744073709551604 more of 18446744073709551615 parts\n"), "{said}");
    // Older reports lack the column `partition`.
    std::fs::write(&path, runs.replace(",partition", "").replace(",slice:2/3", "")).expect("a file");
    assert_eq!(merge(&[&parts[1]]), (Some(0), String::new()));
}

#[test]
fn runs_of_the_same_script_have_columns_of_their_own() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    for run in ["one", "two"] {
        place.test("pass", &["--run", run, "--out", &text(&place.path(run))]);
    }
    let said = stdout(&run(&["matrix", &text(&place.path("one")), &text(&place.path("two"))]));
    assert!(said.contains(" fake/pass one |") && said.contains(" fake/pass two |"), "{said}");
}

#[test]
fn wrong_calls() {
    let (_place, out) = report("pass");
    for (words, says) in [
        (vec!["matrix", &out, "--by", "operator", "--format", "features-json"], "has rows for proposals"),
        (vec!["matrix", &out, "--rows", "--format", "csv"], "cannot be used with"),
        (vec!["merge"], "required"),
        (vec!["merge", "/no/such", "--out", "/tmp"], "can't read `/no/such/conformance.csv`"),
    ] {
        let output = run(&words);
        assert_eq!(code(&output), Some(2), "{words:?}");
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
}
