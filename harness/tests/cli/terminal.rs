//! What is shown where: no control codes without a terminal, no colours where none are wanted.
#![cfg(target_os = "linux")]

use super::common::{Place, SCRIPT, code, stderr, stdout};
use super::{ALL, run, text};
use std::process::{Command, Stdio};

#[test]
fn no_control_codes_without_a_terminal() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let output = place.test(ALL, &["--timeout", "0.3", "--retries", "1"]);
    let out = text(&place.out());
    let clean = |said: &str| assert!(!said.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{said:?}");
    clean(&stdout(&output));
    clean(&stderr(&output));
    for words in [vec!["--help"], vec!["matrix", &out], vec!["compare", &out, &out], vec!["engines"], vec!["nonsense"]]
    {
        let output = run(&words);
        clean(&stdout(&output));
        clean(&stderr(&output));
    }
}

#[test]
fn failures_are_named_as_they_come() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let said = stderr(&place.test("fail@1", &[]));
    assert!(said.contains("fail: suite/a.wast:1 module on fake fail@1: "), "{said}");
    assert!(!said.contains("depends on line"), "what only follows is not: {said}");
}

#[test]
fn a_summary_fits_a_screen() {
    let long = "(module)\n".repeat(200);
    let files: Vec<String> = (0..30).map(|n| format!("{n}.wast")).collect();
    let place = Place::new(&files.iter().map(|file| (file.as_str(), long.as_str())).collect::<Vec<_>>());
    let output = place.test("fail", &[]);
    assert_eq!(code(&output), Some(1));
    assert!(stdout(&output).lines().count() < 50, "{}", stdout(&output));
    assert!(stdout(&output).contains("... and 5990 more, all in "), "{}", stdout(&output));
    assert!(stderr(&output).lines().count() < 60, "{}", stderr(&output));
}

/// What a run shows on a terminal, which `script` of util-linux makes; nothing if it is not there.
fn on_terminal(variable: Option<(&str, &str)>) -> Option<String> {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let binary = env!("CARGO_BIN_EXE_wassay");
    let (suite, out) = (text(&place.suite()), text(&place.out()));
    let call = format!("{binary} test suite:suite --engine fake:hang@3 --timeout 1 --suites {suite} --out {out}");
    let mut command = Command::new("script");
    command.args(["-qec", &call, "/dev/null"]).stdin(Stdio::null()).env("TERM", "xterm").env_remove("NO_COLOR");
    command.envs(variable);
    let output = command.output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_bar_on_a_terminal_in_colours_unless_they_are_not_wanted() {
    let Some(shown) = on_terminal(None) else { return };
    assert!(shown.contains("scripts, ") && shown.contains(" left, "), "{shown:?}");
    assert!(shown.contains("\x1b[36m"), "cyan: {shown:?}");
    let plain = on_terminal(Some(("NO_COLOR", "1"))).expect("as before");
    assert!(plain.contains(" left, ") && !plain.contains("\x1b[36m"), "{plain:?}");
}
