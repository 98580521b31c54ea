//! Tests of `wassay completions` and `wassay man`.

use super::common::{code, stderr, stdout};
use super::{run, text};

/// Subcommands that are not hidden.
const SUBCOMMANDS: [&str; 10] =
    ["test", "suites", "engines", "matrix", "compare", "diff", "merge", "expect", "completions", "man"];

#[test]
fn every_shell_completes_every_subcommand() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        assert_eq!(code(&output), Some(0));
        let script = stdout(&output);
        for word in SUBCOMMANDS.iter().chain(&["partition", "retries", "resume"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
    }
    let output = run(&["completions", "command.com"]);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
}

#[test]
fn bash_accepts_the_completion_script() {
    use std::io::Write;
    let Ok(mut bash) = std::process::Command::new("bash").arg("-n").stdin(std::process::Stdio::piped()).spawn() else {
        return;
    };
    let script = run(&["completions", "bash"]).stdout;
    bash.stdin.take().expect("piped").write_all(&script).expect("it reads");
    assert!(bash.wait().expect("it ends").success());
}

#[test]
fn every_subcommand_has_a_man_page() {
    let page = stdout(&run(&["man"]));
    assert!(page.contains(".TH wassay 1"), "{page}");
    let dir = tempfile::tempdir().expect("a folder");
    assert_eq!(code(&run(&["man", "--out", &text(dir.path())])), Some(0));
    for subcommand in SUBCOMMANDS {
        let page = std::fs::read_to_string(dir.path().join(format!("wassay-{subcommand}.1"))).expect(subcommand);
        assert!(page.contains(".SH OPTIONS") || page.contains(".SH SYNOPSIS"), "{subcommand}");
    }
    assert!(!dir.path().join("wassay-worker.1").exists(), "the subcommand is hidden");
    let output = run(&["man", "--out", "/dev/null/x"]);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
}
