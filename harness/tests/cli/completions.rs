//! Completions and man pages follow the definition of the command line.

use super::common::{code, stderr, stdout};
use super::{run, text};

/// Subcommands that people use.
const VERBS: [&str; 10] =
    ["test", "suites", "engines", "matrix", "compare", "diff", "merge", "expect", "completions", "man"];

#[test]
fn every_shell_learns_every_verb() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        assert_eq!(code(&output), Some(0));
        let script = stdout(&output);
        for word in VERBS.iter().chain(&["partition", "retries", "resume"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let output = run(&["completions", "command.com"]);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
}

#[test]
fn bash_takes_the_script() {
    use std::io::Write;
    let Ok(mut bash) = std::process::Command::new("bash").arg("-n").stdin(std::process::Stdio::piped()).spawn() else {
        return;
    };
    let script = run(&["completions", "bash"]).stdout;
    bash.stdin.take().expect("piped").write_all(&script).expect("it reads");
    assert!(bash.wait().expect("it ends").success());
}

#[test]
fn there_is_a_page_for_each_verb() {
    let page = stdout(&run(&["man"]));
    assert!(page.contains(".TH wassay 1"), "{page}");
    let dir = tempfile::tempdir().expect("a folder");
    assert_eq!(code(&run(&["man", "--out", &text(dir.path())])), Some(0));
    for verb in VERBS {
        let page = std::fs::read_to_string(dir.path().join(format!("wassay-{verb}.1"))).expect(verb);
        assert!(page.contains(".SH OPTIONS") || page.contains(".SH SYNOPSIS"), "{verb}");
    }
    assert!(!dir.path().join("wassay-worker.1").exists(), "that one is for supervisors");
    let output = run(&["man", "--out", "/dev/null/x"]);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
}
