//! Tests that the harness detects failures: each failure, crash, hang and memory leak of the fake engine gives the
//! right row and exit code 1, and no row is lost or doubled.

mod common;

use common::{DIRECTIVES, Place, SCRIPT, code, stderr, stdout};
use wassay::model::Outcome::{self, Crash, Fail, Timeout, Unsupported};

/// Runs two copies of the script in a mode, and checks that no row is missing and that both copies have the same
/// outcomes. Returns the rows that did not pass.
fn run(mode: &str, args: &[&str], expected: i32) -> Vec<(u32, Outcome, String)> {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    let output = place.test(mode, args);
    assert_eq!(code(&output), Some(expected), "{}{}", stdout(&output), stderr(&output));
    place.assert_complete(&["a.wast", "b.wast"]);
    assert_eq!(place.not_passed("a.wast"), place.not_passed("b.wast"));
    assert!(!place.out().join("conformance.part").exists(), "a finished run has no journal");
    place.not_passed("a.wast")
}

fn row(line: u32, outcome: Outcome, detail: &str) -> (u32, Outcome, String) {
    (line, outcome, detail.to_owned())
}

#[test]
fn a_run_that_passes() {
    assert_eq!(run("pass", &[], 0), []);
}

#[test]
fn values_are_wrong() {
    assert_eq!(run("fail@3", &[], 1), [row(3, Fail, "expected (i32.const 1), got nothing")]);
    assert_eq!(
        run("fail@7+fail@8+fail@10+fail@11", &[], 1),
        [
            row(7, Fail, "expected trap: unreachable, got nothing"),
            row(8, Fail, "accepted a module with `type mismatch`"),
            row(10, Fail, "linked a module with `unknown import`"),
            row(11, Fail, "expected exhaustion: call stack exhausted, got nothing"),
        ]
    );
}

#[test]
fn unexpected_traps() {
    assert_eq!(run("trap@3", &[], 1), [row(3, Fail, "expected (i32.const 1), got trap: traps on demand")]);
    assert_eq!(
        run("trap@7", &[], 1),
        [row(7, Fail, "expected trap: unreachable, got trap: traps on demand")],
        "another trap than the one that the script names"
    );
}

#[test]
fn directives_that_depend_on_a_failed_module_follow_its_outcome() {
    let failed = "depends on line 5, which did not pass";
    assert_eq!(
        run("fail@5", &[], 1),
        [
            row(5, Fail, "expected success, got error: fails on demand"),
            row(6, Fail, failed),
            row(7, Fail, failed),
            row(11, Fail, failed),
        ]
    );
    assert_eq!(
        run("unsupported@1", &[], 0),
        [
            row(1, Unsupported, "everything: nothing is supported on demand"),
            row(2, Unsupported, "everything"),
            row(3, Unsupported, "everything"),
            row(4, Unsupported, "everything"),
            row(5, Unsupported, "everything"),
            row(6, Unsupported, "everything"),
            row(7, Unsupported, "everything"),
            row(10, Unsupported, "everything"),
            row(11, Unsupported, "everything"),
            row(12, Unsupported, "everything"),
        ],
        "what imports from it included"
    );
}

#[test]
fn workers_crash() {
    assert_eq!(run("crash@3", &[], 1), [row(3, Crash, "SIGABRT")]);
    assert_eq!(run("segfault@12", &[], 1), [row(12, Crash, "SIGSEGV")]);
    assert_eq!(run("exit@9", &[], 1), [row(9, Crash, "exit code 0")]);
    assert_eq!(run("panic@4", &[], 1).len(), 1);
    assert_eq!(
        run("crash@3+segfault@4+exit@11", &[], 1),
        [row(3, Crash, "SIGABRT"), row(4, Crash, "SIGSEGV"), row(11, Crash, "exit code 0")]
    );
}

#[test]
fn a_panic_has_its_message_as_detail() {
    let rows = run("panic@4", &[], 1);
    assert!(rows[0].2.starts_with("SIGABRT: panicked at "), "{rows:?}");
    assert!(rows[0].2.ends_with(" on demand"), "{rows:?}");
}

#[test]
fn directives_that_depend_on_a_crash_name_it() {
    let lost = "depends on line 1, which did not pass";
    let rows = run("crash@1", &[], 1);
    assert_eq!(rows[0], row(1, Crash, "SIGABRT"));
    assert_eq!(rows.iter().filter(|(_, outcome, detail)| *outcome == Fail && detail == lost).count(), 9, "{rows:?}");
}

#[test]
fn every_directive_crashes() {
    let rows = run("crash", &[], 1);
    assert_eq!(rows.len(), DIRECTIVES as usize);
    assert!(rows.iter().all(|(_, outcome, detail)| *outcome == Crash && detail == "SIGABRT"), "{rows:?}");
}

#[test]
fn a_crash_in_replay_neither_loops_nor_is_reported_twice() {
    assert_eq!(run("crash@7+segfault@r3+exit@r4", &[], 1), [row(7, Crash, "SIGABRT")]);
    assert_eq!(run("crash@7+hang@r3", &["--timeout", "0.3"], 1), [row(7, Crash, "SIGABRT")]);
}

#[test]
fn workers_hang() {
    assert_eq!(
        run("hang@3+hang@8", &["--timeout", "0.3"], 1),
        [row(3, Timeout, "no answer within 0.3 s"), row(8, Timeout, "no answer within 0.3 s")]
    );
}

#[test]
fn workers_exceed_their_memory_limit() {
    let detail = "out of memory: it may use 200 MiB";
    assert_eq!(run("eat@4", &["--memory", "200"], 1), [row(4, Crash, detail)]);
}

#[test]
fn output_of_an_engine_does_not_disturb_the_protocol() {
    assert_eq!(run("print", &[], 0), []);
    let rows = run("print@2+crash@4", &[], 1);
    assert_eq!(rows, [row(4, Crash, "SIGABRT")], "the output is not taken for the message of a later crash");
}

#[test]
fn red_directives_are_named_and_counted() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let output = place.test("crash@3+fail@4", &[]);
    let said = stdout(&output);
    assert!(said.contains("crash: suite/a.wast:3 assert_return on fake crash@3+fail@4: SIGABRT\n"), "{said}");
    assert!(said.contains("12 directives, 10 pass, 1 fail, 1 crash\n"), "{said}");
}

#[test]
fn expectations_turn_fail_to_xfail_and_pass_to_xpass() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let expect = |rows: &str| {
        let header = "suite,file,line,engine,mode,target,outcome,reason,link\n";
        std::fs::write(place.path("expectations.csv"), format!("{header}{rows}")).expect("a file");
        let dir = place.path("");
        let output = place.test("fail@3", &["--expectations", &dir.to_string_lossy()]);
        (code(&output), stdout(&output))
    };
    let known = "suite,a.wast,3,fake,*,*,fail,it is fake,https://example.org\n";
    assert_eq!(expect(known).0, Some(0));
    assert_eq!(place.not_passed("a.wast")[0].1, Outcome::Xfail);
    let (code, said) = expect(&format!("{known}suite,a.wast,4,fake,*,*,fail,it is fake,https://example.org\n"));
    assert_eq!(code, Some(1));
    assert!(said.contains("xpass: suite/a.wast:4"), "{said}");
    let (code, said) = expect(&format!("{known}suite,a.wast,99,fake,*,*,fail,it is fake,https://example.org\n"));
    assert_eq!(code, Some(1));
    assert!(said.contains("stale expectation: "), "{said}");
}
