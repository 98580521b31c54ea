//! Tests of scripts and modules with hostile names, in a run and in every subcommand and format.

use super::common::{Place, SCRIPT, stderr, stdout, wassay};
use super::{HOSTILE, sound};
use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Output;
use wassay::model::{Outcome, Row};

/// Makes a folder of suites of one script each; suite and script have a hostile name.
fn suites() -> (Place, PathBuf) {
    let place = Place::new(&[]);
    let suites = place.path("suites");
    for (number, name) in HOSTILE.iter().enumerate() {
        // The hostile part is at the beginning or in the middle of the name.
        let folder = if number % 2 == 0 { (*name).to_owned() } else { format!("{number}{name}") };
        let folder = suites.join(folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join(format!("{name}.wast")), SCRIPT).expect("a script");
    }
    (place, suites)
}

fn test(suites: &Path, out: &Path, mode: &str, more: &[&str]) -> Output {
    let mut command = wassay();
    command.arg("test").arg(suites).args(["--engine", "fake", "--mode", mode, "--suites"]).arg(suites);
    command.arg("--out").arg(out).args(more).output().expect("it runs")
}

fn run<S: AsRef<OsStr>>(words: &[S]) -> Output {
    wassay().args(words).output().expect("it runs")
}

/// Reads the cells of a CSV file.
fn cells(path: &Path) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).expect("a file");
    reader.records().map(|record| record.expect("RFC 4180").iter().map(str::to_owned).collect()).collect()
}

/// Checks that a spreadsheet evaluates no cell as a formula.
fn no_formulas(path: &Path) {
    for cell in cells(path).iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{}: {cell:?}", path.display());
    }
}

#[test]
fn hostile_names_in_every_subcommand_and_format() {
    let (place, suites) = suites();
    let (base, head) = (place.path("base"), place.path("head"));
    let output = test(&suites, &head, "fail@3+crash@5", &[]);
    sound(&output, false, "test fail");
    assert_eq!(output.status.code(), Some(1));
    for more in [&["--list"][..], &["--failed"], &["--resume"], &["--retries", "1"], &["--no-capture"]] {
        sound(&test(&suites, &place.path("more"), "fail@3+print@4", more), false, &format!("{more:?}"));
    }

    // Data is read back unchanged, and numbers are numbers.
    let rows = wassay::report::read(&head).expect("a report");
    // An earlier run in which all directives passed.
    let passed =
        |row: &Row| Row { outcome: Outcome::Pass, detail: String::new(), run: "=then".to_owned(), ..row.clone() };
    let run_of_old = wassay::report::Run::begin(&["=wassay"], "", 1);
    wassay::report::write(&base, &run_of_old, rows.iter().map(passed).collect()).expect("a report");
    let files: BTreeSet<String> = rows.iter().map(|row| row.file.trim_end_matches(".wast").to_owned()).collect();
    assert_eq!(files, HOSTILE.iter().map(|name| (*name).to_owned()).collect());
    for file in ["conformance.csv", "portability.csv", "run.csv"] {
        no_formulas(&head.join(file));
    }
    for row in &cells(&head.join("conformance.csv"))[1..] {
        assert!(row[4].parse::<u32>().is_ok() && row[14].parse::<u64>().is_ok(), "{row:?}");
    }

    let (base, head, suites) = [&base, &head, &suites].map(|path| path.to_str().expect("UTF-8")).into();
    for (words, data) in [
        (&["suites", "--suites", suites][..], false),
        (&["matrix", head], false),
        (&["matrix", base, head], false),
        (&["matrix", head, "--by", "operator", "--suites", suites], false),
        (&["matrix", head, "--format", "csv"], true),
        (&["matrix", head, "--rows"], true),
        (&["matrix", head, "--format", "features-json"], true),
        (&["compare", base, head], false),
        (&["compare", base, head, "--format", "markdown"], false),
        (&["compare", base, head, "--format", "junit"], false),
        (&["compare", base, head, "--format", "github"], true),
        (&["diff", "fake", "fake:fail@3+crash@5", "--from", base, "--from", head], false),
        (&["expect", "--update", head, "--expectations", base], false),
    ] {
        sound(&run(words), data, &format!("{words:?}"));
    }
    github(&stdout(&run(&["compare", base, head, "--format", "github", "--limit", "100"])));
    markdown(&stdout(&run(&["compare", base, head, "--format", "markdown", "--limit", "100"])));

    // A merged report has the same rows.
    let merged = place.path("merged");
    let output = run(&["merge", head, "--out", merged.to_str().expect("UTF-8")]);
    sound(&output, false, "merge");
    assert_eq!(wassay::report::read(&merged).expect("a report"), rows);
    let page = place.path("page.html");
    let words = ["report", head, "--suites", suites, "--out", page.to_str().expect("UTF-8")];
    sound(&run(&words), false, "report");
    let page = std::fs::read_to_string(&page).expect("a page");
    assert!(!page.contains("<script>alert(1)") && !page.contains('\x1b'));
}

/// Checks that each line is one of our workflow commands, whatever names it contains.
fn github(said: &str) {
    assert!(said.lines().count() >= HOSTILE.len(), "{said}");
    for line in said.lines() {
        let ours = ["::error ", "::warning ", "::notice "].iter().any(|command| line.starts_with(command));
        assert!(ours && !line.chars().any(char::is_control), "{line:?}");
        let properties = line.split("::").nth(1).expect("a command");
        assert!(properties.matches(['=']).count() >= 1, "{line}");
    }
}

/// Checks that each row of a Markdown table has as many cells as its header.
fn markdown(said: &str) {
    let bars = |line: &str| {
        let (mut bars, mut escaped) = (0, false);
        for c in line.chars() {
            bars += u32::from(c == '|' && !escaped);
            escaped = c == '\\' && !escaped;
        }
        bars
    };
    let mut tables = 0;
    let mut wanted = None;
    for line in said.lines() {
        match (line.starts_with('|'), wanted) {
            (true, None) => {
                tables += 1;
                wanted = Some(bars(line));
            }
            (true, Some(wanted)) => assert_eq!(bars(line), wanted, "{line}"),
            (false, _) => wanted = None,
        }
    }
    assert!(tables > 0, "{said}");
    // In a code span, HTML is literal.
    let outside = |line: &&str| line.split('`').step_by(2).any(|part| part.contains("<script>"));
    assert_eq!(said.lines().find(outside), None);
}

#[test]
fn expectations_of_hostile_names_round_trip() {
    let (place, suites) = suites();
    let (out, dir) = (place.path("out"), place.path("expected"));
    std::fs::create_dir(&dir).expect("a folder");
    test(&suites, &out, "fail@3", &[]);
    let mut command = wassay();
    command.arg("expect").arg("--update").arg(&out).arg("--write").arg("--expectations").arg(&dir);
    let output = command.args(["--reason", "=why", "--link", "https://x"]).output().expect("it runs");
    sound(&output, false, "expect");
    no_formulas(&dir.join("expectations.csv"));
    let output = test(&suites, &out, "fail@3", &["--expectations", dir.to_str().expect("UTF-8")]);
    sound(&output, false, "expected");
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
}

#[test]
fn hostile_names_in_modules_are_escaped() {
    let name: String = HOSTILE.concat();
    let quoted: String = name.bytes().map(|byte| format!("\\{byte:02x}")).collect();
    let script = format!(
        r#"(module (func (export "f")) (func (export "{quoted}") unreachable))
        (assert_return (invoke "no{quoted}"))
        (assert_return (invoke "{quoted}"))
        (assert_return (get "{quoted}"))
        (assert_unlinkable (module (import "{quoted}" "{quoted}" (func))) "no such words")
        (module (import "{quoted}" "{quoted}" (func)))
        (module (func (export "{quoted}")) (func (export "{quoted}")))
        (register "{quoted}" $none)
        (assert_trap (invoke "f") "{quoted}")
        "#
    );
    let place = Place::new(&[("a.wast", &script)]);
    for more in [&[][..], &["--no-capture"]] {
        let mut command = wassay();
        command.args(["test", "suite:suite", "--engine", "vm", "--mode", "o0", "--suites"]).arg(place.suite());
        let output = command.arg("--out").arg(place.out()).args(more).output().expect("it runs");
        sound(&output, false, "test");
        assert!(stderr(&output).contains("fail: suite/a.wast"), "{}", stderr(&output));
    }
    for (words, data) in [(&["matrix"][..], false), (&["matrix", "--rows"], true)] {
        let output = wassay().args(words).arg(place.out()).output().expect("it runs");
        sound(&output, data, &format!("{words:?}"));
    }
    no_formulas(&place.out().join("conformance.csv"));
}

#[test]
fn hostile_output_of_an_engine_is_escaped() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let program = place.path("program");
    let text = "#!/bin/sh\nprintf '::stop-commands::x\\n\\033[2J\\r::error::y\\n##[group]z' >&2\nexit 1\n";
    std::fs::write(&program, text).expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).expect("ours");
    let program = program.to_str().expect("UTF-8");
    let drive = "[drive]\nkind = \"driver\"\n[[drive.mode]]\nname = \"only\"\nabout = \"\"\n";
    let drive = format!("{drive}command = [{program:?}]");
    let engines = place.describe(&drive);
    for more in [&[][..], &["--no-capture"]] {
        let mut command = wassay();
        command.env("WASSAY_ENGINES", &engines).args(["test", "suite:suite", "--engine", "shell", "--suites"]);
        let output = command.arg(place.suite()).arg("--out").arg(place.out()).args(more).output().expect("it runs");
        sound(&output, false, &format!("{more:?}"));
    }
    sound(&wassay().env("WASSAY_ENGINES", &engines).arg("engines").output().expect("it runs"), false, "engines");
}
