//! Tests of drivers and runners: some that work, and every way in which they can be broken.
#![cfg(target_os = "linux")]

mod common;

use common::{Place, code, stderr, wassay};
use std::process::Output;
use wassay::model::Outcome::{self, Crash, Fail, Pass, Timeout, Unsupported, Xfail, Xpass};

const SCRIPT: &str = r#"(module (func (export "f") (result i32) (i32.const 1)))
(assert_return (invoke "f") (i32.const 1))
(assert_return (invoke "f") (i32.const 1))
"#;

/// A driver as a shell script. Its one function returns 1. Instead of the answer to the second request of a kind it runs
/// `action`, once. `say` writes an answer.
fn driver(kind: &str, action: &str) -> String {
    let answers = r#"
modules=0 instances=0 count=0
say() { echo "{\"id\":$id,$1}"; }
while read -r line; do
  id=${line#*'"id":'}
  id=${id%%,*}
  case "$line" in *'"do":"KIND"'*)
    count=$((count+1))
    if [ $count = 2 ] && [ ! -e "$0.done" ]; then : > "$0.done"; DEED; continue; fi;;
  esac
  case "$line" in
    *'"do":"hello"'*) say '"ok":{"protocol":2,"version":"7"}';;
    *'"do":"session"'*) modules=0; instances=0; say '"ok":"ready"';;
    *'"do":"compile"'*) say "\"ok\":$modules"; modules=$((modules+1));;
    *'"do":"instantiate"'*) say "\"ok\":$instances"; instances=$((instances+1));;
    *'"do":"invoke"'*) say '"ok":[{"i32":1}]';;
    *) say '"ok":null';;
  esac
done
"#;
    answers.replace("KIND", kind).replace("DEED", action)
}

/// Runs the script on an engine with this description.
fn run(place: &Place, drive: &str, args: &[&str]) -> Output {
    let engines = place.describe(drive);
    let mut command = wassay();
    command.env("WASSAY_ENGINES", &engines);
    command.args(["test", "suite:suite", "--engine", "shell", "--jobs", "1", "--out"]).arg(place.out());
    command.arg("--suites").arg(place.suite()).args(args).output().expect("the binary runs")
}

fn outcomes(place: &Place) -> Vec<(Outcome, String)> {
    place.rows().into_iter().map(|row| (row.outcome, row.detail)).collect()
}

/// The result of each directive of `script` if the driver runs `action` at the second request of a kind, and the exit code.
fn with_action(script: &str, kind: &str, action: &str, args: &[&str]) -> (Vec<(Outcome, String)>, Option<i32>) {
    let place = Place::new(&[("a.wast", script)]);
    let file = place.path("driver.sh");
    std::fs::write(&file, driver(kind, action)).expect("a file");
    let drive = format!(
        "[drive]\nkind = \"driver\"\n[[drive.mode]]\nname = \"default\"\nabout = \"\"\ncommand = [\"sh\", {:?}]",
        file.display().to_string()
    );
    let output = run(&place, &drive, args);
    let outcomes = outcomes(&place);
    assert_eq!(outcomes.len(), script.lines().count(), "{action}: {}", stderr(&output));
    (outcomes, code(&output))
}

/// The result of the last of three directives if the driver runs `action` there.
fn third(action: &str, args: &[&str]) -> (Outcome, String) {
    let (mut outcomes, code) = with_action(SCRIPT, "invoke", action, args);
    let last = outcomes.pop().expect("three");
    assert!(outcomes.iter().all(|(outcome, _)| *outcome == Pass), "{outcomes:?}");
    let red = !matches!(last.0, Pass | Unsupported);
    assert_eq!(code, Some(i32::from(red)), "{last:?}");
    last
}

#[test]
fn a_driver_that_works() {
    assert_eq!(third(r#"say '"ok":[{"i32":1}]'"#, &[]).0, Pass);
}

#[test]
fn a_driver_that_answers_no() {
    for (answer, wanted, words) in [
        (r#""ok":[{"i32":2}]"#, Fail, "got (i32.const 2)"),
        (r#""ok":[]"#, Fail, "got nothing"),
        (r#""ok":[{"i32":4294967296}]"#, Fail, r#"`{"i32":4294967296}` is no value"#),
        (r#""ok":[{"i64":"9223372036854775808"}]"#, Fail, "`9223372036854775808`: number too large"),
        (r#""ok":[{"f32":"0x100000000"}]"#, Fail, "`0x100000000` has too many bits"),
        (r#""ok":[{"ref":"extern","host":-1}]"#, Fail, "is no value"),
        (r#""ok":[{"dance":1}]"#, Fail, "is no value"),
        (r#""stop":"trap","message":"unreachable""#, Fail, "trap: unreachable"),
        (r#""stop":"dance""#, Fail, "which the protocol does not have"),
        (r#""stop":"unsupported","feature":"gc","what":"x""#, Unsupported, "gc: x"),
    ] {
        let (outcome, detail) = third(&format!("say '{answer}'"), &[]);
        assert!(outcome == wanted && detail.contains(words), "{answer}: {outcome} {detail}");
    }
}

#[test]
fn a_driver_that_talks_nonsense() {
    for (action, words) in [
        ("echo nonsense", "it answers `nonsense`"),
        ("printf '\\377\\n'", "utf-8"),
        ("say '\"ok\":7'", "`ok`: invalid type: integer `7`, expected a sequence"),
        ("say '\"fine\":7'", "it has neither `ok`"),
        (r#"echo '{"id":0,"ok":[{"i32":1}]}'"#, "it has the `id` 0, not "),
        (r#"echo '{"ok":[{"i32":1}]}'"#, "it has no `id`"),
        ("exit 3", "it died"),
        ("printf '{\"ok\":['; exit 4", "in the middle of `{\"ok\":[`"),
        ("kill -9 $$", "it died"),
        ("exec >&-; sleep 60", "it died"),
        ("head -c 20000000 /dev/zero | tr '\\0' x >&2; exit 3", "it died"),
    ] {
        let (outcome, detail) = third(action, &[]);
        assert_eq!(outcome, Crash, "{action}: {detail}");
        assert!(detail.to_lowercase().contains(words), "{action}: {detail}");
    }
}

/// A message without an end is cut off before it uses up memory; otherwise the worker would die before it gave the reason.
#[test]
fn a_driver_that_talks_without_end() {
    for (action, words) in [("cat /dev/zero", "an answer without an end"), ("yes", "it answers `y`")] {
        let (outcome, detail) = third(action, &["--memory", "200"]);
        assert!(outcome == Crash && detail.contains(words), "{action}: {outcome} {detail}");
    }
}

/// Output on standard error does no harm.
#[test]
fn a_driver_that_floods_standard_error() {
    let flood = r#"head -c 20000000 /dev/zero | tr '\0' x >&2; say '"ok":[{"i32":1}]'"#;
    assert_eq!(third(flood, &[]).0, Pass);
}

/// An error after an answer is noticed at the next directive, and affects only that one.
#[test]
fn a_driver_that_goes_wrong_after_its_answer() {
    let script = SCRIPT.to_owned() + "(assert_return (invoke \"f\") (i32.const 1))\n".repeat(2).as_str();
    for (action, words) in [
        ("ANSWER; ANSWER", "it has the `id` "),
        ("exec 0<&-; ANSWER; sleep 60", "it died, or does not listen any more"),
        ("ANSWER; exit 0", "it died"),
    ] {
        let action = action.replace("ANSWER", r#"say '"ok":[{"i32":1}]'"#);
        let (outcomes, code) = with_action(&script, "invoke", &action, &[]);
        let red: Vec<_> = outcomes.iter().enumerate().filter(|(_, (outcome, _))| *outcome != Pass).collect();
        let [(3, (Crash, detail))] = red[..] else { panic!("{action}: {outcomes:?}") };
        assert!(detail.contains(words), "{action}: {detail}");
        assert_eq!(code, Some(1));
    }
}

#[test]
fn a_driver_that_can_not_count() {
    for (kind, number, words) in [
        ("compile", "99", "it calls module 1 number 99"),
        ("compile", "18446744073709551615", "it calls module 1 number 18446744073709551615"),
        ("compile", "-1", "`ok`: invalid value: integer `-1`"),
        ("instantiate", "0", "it calls instance 1 number 0"),
    ] {
        let (outcomes, _) = with_action(SCRIPT, kind, &format!("say '\"ok\":{number}'"), &[]);
        let (outcome, detail) = &outcomes[0];
        assert!(*outcome == Crash && detail.contains(words), "{kind} {number}: {outcome} {detail}");
        let rest = outcomes[1..].iter().map(|(_, detail)| detail.as_str());
        assert!(rest.eq(["depends on line 1, which did not pass"; 2]), "{outcomes:?}");
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
        (r#"["sleep", "60"]"#, "nothing within 15 s"),
        (r#"["sh", "-c", "read -r line; echo hello"]"#, "answers `hello`: "),
        (
            r#"["sh", "-c", "read -r line; echo '{\"ok\":{\"protocol\":1,\"version\":\"7\"}}'"]"#,
            "it speaks version 1 of the protocol, not 2",
        ),
        (
            r#"["sh", "-c", "read -r line; echo '{\"id\":0,\"ok\":{\"protocol\":99,\"version\":\"\"}}'"]"#,
            "it speaks version 99 of the protocol, not 2",
        ),
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
    // The time limit of a whole script is six times that of a directive.
    let output = run(&place, &runner("", "sleep 0.5"), &["--timeout", "0.3"]);
    assert_eq!(outcomes(&place)[0].0, Pass, "{}", stderr(&output));
    let output = run(&place, &runner("", "exec sleep 60"), &["--timeout", "0.1"]);
    assert_eq!(outcomes(&place)[0].0, Timeout, "{}", stderr(&output));
}

/// A runner as a shell command, of version 7, with further keys `extra`. The path of the script is `$1`.
fn runner(extra: &str, command: &str) -> String {
    format!(
        "[drive]\nkind = \"runner\"\nversion = [\"echo\", \"Shell v7 (today)\"]\n{extra}[[drive.mode]]\nname = \"default\"\n\
         about = \"\"\ncommand = [\"sh\", \"-c\", {command:?}, \"sh\", \"{{script}}\"]"
    )
}

#[test]
fn what_a_runner_can_not_judge() {
    // 3.0, which scripts without a proposal belong to, has one page size.
    let dated = "(module)\n(assert_invalid (module (memory 1 (pagesize 1))) \"no such page\")\n";
    let simd = "(module (func (param v128)))\n";
    for (script, command, wanted, words) in [
        // Messages of rejected modules have been removed.
        (dated, "! grep -q 'no such' \"$1\"", Pass, ""),
        // It has a feature that the script excludes, and cannot switch it off.
        (dated, "! grep pagesize \"$1\"", Unsupported, "feature-selection: exit status: 1: (assert_invalid"),
        (dated, "grep pagesize \"$1\" || echo none; false", Fail, "exit status: 1: none"),
        // It lacks a feature that a module needs.
        (simd, "echo no; false", Unsupported, "simd: exit status: 1: no"),
        // It has the feature and fails.
        (simd, "grep -q binary \"$1\" || { echo no; false; }", Fail, "exit status: 1: no"),
        // It crashes for lack of the feature; the worker must not.
        (simd, "grep -q binary \"$1\" && kill -11 $$; echo no; false", Unsupported, "simd: exit status: 1: no"),
        // The harness's parser rejects the script; the runner accepts it, or does not.
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
        // A row that matches nothing is only an error for the version that was measured.
        std::fs::write(place.suite().join("expectations.csv"), rows.replace(",1,", ",2,")).expect("a file");
        let output = run(&place, &runner(&measured, "true"), &[]);
        assert_eq!(code(&output), Some(i32::from(measured.contains('7'))), "{measured}: {}", stderr(&output));
    }
}

/// Python, if it is installed.
fn python() -> Option<&'static str> {
    let there = std::process::Command::new("python3").arg("--version").output().is_ok_and(|done| done.status.success());
    there.then_some("python3")
}

/// `stranger.py` was written from DRIVERS.md alone.
#[test]
fn a_driver_in_another_language() {
    let Some(python) = python() else {
        eprintln!("there is no python3: its driver is not tried");
        return;
    };
    let script = r#"(module $m (func (export "one") (result i32) (i32.const 1)) (global (export "g") i64 (i64.const -2)))
(assert_return (invoke "one") (i32.const 1))
(assert_return (invoke "one") (i32.const 2))
(assert_return (get "g") (i64.const -2))
(register "m" $m)
(module (func (export "two") (result f32 v128) (f32.const nan:0x200001) (v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)))
(assert_return (invoke "two") (f32.const nan:0x200001) (v128.const i64x2 0x0706050403020100 0x0f0e0d0c0b0a0908))
(module (func (export "trap") (unreachable)))
(assert_trap (invoke "trap") "unreachable")
(assert_invalid (module (func (result i32))) "type mismatch")
(assert_malformed (module binary "\00asm\02\00\00\00") "unknown binary version")
(module (import "m" "one" (func (result i32))))
(module (func (export "add") (param i32) (result i32) (local.get 0)))
(assert_return (invoke "add" (i32.const 1)) (i32.const 1))
"#;
    let place = Place::new(&[("a.wast", script)]);
    let driver = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/drivers/stranger.py");
    let drive = format!(
        "[drive]\nkind = \"driver\"\n[[drive.mode]]\nname = \"default\"\nabout = \"\"\ncommand = [{python:?}, {driver:?}]"
    );
    let output = run(&place, &drive, &[]);
    let seen: Vec<_> = outcomes(&place).into_iter().map(|(outcome, _)| outcome).collect();
    let (p, u) = (Pass, Unsupported);
    assert_eq!(seen, [p, p, Fail, p, p, p, p, p, p, u, u, u, p, u], "{:?} {}", outcomes(&place), stderr(&output));
    assert_eq!(code(&output), Some(1));
    assert!(place.rows().iter().all(|row| row.engine_version == "toy 1"));
}
