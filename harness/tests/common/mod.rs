//! Helpers of the tests that run the binary: a place with scripts, calls, and reading of reports.
#![allow(dead_code, unreachable_pub, reason = "each test is a crate of its own, and none uses all of this")]

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use tempfile::TempDir;
use wassay::model::{Outcome, Row};
use wassay::report;

/// A script with one directive in each line, of several kinds.
pub const SCRIPT: &str = r#"(module $m (func (export "f") (result i32) (i32.const 1)) (global (export "g") i32 (i32.const 2)))
(register "m" $m)
(assert_return (invoke "f") (i32.const 1))
(assert_return (get $m "g") (i32.const 2))
(module $n (import "m" "f" (func (result i32))) (func (export "h")))
(invoke $n "h")
(assert_trap (invoke $n "h") "unreachable")
(assert_invalid (module (func (result i32))) "type mismatch")
(assert_malformed (module binary "") "unexpected end")
(assert_unlinkable (module (import "m" "x" (func))) "unknown import")
(assert_exhaustion (invoke $n "h") "call stack exhausted")
(assert_return (invoke $m "f") (i32.const 1))
"#;

/// Number of directives in [`SCRIPT`].
pub const DIRECTIVES: u32 = 12;

/// A temporary folder with a suite and a report folder.
pub struct Place {
    dir: TempDir,
}

impl Place {
    /// Makes a place whose suite has these scripts.
    pub fn new(scripts: &[(&str, &str)]) -> Self {
        let dir = TempDir::new().expect("a temporary folder");
        std::fs::create_dir(dir.path().join("suite")).expect("a folder");
        let place = Self { dir };
        for (name, text) in scripts {
            std::fs::write(place.suite().join(name), text).expect("a script");
        }
        place
    }

    pub fn suite(&self) -> PathBuf {
        self.dir.path().join("suite")
    }

    /// Writes a description of the engine `shell` with this table `drive`. Returns the folder for `WASSAY_ENGINES`.
    pub fn describe(&self, drive: &str) -> PathBuf {
        let engines = self.path("engines");
        std::fs::create_dir_all(&engines).expect("a folder");
        let description = format!(
            r#"
name = "shell"
title = "A shell"
languages = []
compiler = ""
execution = []
interop = []
features = []
host_apis = []
standards = []
platforms = []
status = "alive"
link = ""
get = ""
{drive}
"#
        );
        std::fs::write(engines.join("shell.toml"), description).expect("a file");
        engines
    }

    pub fn out(&self) -> PathBuf {
        self.dir.path().join("out")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs `wassay test` with the whole suite on the fake engine.
    pub fn test(&self, mode: &str, args: &[&str]) -> Output {
        self.command(mode, args).output().expect("the binary runs")
    }

    /// Starts the same run without waiting for it.
    pub fn start(&self, mode: &str, args: &[&str]) -> Child {
        self.command(mode, args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary runs")
    }

    fn command(&self, mode: &str, args: &[&str]) -> Command {
        let mut command = wassay();
        command.args(["test", "suite:suite", "--engine", "fake", "--mode", mode, "--jobs", "2", "--out"]);
        command.arg(self.out()).arg("--suites").arg(self.suite()).args(args);
        command
    }

    pub fn rows(&self) -> Vec<Row> {
        report::read(&self.out()).expect("a report")
    }

    /// Returns line, outcome and detail of a script's rows that did not pass.
    pub fn not_passed(&self, file: &str) -> Vec<(u32, Outcome, String)> {
        let rows = self.rows().into_iter().filter(|row| row.file == file && row.outcome != Outcome::Pass);
        rows.map(|row| (row.line, row.outcome, row.detail)).collect()
    }

    /// Checks that each script has one row for each line.
    pub fn assert_complete(&self, files: &[&str]) {
        let rows = self.rows();
        assert_eq!(rows.len(), files.len() * DIRECTIVES as usize);
        for file in files {
            let lines: Vec<u32> = rows.iter().filter(|row| row.file == *file).map(|row| row.line).collect();
            assert_eq!(lines, (1..=DIRECTIVES).collect::<Vec<_>>(), "{file}");
        }
    }
}

/// Returns a command of the binary, without variables of the environment that it reads.
pub fn wassay() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wassay"));
    for variable in ["WASSAY_SUITES", "WASSAY_ENGINES", "WASSAY_WASM_H"] {
        command.env_remove(variable);
    }
    command
}

pub fn code(output: &Output) -> Option<i32> {
    if output.status.code() == Some(101) {
        panic!("panicked: {}", stderr(output));
    }
    output.status.code()
}

pub fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Returns the child processes of a process.
#[cfg(target_os = "linux")]
pub fn children(pid: u32) -> Vec<u32> {
    let Ok(tasks) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    let read =
        |task: std::io::Result<std::fs::DirEntry>| std::fs::read_to_string(task.ok()?.path().join("children")).ok();
    let lists: Vec<String> = tasks.filter_map(read).collect();
    lists.iter().flat_map(|list| list.split_whitespace()).filter_map(|pid| pid.parse().ok()).collect()
}

/// Returns whether the journal of the run contains a text.
pub fn recorded(place: &Place, text: &str) -> bool {
    std::fs::read_to_string(place.out().join("conformance.part")).is_ok_and(|record| record.contains(text))
}

/// Returns whether the journal has the verdict of the directive with a number, from 0.
pub fn has_judged(place: &Place, at: u32) -> bool {
    // The verdict is the first of an entry, or a later one.
    ["[[", "],["].iter().any(|before| recorded(place, &format!("{before}{at},[")))
}

/// Polls until there is an answer, for at most ten seconds.
pub fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    for _ in 0..1000 {
        if let Some(answer) = ask() {
            return answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("waited too long");
}

/// Returns the rows of a report without the fields that differ from run to run.
pub fn lasting(dir: &Path) -> Vec<String> {
    let mut rows = report::read(dir).expect("a report");
    for row in &mut rows {
        row.run.clear();
        row.micros = 0;
    }
    rows.iter().map(|row| format!("{row:?}")).collect()
}
