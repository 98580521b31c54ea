//! Tests of `wassay engines`, and of the messages about engines that cannot run here.
#![cfg(target_os = "linux")]

mod common;

use common::{Place, code, stderr, stdout, wassay};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Keys of a description that these tests do not test.
const KEYS: &str = "title = 'One'\nlanguages = []\ncompiler = ''\nexecution = []\ninterop = []\nfeatures = ['x', 'y']\n\
                    host_apis = []\nstandards = []\nplatforms = []\nstatus = 'alive'\nlink = ''\nget = 'dig for it'\n";

/// Writes a description.
fn describe(place: &Place, name: &str, drive: &str) {
    let folder = place.path("engines");
    std::fs::create_dir_all(&folder).expect("a folder");
    let text = format!("name = '{name}'\n{KEYS}[drive]\n{drive}\n");
    std::fs::write(folder.join(format!("{name}.toml")), text).expect("a file");
}

fn run(folder: &Path, args: &[&str]) -> Output {
    wassay().env("WASSAY_ENGINES", folder).args(args).output().expect("it runs")
}

fn refused(output: &Output, words: &[&str]) {
    assert_eq!(code(output), Some(2), "{}", stderr(output));
    assert_eq!(stderr(output).matches("error: ").count(), 1, "{}", stderr(output));
    for word in words {
        assert!(stderr(output).contains(word), "no `{word}` in {}", stderr(output));
    }
}

const ABSENT: &str =
    "kind = 'driver'\n[[drive.mode]]\nname = 'm'\nabout = 'so so'\ncommand = ['no-such-program-anywhere']";

#[test]
fn faults_of_the_catalogue_are_told() {
    let place = Place::new(&[]);
    describe(&place, "one", "kind = 'dance'");
    describe(&place, "two", "kind = 'driver'\nmode = []");
    let folder = place.path("engines");
    for args in [&["engines"][..], &["engines", "vm"], &["test", "--engine", "fake", "call.wast"]] {
        refused(&run(&folder, args), &["one.toml", "unknown variant `dance`", "two.toml: it has no mode"]);
    }
    refused(&run(&place.path("nowhere"), &["engines"]), &["nowhere: No such file"]);
    std::fs::write(folder.join("one.toml"), [0xff]).expect("a file");
    refused(&run(&folder, &["engines"]), &["one.toml: ", "valid UTF-8"]);
}

#[test]
fn two_engines_of_a_name_are_a_fault() {
    let place = Place::new(&[]);
    describe(&place, "one", ABSENT);
    let folder = place.path("engines");
    std::fs::copy(folder.join("one.toml"), folder.join("other.toml")).expect("a copy");
    refused(&run(&folder, &["engines"]), &["other.toml: there is another engine `one`"]);
}

#[test]
fn an_engine_that_is_not_here_is_told_with_what_would_bring_it() {
    let place = Place::new(&[]);
    describe(&place, "one", ABSENT);
    describe(&place, "sleepy", "kind = 'none'\nwhy = 'it sleeps'");
    describe(&place, "unbuilt", "kind = 'crate'\nfeature = 'warp'");
    let aimless = ABSENT.replace("[[", "variable = 'WASSAY_NO_SUCH'\n[[");
    describe(&place, "aimless", &aimless);
    let folder = place.path("engines");
    for (name, words) in [
        ("one", &["engine `one` can't be run here", "no program `no-such-program-anywhere`", "dig for it"][..]),
        ("sleepy", &["can't be driven today: it sleeps"]),
        ("unbuilt", &["--features warp"]),
        ("aimless", &["`WASSAY_NO_SUCH` is not set", "dig for it"]),
        ("nothing", &["there is no engine `nothing`", "`fake`"]),
    ] {
        refused(&run(&folder, &["test", "--engine", "fake", "--engine", name, "call.wast"]), words);
    }
    let all = ["test", "--engine", "fake", "--engine", "one", "--engine", "sleepy", "--engine", "nothing", "call.wast"];
    refused(&run(&folder, &all), &["`one` can't", "`sleepy` can't", "no engine `nothing`"]);
}

#[test]
fn the_catalogue_in_each_format() {
    let place = Place::new(&[]);
    describe(&place, "one", ABSENT);
    let folder = place.path("engines");
    let table = stdout(&run(&folder, &["engines"]));
    let (here, rest) = table.split_once("Not on this machine").expect("both parts");
    assert!(here.contains("o3-relaxed") && here.contains("\n  fake "), "{table}");
    let line = rest.lines().find(|line| line.starts_with("  one ")).expect("a line of it");
    assert!(line.contains("no program no-such-program-anywhere") && line.ends_with("dig for it"), "{line}");
    assert!(table.contains("\n  motor "), "{table}");
    assert_eq!(table.matches("\n  one ").count(), 1, "{table}");

    let one = stdout(&run(&folder, &["engines", "one"]));
    assert!(one.starts_with("one: One\n") && one.contains("m  so so") && one.contains("features    x, y"), "{one}");
    refused(&run(&folder, &["engines", "nothing"]), &["there is no engine `nothing`"]);
    let motor = stdout(&run(&folder, &["engines", "motor"]));
    assert!(motor.contains("8 in the list") && motor.contains("can't be driven today"), "{motor}");

    let csv = run(&folder, &["engines", "--format", "csv"]);
    let mut rows = csv::Reader::from_reader(&csv.stdout[..]);
    let headers = rows.headers().expect("headers").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect("a column");
    let rows: Vec<_> = rows.records().map(|row| row.expect("a row")).collect();
    let row = |name: &str| rows.iter().find(|row| &row[0] == name).expect("a row of it");
    assert_eq!(&row("one")[column("found")], "no_program");
    assert_eq!(&row("one")[column("features")], "x; y");
    assert_eq!(&row("vm")[column("found")], "here");
    assert_eq!(rows.iter().filter(|row| !row[column("row")].is_empty()).count(), 28);

    let json = run(&folder, &["engines", "one", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!(json[0]["found"]["no_program"], "no-such-program-anywhere");
    assert_eq!(json[0]["runtime"]["drive"]["kind"], "driver");
}

#[test]
fn what_is_found_is_told_with_its_place() {
    let place = Place::new(&[]);
    let drive = "kind = 'runner'\nversion = ['echo', 'Version 1.2 of it']\nneeds = ['env']\nmeasured = '1.1'\n\
                 [[drive.mode]]\nname = 'm'\nabout = ''\ncommand = ['sh', '-c', 'true', 'sh', '{script}']";
    describe(&place, "one", drive);
    describe(&place, "mute", "kind = 'driver'\n[[drive.mode]]\nname = 'm'\nabout = ''\ncommand = ['true']");
    let folder = place.path("engines");
    let one = stdout(&run(&folder, &["engines", "one"]));
    for words in ["version     1.2\n", "here        yes\n", "/env\n", "expectations are for 1.1\n"] {
        assert!(one.contains(words), "no `{words}` in {one}");
    }
    assert!(!one.contains("/sh"), "a shell is nobody's own: {one}");
    let table = stdout(&run(&folder, &["engines"]));
    let (here, rest) = table.split_once("Found, but not usable, with version and reason:").expect("both parts");
    assert!(here.contains("\n  one ") && !here.contains("\n  mute "), "{table}");
    assert!(rest.contains("\n  mute ") && rest.contains("it died"), "{table}");
    let csv = run(&folder, &["engines", "one", "--format", "csv"]);
    assert!(stdout(&csv).lines().nth(1).expect("a row").ends_with("/env,1.1"), "{}", stdout(&csv));
}

#[test]
fn lines_fit_a_terminal() {
    let call = format!("stty cols 80; {} engines; {0} engines wamr", env!("CARGO_BIN_EXE_wassay"));
    let mut command = Command::new("script");
    command.args(["-qec", &call, "/dev/null"]).stdin(Stdio::null());
    // Without the program `script` there is no terminal to test with.
    let Ok(output) = command.output() else { return };
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(shown.contains("Details of an engine: wassay engines NAME") && shown.contains("wamr: WAMR"), "{shown}");
    let long = shown.lines().filter(|line| line.trim_end().chars().count() > 80);
    let long: Vec<_> = long.filter(|line| line.trim().contains(' ')).collect();
    assert!(long.is_empty(), "{long:#?}");
}
