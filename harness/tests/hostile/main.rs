//! Hostile input: arguments, files and names that hold anything. Whatever comes of a call, it is an exit code that this
//! document of the command line knows, and what is said is only text: no panic, no raw control characters, no line that a
//! CI system or a terminal takes for a command.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;

mod names;
mod options;
mod reports;

use common::{stderr, stdout};
use std::process::Output;

/// Names that mean something to terminals, CI systems, spreadsheets, pages, tables and shells.
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

/// What an exit code may be: see `wassay --help`.
const CODES: [i32; 3] = [0, 1, 2];

/// Checks that a call ended by itself and said only text. `data`: standard output is a format for machines, which has rules
/// of its own.
#[track_caller]
fn sound(output: &Output, data: bool, what: &str) {
    if let Err(fault) = check(output, data) {
        panic!("{what}: {fault}");
    }
}

/// The same, as a fault.
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
    // Headings of Markdown have a space there.
    let marked = |line: &str| line.split("##").skip(1).any(|rest| !rest.starts_with([' ', '#']));
    let command = |line: &&str| line.trim_start().starts_with("::") || marked(line);
    said.lines().find(command).map_or(Ok(()), |line| Err(format!("a command: {line:?}")))
}
