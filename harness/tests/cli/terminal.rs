//! Tests of output on a terminal and elsewhere: control codes only on a terminal, colours only where they are allowed.
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
fn failures_are_named_during_the_run() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let said = stderr(&place.test("fail@1", &[]));
    assert!(said.contains("fail: suite/a.wast:1 module on fake fail@1: "), "{said}");
    assert!(!said.contains("depends on line"), "dependent directives are not named: {said}");
}

#[test]
fn a_summary_fits_a_screen() {
    let long = "(module)\n".repeat(200);
    let files: Vec<String> = (0..30).map(|n| format!("{n}.wast")).collect();
    let place = Place::new(&files.iter().map(|file| (file.as_str(), long.as_str())).collect::<Vec<_>>());
    let output = place.test("fail", &[]);
    assert_eq!(code(&output), Some(1));
    assert!(stdout(&output).lines().count() < 24, "{}", stdout(&output));
    assert!(stdout(&output).contains("... and 5980 more, all in "), "{}", stdout(&output));
    assert!(stderr(&output).lines().count() < 60, "{}", stderr(&output));
}

/// Runs on a terminal that `script` of util-linux provides. Returns its output, or `None` without that program.
fn on_terminal(variable: Option<(&str, &str)>) -> Option<String> {
    terminal("--engine fake:hang@3 --timeout 1", variable)
}

/// Runs these engines on a terminal of 24 lines and 80 columns.
fn terminal(engines: &str, variable: Option<(&str, &str)>) -> Option<String> {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let binary = env!("CARGO_BIN_EXE_wassay");
    let (suite, out) = (text(&place.suite()), text(&place.out()));
    let call = format!("stty rows 24 cols 80; {binary} test suite:suite {engines} --suites {suite} --out {out}");
    let mut command = Command::new("script");
    command.args(["-qec", &call, "/dev/null"]).stdin(Stdio::null()).env("TERM", "xterm").env_remove("NO_COLOR");
    command.envs(variable);
    let output = command.output().ok()?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_terminal_has_a_bar_and_colours_unless_no_color_is_set() {
    let Some(shown) = on_terminal(None) else { return };
    assert!(shown.contains("scripts, ") && shown.contains(" left, "), "{shown:?}");
    assert!(shown.contains("\x1b[36m"), "cyan: {shown:?}");
    let plain = on_terminal(Some(("NO_COLOR", "1"))).expect("as before");
    assert!(plain.contains(" left, ") && !plain.contains("\x1b[36m"), "{plain:?}");
}

#[test]
fn sixteen_modes_and_many_failures_fit_a_small_terminal() {
    let engines: String = (1..=16).map(|n| format!(" --engine fake:fail@{n}+fail@{}", n % 12 + 1)).collect();
    let Some(shown) = terminal(&engines, None) else { return };
    // The bar is cleared before the summary, which begins after the last control code that clears a line.
    let summary = &shown[shown.rfind("\x1b[").map_or(0, |at| at + 4)..];
    let lines: Vec<&str> = summary.lines().map(|line| line.trim_end_matches('\r')).collect();
    assert!(lines.len() < 24, "{summary}");
    assert!(lines.iter().all(|line| line.chars().count() <= 80), "{summary}");
    assert!(summary.contains("... and ") && summary.contains("reports are in"), "{summary}");
    assert_eq!(lines.iter().filter(|line| line.contains(" directives, ")).count(), 16, "{summary}");
}
