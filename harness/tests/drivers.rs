//! Engines in other programs: a driver that works, runners of whole scripts, and every way in which they can be broken.
#![cfg(target_os = "linux")]

mod common;

use common::{Place, code, stderr, wassay};
use std::process::Output;
use wassay::model::Outcome::{self, Crash, Fail, Pass, Timeout, Unsupported, Xfail, Xpass};

const SCRIPT: &str = r#"(module (func (export "f") (result i32) (i32.const 1)))
(assert_return (invoke "f") (i32.const 1))
(assert_return (invoke "f") (i32.const 1))
"#;

/// A driver in the shell. Its one function returns 1; in place of the answer to its second call it does `deed`.
fn driver(deed: &str) -> String {
    let answers = r#"
modules=0 instances=0 calls=0
while read -r line; do
  case "$line" in
    *'"do":"hello"'*) echo '{"ok":{"protocol":1,"version":"7"}}';;
    *'"do":"session"'*) modules=0; instances=0; echo '{"ok":null}';;
    *'"do":"compile"'*) echo "{\"ok\":$modules}"; modules=$((modules+1));;
    *'"do":"instantiate"'*) echo "{\"ok\":$instances}"; instances=$((instances+1));;
    *'"do":"invoke"'*) calls=$((calls+1)); if [ $calls = 2 ]; then DEED; else echo '{"ok":[{"i32":1}]}'; fi;;
    *) echo '{"ok":null}';;
  esac
done
"#;
    answers.replace("DEED", deed)
}

/// Runs the script on an engine that a file of the catalogue's form describes.
fn run(place: &Place, drive: &str, args: &[&str]) -> Output {
    let engines = place.path("engines");
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
    let mut command = wassay();
    command.env("WASSAY_ENGINES", &engines);
    command.args(["test", "suite:suite", "--engine", "shell", "--jobs", "1", "--out"]).arg(place.out());
    command.arg("--suites").arg(place.suite()).args(args).output().expect("the binary runs")
}

fn outcomes(place: &Place) -> Vec<(Outcome, String)> {
    place.rows().into_iter().map(|row| (row.outcome, row.detail)).collect()
}

/// What comes of the last of three directives when the driver does `deed` there.
fn third(deed: &str, args: &[&str]) -> (Outcome, String) {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let file = place.path("driver.sh");
    std::fs::write(&file, driver(deed)).expect("a file");
    let drive = format!(
        "[drive]\nkind = \"driver\"\n[[drive.mode]]\nname = \"default\"\nabout = \"\"\ncommand = [\"sh\", {:?}]",
        file.display().to_string()
    );
    let output = run(&place, &drive, args);
    let mut outcomes = outcomes(&place);
    assert_eq!(outcomes.len(), 3, "{}", stderr(&output));
    let last = outcomes.pop().expect("three");
    assert!(outcomes.iter().all(|(outcome, _)| *outcome == Pass), "{outcomes:?}");
    let red = !matches!(last.0, Pass | Unsupported);
    assert_eq!(code(&output), Some(i32::from(red)), "{}", stderr(&output));
    last
}

#[test]
fn a_driver_that_works() {
    assert_eq!(third(r#"echo '{"ok":[{"i32":1}]}'"#, &[]).0, Pass);
}

#[test]
fn a_driver_that_answers_no() {
    assert_eq!(third(r#"echo '{"ok":[{"i32":2}]}'"#, &[]).0, Fail);
    assert_eq!(third(r#"echo '{"ok":[]}'"#, &[]).0, Fail);
    let (outcome, detail) = third(r#"echo '{"stop":"trap","message":"unreachable"}'"#, &[]);
    assert_eq!((outcome, detail.contains("trap: unreachable")), (Fail, true), "{detail}");
    let (outcome, detail) = third(r#"echo '{"stop":"unsupported","feature":"gc","what":"x"}'"#, &[]);
    assert_eq!((outcome, detail.as_str()), (Unsupported, "gc: x"));
    assert_eq!(third(r#"echo '{"stop":"dance"}'"#, &[]).0, Fail);
    assert_eq!(third(r#"echo '{"ok":[{"f32":"0x100000000"}]}'"#, &[]).0, Fail);
}

#[test]
fn a_driver_that_talks_nonsense() {
    for (deed, words) in [
        ("echo nonsense", "it answers `nonsense`"),
        (r#"echo '{"ok":7}'"#, "it answers"),
        ("exit 3", "it died"),
        (r#"printf '{"ok":['; exit 4"#, "in the middle"),
        ("kill -9 $$", "it died"),
        ("yes | tr -d '\\n'", "an answer without an end"),
    ] {
        let (outcome, detail) = third(deed, &[]);
        assert_eq!(outcome, Crash, "{deed}: {detail}");
        assert!(detail.contains(words), "{deed}: {detail}");
    }
}

#[test]
fn a_driver_that_falls_silent() {
    assert_eq!(third("sleep 60", &["--timeout", "1"]).0, Timeout);
}

#[test]
fn a_driver_that_does_not_start() {
    for (command, words) in [
        (r#"["sh", "-c", "exit 1"]"#, "it died"),
        (r#"["sh", "-c", "read -r line; echo '{\"ok\":{\"protocol\":99,\"version\":\"\"}}'"]"#, "version 99"),
    ] {
        let place = Place::new(&[("a.wast", SCRIPT)]);
        let drive = format!(
            "[drive]\nkind = \"driver\"\n[[drive.mode]]\nname = \"default\"\nabout = \"\"\ncommand = {command}"
        );
        let output = run(&place, &drive, &[]);
        assert_eq!(code(&output), Some(2), "{}", stderr(&output));
        assert!(stderr(&output).contains(words), "{}", stderr(&output));
    }
}

#[test]
fn a_runner_of_whole_scripts() {
    for (command, extra, wanted, words) in [
        ("grep -q assert_return", "", Pass, ""),
        ("grep -q no-such-thing", "", Fail, "exit status: 1"),
        ("echo 3/3; cat", "passed = '3/3'\n", Pass, ""),
        ("echo 2/3; cat", "passed = '3/3'\n", Fail, ""),
        ("echo ouch: 2; cat", "failed = 'ouch: .*'\n", Fail, "ouch: 2"),
        ("echo ouch: 2 of 3; cat", "failed = 'ouch: (.*) of (.*)'\n", Fail, "2: 3"),
        ("kill -11 $$", "", Crash, "signal 11"),
        ("exit 139", "", Crash, "signal 11"),
        ("exit 255", "", Fail, "exit status: 255"),
        ("touch \"$1.more\"; grep -q assert_return", "", Pass, ""),
        ("case \"$1\" in */a.wast) cat;; *) false;; esac", "", Pass, ""),
        ("echo an error: $1:1; echo '  ^^^'; false", "", Fail, "an error: the script:1"),
        ("echo so; echo it is; echo '  ^^^'; false", "", Fail, "exit status: 1: it is"),
    ] {
        let place = Place::new(&[("a.wast", SCRIPT)]);
        let command = format!("{command} < \"$1\"");
        let drive = format!(
            "[drive]\nkind = \"runner\"\nversion = [\"echo\", \"7\"]\n{extra}[[drive.mode]]\nname = \"default\"\n\
             about = \"\"\ncommand = [\"sh\", \"-c\", {command:?}, \"sh\", \"{{script}}\"]"
        );
        let output = run(&place, &drive, &[]);
        let outcomes = outcomes(&place);
        assert_eq!(outcomes.len(), 1, "{command}: {outcomes:?} {}", stderr(&output));
        assert_eq!(outcomes[0].0, wanted, "{command}: {outcomes:?}");
        assert!(outcomes[0].1.contains(words), "{command}: {outcomes:?}");
        assert_eq!(code(&output), Some(i32::from(wanted != Pass)), "{command}: {}", stderr(&output));
    }
}

#[test]
fn a_runner_that_takes_for_ever() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    // A script may take six times as long as a directive.
    let output = run(&place, &runner("", "sleep 0.5"), &["--timeout", "0.3"]);
    assert_eq!(outcomes(&place)[0].0, Pass, "{}", stderr(&output));
    let output = run(&place, &runner("", "exec sleep 60"), &["--timeout", "0.1"]);
    assert_eq!(outcomes(&place)[0].0, Timeout, "{}", stderr(&output));
}

/// A runner in the shell of version 7, and more about it. Its commands see the script's path as `$1`.
fn runner(extra: &str, command: &str) -> String {
    format!(
        "[drive]\nkind = \"runner\"\nversion = [\"echo\", \"Shell v7 (today)\"]\n{extra}[[drive.mode]]\nname = \"default\"\n\
         about = \"\"\ncommand = [\"sh\", \"-c\", {command:?}, \"sh\", \"{{script}}\"]"
    )
}

#[test]
fn what_a_runner_can_not_judge() {
    // Pages are of one size in 3.0, which is what scripts of no proposal are of.
    let dated = "(module)\n(assert_invalid (module (memory 1 (pagesize 1))) \"no such page\")\n";
    let simd = "(module (func (param v128)))\n";
    for (script, command, wanted, words) in [
        // Words about rejections are not there to be compared.
        (dated, "! grep -q 'no such' \"$1\"", Pass, ""),
        // It has what the script wants to be without, and cannot leave it.
        (dated, "! grep pagesize \"$1\"", Unsupported, "feature-selection: exit status: 1: (assert_invalid"),
        (dated, "grep pagesize \"$1\" || echo none; false", Fail, "exit status: 1: none"),
        // It lacks what a module needs.
        (simd, "echo no; false", Unsupported, "simd: exit status: 1: no"),
        // It has that, and fails nonetheless.
        (simd, "grep -q binary \"$1\" || { echo no; false; }", Fail, "exit status: 1: no"),
        // It dies of that: no reason to die with it.
        (simd, "grep -q binary \"$1\" && kill -11 $$; echo no; false", Unsupported, "simd: exit status: 1: no"),
        // Our parser takes it for no script; the runner knows better, or does not.
        ("(module", "grep -q module \"$1\"", Pass, ""),
        ("(module", "echo what; false", Fail, "exit status: 1: what"),
    ] {
        let place = Place::new(&[("a.wast", script)]);
        let output = run(&place, &runner("", command), &[]);
        let outcomes = outcomes(&place);
        assert_eq!(outcomes.len(), 1, "{command}: {outcomes:?} {}", stderr(&output));
        assert_eq!(outcomes[0].0, wanted, "{command}: {outcomes:?}");
        assert!(outcomes[0].1.starts_with(words), "{command}: {outcomes:?}");
    }
}

#[test]
fn what_is_known_of_another_version_is_a_hint() {
    for (measured, command, wanted, exit) in
        [("7", "false", Xfail, 0), ("7", "true", Xpass, 1), ("6", "false", Xfail, 0), ("6", "true", Pass, 0)]
    {
        let place = Place::new(&[("a.wast", SCRIPT)]);
        let rows = "suite,file,line,engine,mode,target,outcome,reason,link\n\
                    suite,a.wast,1,shell,*,*,fail,so it is,https://example.org\n";
        std::fs::write(place.suite().join("expectations.csv"), rows).expect("a file");
        let measured = format!("measured = '{measured}'\n");
        let output = run(&place, &runner(&measured, command), &[]);
        assert_eq!(outcomes(&place)[0].0, wanted, "{measured}{command}: {}", stderr(&output));
        assert_eq!(code(&output), Some(exit), "{measured}{command}: {}", stderr(&output));
        // A row that speaks of nothing is only wrong about the version that it is about.
        std::fs::write(place.suite().join("expectations.csv"), rows.replace(",1,", ",2,")).expect("a file");
        let output = run(&place, &runner(&measured, "true"), &[]);
        assert_eq!(code(&output), Some(i32::from(measured.contains('7'))), "{measured}: {}", stderr(&output));
    }
}
