//! Tests of every option and argument of every subcommand with hostile values.

use super::common::{Place, SCRIPT, stdout, wassay};
use super::{check, sound};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Kind of value that an option takes.
#[derive(Clone, Copy, PartialEq)]
enum Takes {
    Number,
    /// A file or folder to read.
    Input,
    /// A file or folder to write.
    Output,
    Text,
    Nothing,
}
use Takes::{Input, Nothing, Number, Output, Text};

/// A subcommand, the words of a valid call of it, and all of its options. `OUT` stands for a folder with a report,
/// `NEW` for a folder that does not exist, `SUITE` for a folder of scripts.
type Subcommand = (&'static str, &'static [&'static str], &'static [(&'static str, Takes)]);

const SUBCOMMANDS: [Subcommand; 11] = [
    (
        "test",
        &["suite:suite", "--engine", "fake", "--suites", "SUITE", "--out", "NEW", "--list"],
        &[
            ("", Text),
            ("--engine", Text),
            ("--mode", Text),
            ("--jobs", Number),
            ("--timeout", Number),
            ("--memory", Number),
            ("--out", Output),
            ("--suites", Input),
            ("--expectations", Input),
            ("--filter", Text),
            ("--partition", Text),
            ("--failed=", Text),
            ("--retries", Number),
            ("--run", Text),
            ("--profile", Text),
            ("--config", Input),
            ("--resume", Nothing),
            ("--no-capture", Nothing),
            ("--list", Nothing),
        ],
    ),
    ("suites", &[], &[("--suites", Input)]),
    ("engines", &[], &[("", Text), ("--format", Text)]),
    (
        "matrix",
        &["OUT"],
        &[
            ("", Input),
            ("--format", Text),
            ("--by", Text),
            ("--filter", Text),
            ("--rows", Nothing),
            ("--output", Output),
            ("--suites", Input),
        ],
    ),
    (
        "compare",
        &["OUT", "OUT"],
        &[
            ("", Input),
            ("--base-too", Input),
            ("--format", Text),
            ("--output", Output),
            ("--filter", Text),
            ("--limit", Number),
        ],
    ),
    (
        "diff",
        &["fake:pass", "fake:fail@3", "suite:suite", "--suites", "SUITE"],
        &[
            ("", Text),
            ("--from", Input),
            ("--filter", Text),
            ("--limit", Number),
            ("--jobs", Number),
            ("--timeout", Number),
            ("--suites", Input),
            ("--supported", Nothing),
        ],
    ),
    ("merge", &["OUT", "--out", "NEW"], &[("", Input), ("--out", Output)]),
    (
        "expect",
        &["--update", "OUT", "--expectations", "NEW"],
        &[
            ("", Input),
            ("--expectations", Input),
            ("--reason", Text),
            ("--link", Text),
            ("--filter", Text),
            ("--update", Nothing),
            ("--write", Nothing),
        ],
    ),
    ("report", &["OUT", "--out", "NEW"], &[("", Input), ("--out", Output), ("--history", Input), ("--suites", Input)]),
    ("completions", &[], &[("", Text)]),
    ("man", &[], &[("--out", Output)]),
];

/// Maximum duration of a call.
const PATIENCE: Duration = Duration::from_secs(30);

const NUMBERS: [&str; 18] = [
    "",
    "0",
    "-1",
    "1",
    "1000000000",
    "18446744073709551615",
    "18446744073709551616",
    "9999999999999999999999999",
    "1e19",
    "1e400",
    "1e-300",
    "nan",
    "inf",
    "0x10",
    " 1",
    "\u{202e}1",
    "1\n::stop-commands::x",
    "\x1b[2J",
];

/// Returns texts for one option. Each option gets another part of the hostile names.
fn texts(number: usize) -> Vec<OsString> {
    let names = super::HOSTILE.iter().cycle().skip(7 * number).take(7);
    let mut texts: Vec<OsString> = names.map(Into::into).collect();
    texts.extend(
        ["", "!", "all()", "{", "hash:1/18446744073709551615", "slice:18446744073709551615/18446744073709551615"]
            .map(Into::into),
    );
    for (part, times) in
        [("!", 100_000), ("(", 100_000), ("{", 100_000), ("*", 100_000), ("{a,b}", 20_000), ("all()&", 20_000)]
    {
        texts.push(part.repeat(times).into());
    }
    texts.push(OsString::from_vec(b"\xff\xfe\n\x1b".to_vec()));
    texts
}

/// Returns paths that are not files or folders of the expected kind. With `written`, it leaves out paths that writing
/// would replace.
fn paths(place: &Place, written: bool) -> Vec<OsString> {
    let within = |name: &[u8]| place.path("").join(OsStr::from_bytes(name)).into_os_string();
    let mut paths = vec![
        OsString::new(),
        within(b"none\xff"),
        within(b"none\n::stop-commands::x\x1b[2J"),
        within(b"##[group]\xe2\x80\xae"),
        within(b"loop"),
        within(b"loop/x"),
        within(b"pipe"),
        within(b"pipe/x"),
        within("x".repeat(5000).as_bytes()),
        within("x/".repeat(5000).as_bytes()),
        "/proc/self/mem/x".into(),
        "/dev/null".into(),
        "/dev/full".into(),
        "/dev/null/x".into(),
    ];
    if !written {
        paths.extend(["/dev/zero", "/proc/self/mem", "/dev/stdin", "/proc/self/fd/0"].map(Into::into));
        paths.extend(["dirs", "pipes", "zeros"].map(|name| within(name.as_bytes())));
    }
    paths
}

/// Makes a folder with a report, and folders in which folders, pipes and devices have the names of files of a report.
fn place() -> Place {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    place.test("fail@3", &[]);
    let path = |name: &str| place.path(name);
    let link = |to: &str, at: &Path| std::os::unix::fs::symlink(to, at).expect("a link");
    let pipe = |at: &Path| assert!(Command::new("mkfifo").arg(at).status().expect("it is there").success());
    link("loop", &path("loop"));
    pipe(&path("pipe"));
    for (folder, make) in [("dirs", 0), ("pipes", 1), ("zeros", 2)] {
        std::fs::create_dir(path(folder)).expect("a folder");
        for file in ["conformance.csv", "run.csv", "portability.csv", "expectations.csv", "conformance.part", "a.wast"]
        {
            let at = path(folder).join(file);
            match make {
                0 => std::fs::create_dir(at).expect("a folder"),
                1 => pipe(&at),
                _ => link("/dev/zero", &at),
            }
        }
    }
    place
}

/// Returns the words of a call with a value for an option.
fn words(subcommand: &Subcommand, option: (&str, Takes), value: &OsStr, place: &Place, new: &str) -> Vec<OsString> {
    let (name, base, _) = subcommand;
    let mut words: Vec<OsString> = vec![name.into()];
    for word in *base {
        words.push(match *word {
            "OUT" => place.out().into(),
            "NEW" => place.path(new).into(),
            "SUITE" => place.suite().into(),
            other => other.into(),
        });
    }
    if *name == "test" && !matches!(option.0, "" | "--partition" | "--filter" | "--list") {
        // `--list` would end the call before these options have an effect.
        words.retain(|word| word != "--list");
    }
    let has = words.iter().position(|word| word == option.0).filter(|_| option.1 != Nothing);
    match (option.0, has) {
        ("", _) if *name == "completions" => words.push(value.to_owned()),
        ("", _) => {
            words.push("--".into());
            words.push(value.to_owned());
        }
        // A second occurrence would be an error, or would have no effect.
        (_, Some(at)) => words[at + 1] = value.to_owned(),
        (option, _) if option.ends_with('=') => {
            let mut word = OsString::from(option);
            word.push(value);
            words.push(word);
        }
        (option, _) => {
            words.push(option.into());
            words.extend((!matches!(value.as_bytes(), b"NOTHING")).then(|| value.to_owned()));
        }
    }
    words
}

#[test]
fn the_table_has_every_subcommand_and_option() {
    let known: BTreeMap<&str, BTreeSet<&str>> = SUBCOMMANDS
        .iter()
        .map(|(subcommand, _, options)| {
            (*subcommand, options.iter().map(|(name, _)| name.trim_end_matches('=')).collect())
        })
        .collect();
    let help = |words: &[&str]| stdout(&wassay().args(words).arg("--help").output().expect("it runs"));
    let main = help(&[]);
    let subcommands =
        main.split("Commands:").nth(1).and_then(|rest| rest.split("Options:").next()).expect("a list of subcommands");
    let subcommands: BTreeSet<&str> =
        subcommands.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    for subcommand in subcommands.into_iter().filter(|subcommand| !subcommand.is_empty() && *subcommand != "help") {
        let options = known.get(subcommand).unwrap_or_else(|| panic!("the table lacks {subcommand}"));
        for line in help(&[subcommand]).lines() {
            let option = line
                .split_whitespace()
                .find(|word| word.starts_with("--"))
                .filter(|_| line.trim_start().starts_with('-'));
            let option = option.map(|option| option.split(['[', '=', ' ']).next().unwrap_or(option));
            if let Some(option) = option.filter(|option| !matches!(*option, "--help" | "--")) {
                assert!(options.contains(option), "the table lacks {subcommand} {option}");
            }
        }
    }
}

#[test]
fn every_option_with_hostile_values() {
    let place = place();
    let mut calls: Vec<(Vec<OsString>, bool)> = Vec::new();
    let mut texts_taken = 0;
    for subcommand in &SUBCOMMANDS {
        for (number, option) in subcommand.2.iter().enumerate() {
            let values: Vec<OsString> = match option.1 {
                Number => NUMBERS.iter().map(Into::into).collect(),
                Text => {
                    texts_taken += 1;
                    texts(texts_taken)
                }
                Input => paths(&place, false),
                Output => paths(&place, true),
                Nothing => vec!["NOTHING".into()],
            };
            let data = matches!(option.0, "--format" | "--rows") || matches!(subcommand.0, "completions" | "man");
            for value in values {
                calls.push((
                    words(subcommand, *option, &value, &place, &format!("new-{}-{number}", subcommand.0)),
                    data,
                ));
            }
        }
    }
    assert!(calls.len() > 700, "{} calls", calls.len());
    let (all, faults) = (calls.len(), Mutex::new(Vec::new()));
    let left = Mutex::new(calls.into_iter());
    let next = || left.lock().ok()?.next();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                while let Some((words, data)) = next() {
                    let began = Instant::now();
                    let what = format!("{words:?}").chars().take(400).collect::<String>();
                    let output =
                        wassay().current_dir(place.path("")).args(&words).stdin(std::process::Stdio::null()).output();
                    let fault = match output {
                        Ok(output) => check(&output, data),
                        // Linux limits the length of an argument.
                        Err(_) if words.iter().any(|word| word.len() > 100_000) => Ok(()),
                        Err(error) => Err(error.to_string()),
                    };
                    let fault = fault.err().or_else(|| (began.elapsed() > PATIENCE).then(|| "too slow".to_owned()));
                    if let (Some(fault), Ok(mut faults)) = (fault, faults.lock()) {
                        faults.push(format!("{what}: {}", fault.chars().take(400).collect::<String>()));
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().expect("nobody panicked");
    assert!(faults.is_empty(), "{} of {all} calls:\n{}", faults.len(), faults.join("\n"));
    let devices = ["/dev/null", "/dev/full"].map(|device| std::fs::metadata(device).expect("it is there").is_file());
    assert_eq!(devices, [false; 2], "a device was replaced by a file");
}

#[test]
fn profiles_have_the_bounds_of_options() {
    let place = place();
    let config = place.path("wassay.toml");
    for (line, says) in [
        ("jobs = 1000000000", "wassay.toml:2: jobs: not a number from 1 to"),
        ("jobs = 0", "wassay.toml:2: jobs: "),
        ("jobs = -1", "wassay.toml:2: "),
        ("memory = 0", "wassay.toml:2: memory: "),
        ("retries = 18446744073709551616", "wassay.toml:2: "),
        ("retries = 100000", "wassay.toml:2: retries: "),
        ("timeout = 1e300", "wassay.toml:2: timeout: "),
        ("timeout = nan", "wassay.toml:2: timeout: "),
        ("filter = \"\\u001b[2J\\n::error::x\"", "wassay.toml:2: filter `\\u{1b}[2J\\n::error::x`"),
        ("engine = [\"\\u001b[2J\\n::error::x\"]", "error: there is no engine `\\u{1b}[2J\\n`"),
        ("\"\\u001b\\n::error::x\" = 1", "wassay.toml:2: "),
    ] {
        std::fs::write(&config, format!("[profile.default]\n{line}\n")).expect("a file");
        let mut command = wassay();
        command.args(["test", "suite:suite", "--suites"]).arg(place.suite()).arg("--config").arg(&config).arg("--out");
        let output = command.arg(place.path("none")).output().expect("it runs");
        sound(&output, false, line);
        assert_eq!(output.status.code(), Some(2), "{line}");
        let errors = super::stderr(&output);
        assert!(errors.contains(says), "{line}: {errors}");
    }
}

#[test]
fn a_report_folder_may_have_any_name() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    for name in [&b"out\xff"[..], b"out\n::stop-commands::x", b"'out'", b"=out"] {
        let out = place.path("").join(OsStr::from_bytes(name));
        let mut command = wassay();
        command.args(["test", "suite:suite", "--engine", "fake", "--mode", "fail@3", "--suites"]).arg(place.suite());
        let output = command.arg("--out").arg(&out).output().expect("it runs");
        sound(&output, false, &format!("{name:?}"));
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(wassay::report::read(&out).expect("a report").len(), super::common::DIRECTIVES as usize);
        let runs = std::fs::read_to_string(out.join("run.csv")).expect("a file of UTF-8");
        assert_eq!(runs.lines().count(), 2, "{runs:?}");
        let matrix = wassay().arg("matrix").arg(&out).output().expect("it runs");
        sound(&matrix, false, "matrix");
        assert_eq!(matrix.status.code(), Some(0));
    }
}
