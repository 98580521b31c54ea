//! Tests of `wassay diff`.

use super::common::{Place, SCRIPT, code, stderr, stdout, wassay};
use super::{ALL, run, text};

#[test]
fn diff_runs_both_engines() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let suite = text(&place.suite());
    let diff = |left: &str, right: &str| run(&["diff", left, right, "suite:suite", "--suites", &suite]);
    let output = diff("fake", "fake:fail@3");
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    let expected = "\
suite/a.wast:3 assert_return
    fake pass    pass
    fake fail@3  fail: expected (i32.const 1), got nothing
fake pass and fake fail@3 disagree on 1 of 12 directives
    fake pass pass, fake fail@3 fail: 1
";
    assert_eq!(stdout(&output), expected);
    let output = diff("fake:trap@3", "fake:fail@3");
    assert_eq!(code(&output), Some(0), "both engines fail: {}", stdout(&output));
    for (left, right, says) in [
        ("fake", "fake:pass", "is compared with itself"),
        ("fake", "steam", "there is no engine `steam`"),
        ("fake", "fake:dance", "engine `fake` has no mode `dance`"),
    ] {
        let output = diff(left, right);
        assert_eq!(code(&output), Some(2), "{}", stdout(&output));
        assert!(stderr(&output).contains(says), "{}", stderr(&output));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_interrupted_diff_ends_with_130() {
    use rustix::process::{Pid, Signal, kill_process};
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let mut command = wassay();
    command.args(["diff", "fake", "fake:hang@3", "suite:suite", "--timeout", "60", "--suites"]).arg(place.suite());
    let run =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped()).spawn().expect("it runs");
    // Once workers run, the signal handler is installed.
    let works = |pid: &u32| {
        std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line.windows(7).any(|word| word == b"worker\0"))
    };
    super::common::wait_for(|| super::common::children(run.id()).into_iter().find(works));
    kill_process(Pid::from_raw(i32::try_from(run.id()).expect("an id")).expect("not 0"), Signal::INT).expect("ours");
    assert_eq!(code(&run.wait_with_output().expect("it ends")), Some(130));
}

#[test]
fn diff_of_a_report() {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    place.test("pass", &["--engine", "fake", "--engine", &format!("fake:{ALL}"), "--timeout", "0.3"]);
    let (out, suite) = (text(&place.out()), text(&place.suite()));
    let all = format!("fake:{ALL}");
    let diff = |more: &[&str]| run(&[&["diff", "fake:pass", &all, "--from", &out][..], more].concat());
    let said = stdout(&diff(&[]));
    assert!(said.contains("disagree on 8 of 24 directives\n"), "{said}");
    assert!(said.contains(" unsupported: 2\n") && said.contains(" timeout: 2\n"), "{said}");
    assert!(stdout(&diff(&["--supported"])).contains("disagree on 6 of 24"));
    assert!(stdout(&diff(&["-E", "file(b)"])).contains("disagree on 4 of 12"));
    let said = stdout(&diff(&["b.wast", "--suites", &suite, "--limit", "1"]));
    assert!(said.contains("disagree on 4 of 12") && said.contains("... and 3 more"), "{said}");
    let output = run(&["diff", "fake", "fake:pass", "--from", &out]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("`fake` may be "), "{}", stderr(&output));
    let output = run(&["diff", "vm", "fake:pass", "--from", &out]);
    assert!(stderr(&output).contains("there is no `vm` in the report"), "{}", stderr(&output));
}

/// Description of a runner that fails the scripts that contain a word.
const RUNNER: &str = r#"
[drive]
kind = "runner"
version = ["echo", "7"]
[[drive.mode]]
name = "whole"
about = ""
command = ["sh", "-c", "! grep -q unwelcome \"$1\"", "sh", "{script}"]
"#;

#[test]
fn diff_with_a_runner_compares_whole_scripts() {
    let unwelcome = format!(";; unwelcome\n{SCRIPT}");
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", &unwelcome)]);
    let engines = place.describe(RUNNER);
    let diff = |left: &str, right: &str| {
        let mut command = wassay();
        command.env("WASSAY_ENGINES", &engines).args(["diff", left, right, "suite:suite", "--suites"]);
        command.arg(place.suite()).output().expect("the binary runs")
    };
    let output = diff("fake", "shell");
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    let expected = "\
suite/b.wast:1 script
    fake pass    pass
    shell whole  fail: exit status: 1: it says nothing
fake pass and shell whole disagree on 1 of 2 scripts
    fake pass pass, shell whole fail: 1
";
    assert_eq!(stdout(&output), expected);
    // A script fails with its first directive of the highest severity.
    let output = diff("shell", "fake:fail@3+trap@5");
    let said = stdout(&output);
    assert!(said.contains("fail: line 3, assert_return: expected (i32.const 1), got nothing\n"), "{said}");
    assert!(said.ends_with("    shell whole pass, fake fail@3+trap@5 fail: 1\n"), "b.wast fails in both: {said}");
}
