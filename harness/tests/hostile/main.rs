//! Tests of hostile input: arguments, files and names with any content. Every call ends with a documented exit code,
//! and prints only text: no panic, no control characters, and no commands to a CI system or a terminal.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;

mod names;
mod options;
mod reports;

use common::{stderr, stdout};
use std::process::Output;

/// Names with commands or markup for terminals, CI systems, spreadsheets, HTML, Markdown tables and shells.
const HOSTILE: [&str; 18] = [
    "a\n::stop-commands::x",
    "::error::x",
    "\x1b[2J\x1b]0;x\x07",
    "\r::add-mask::x",
    "##[group]x",
    "##vso[task.complete]x",
    "\u{202e}gnp\u{2066}",
    "\u{9b}31m\u{85}\u{2028}",
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\t=1",
    "'x",
    "a|b\\|c`d``e",
    "<script>alert(1)<\u{2215}script>",
    "\"a\",'b',\\",
    "%0A::error::x,y:z",
];

/// Exit codes of `wassay --help`, without that of interruptions.
const CODES: [i32; 3] = [0, 1, 2];

/// Checks that a call ended with an exit code and printed only text.
///
/// With `data`, standard output is a format for programs and is not checked, since such formats have their own rules.
#[track_caller]
fn sound(output: &Output, data: bool, what: &str) {
    if let Err(fault) = check(output, data) {
        panic!("{what}: {fault}");
    }
}

/// Makes the same checks, but returns the first fault.
fn check(output: &Output, data: bool) -> Result<(), String> {
    let (said, errors) = (stdout(output), stderr(output));
    let code = output.status.code();
    if !code.is_some_and(|code| CODES.contains(&code)) {
        return Err(format!("{:?}: {errors}", output.status));
    }
    if errors.contains("panicked") || errors.contains("overflowed") {
        return Err(errors);
    }
    if code == Some(2) && errors.lines().filter(|line| line.starts_with("error: ")).count() != 1 {
        return Err(format!("not one error: {errors:?}"));
    }
    only_text(&errors)?;
    if data { Ok(()) } else { only_text(&said) }
}

fn only_text(said: &str) -> Result<(), String> {
    let invisible = |c: char| match c {
        '\n' | '\t' => false,
        c => c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'),
    };
    if let Some(line) = said.lines().find(|line| line.chars().any(invisible)) {
        return Err(format!("not only text: {line:?}"));
    }
    // In headings of Markdown, a space follows the `##`.
    let marked = |line: &str| line.split("##").skip(1).any(|rest| !rest.starts_with([' ', '#']));
    let command = |line: &&str| line.trim_start().starts_with("::") || marked(line);
    said.lines().find(command).map_or(Ok(()), |line| Err(format!("a command: {line:?}")))
}
