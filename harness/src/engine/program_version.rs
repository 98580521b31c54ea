//! Version of an engine, read from what a program prints.

use std::process::{Command, Stdio};

/// Runs a command and finds the version in its output; empty if the command cannot be started.
pub(super) fn version_of(command: &[String]) -> String {
    let Some((program, args)) = command.split_first() else { return String::new() };
    let output = Command::new(program).args(args).stdin(Stdio::null()).output();
    output.map_or_else(|_| String::new(), |output| version_in(&String::from_utf8_lossy(&output.stdout)))
}

/// Finds the version in the first line: the first word that begins like a number, otherwise the whole line.
fn version_in(printed: &str) -> String {
    let line = printed.lines().next().unwrap_or_default().trim();
    let numbered = |word: &&str| word.trim_start_matches('v').starts_with(|char: char| char.is_ascii_digit());
    line.split_whitespace().find(numbered).map_or(line, |word| word.trim_start_matches('v')).to_owned()
}
