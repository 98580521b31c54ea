//! Tests of closed or full standard output, and of damaged reports.
#![cfg(target_os = "linux")]

use super::common::{Place, SCRIPT, code, stderr, stdout, wassay};
use super::{report, run, text};
use std::process::{Command, Stdio};

/// Runs a command with closed pipes as standard output and standard error. Returns its exit code.
fn unread(command: &mut Command) -> Option<i32> {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let errors = writer.try_clone().expect("a pipe");
    let mut child = command.stdout(writer).stderr(errors).spawn().expect("it runs");
    child.wait().expect("it ends").code()
}

#[test]
fn exit_codes_do_not_depend_on_a_reader() {
    let ((place, good), (_bad, bad)) = (report("pass"), report("fail"));
    let path = format!("{bad}/conformance.csv");
    let rows = std::fs::read_to_string(&path).expect("a report");
    std::fs::write(path, rows.replace(",fail,x86", ",pass,x86").replace(",fail,aarch64", ",pass,aarch64"))
        .expect("a file");
    let (suite, out) = (text(&place.suite()), text(&place.path("other")));
    let test = ["test", "suite:suite", "--suites", &suite, "--out", &out, "--engine"];
    for (words, with) in [
        (&["compare", &good, &bad][..], 1),
        (&["compare", &good, &bad, "--format", "junit"], 1),
        (&["compare", &good, &good], 0),
        (&["merge", &bad, "--out", &out], 1),
        (&["expect", "--update", &bad, "--expectations", &out], 1),
        (&["matrix", &bad, "--rows"], 0),
        (&["matrix", &bad, "--format", "features-json"], 0),
        (&["engines", "--format", "json"], 0),
        (&["engines", "--format", "csv"], 0),
        (&["suites"], 0),
        (&["matrix", "/no/such"], 2),
        (&[&test[..], &["fake:fail@3"]].concat(), 1),
        (&[&test[..], &["fake:fail@3", "--retries", "1"]].concat(), 1),
        (&[&test[..], &["fake:pass", "--resume"]].concat(), 0),
    ] {
        assert_eq!(unread(wassay().args(words)), Some(with), "{words:?}");
    }
}

#[test]
fn a_full_standard_output_is_an_error() {
    let (_place, out) = report("pass");
    for words in
        [&["matrix", &out][..], &["compare", &out, &out, "--format", "junit"], &["engines"], &["suites"], &["man"]]
    {
        let full = std::fs::File::options().write(true).open("/dev/full").expect("Linux has it");
        let output = wassay().args(words).stdout(full).stderr(Stdio::piped()).output().expect("it runs");
        assert_eq!(code(&output), Some(2), "{words:?}");
        let said = stderr(&output);
        assert!(said.starts_with("error: can't write to standard output: No space left"), "{words:?}: {said}");
    }
}

#[test]
fn damaged_reports() {
    let (place, good) = report("pass");
    let whole = std::fs::read(format!("{good}/conformance.csv")).expect("a report");
    let lines: Vec<&[u8]> = whole.split_inclusive(|byte| *byte == b'\n').collect();
    let swapped = [b"suite,run,".as_slice(), whole.strip_prefix(b"run,suite,").expect("its header")].concat();
    let binary = [&whole, b"r,s,1,\xff.wast,1,invoke,simd,,e,1,m,t,fail,,1\n".as_slice()].concat();
    let far = [&whole, b"r,s,1,a.wast,4294967296,invoke,simd,,e,1,m,t,fail,,1\n".as_slice()].concat();
    for (name, text, says) in [
        ("empty", Vec::new(), "conformance.csv:1: columns must be `run,suite,"),
        ("cut", [lines[0], &lines[1][..20]].concat(), "conformance.csv:2: "),
        ("swapped", swapped, "conformance.csv:1: columns must be `run,suite,"),
        ("binary", binary, "conformance.csv:26: `file` is not UTF-8"),
        ("far", far, "conformance.csv:26: field 4: number too large"),
    ] {
        let bad = text_of(&place, name);
        std::fs::create_dir(&bad).expect("a folder");
        std::fs::write(format!("{bad}/conformance.csv"), text).expect("a file");
        let (out, page) = (text_of(&place, "out2"), text_of(&place, "page.html"));
        for words in [
            &["matrix", &bad][..],
            &["matrix", &bad, "--rows"],
            &["matrix", &bad, "--by", "operator"],
            &["compare", &bad, &good],
            &["compare", &good, &bad],
            &["diff", "fake:pass", "e:m", "--from", &bad],
            &["merge", &bad, "--out", &out],
            &["report", &bad, "--out", &page],
            &["expect", "--update", &bad, "--expectations", &good],
        ] {
            let output = run(words);
            assert_eq!(code(&output), Some(2), "{name}: {words:?}: {}", stdout(&output));
            assert_eq!(stderr(&output).matches("error: ").count(), 1, "{name}: {words:?}: {}", stderr(&output));
            assert!(stderr(&output).contains(says), "{name}: {words:?}: {}", stderr(&output));
        }
    }
    let folder = text_of(&place, "folder");
    std::fs::create_dir_all(format!("{folder}/conformance.csv")).expect("a folder");
    let output = run(&["matrix", &folder]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("can't read `"), "{}", stderr(&output));
}

fn text_of(place: &Place, name: &str) -> String {
    text(&place.path(name))
}

#[test]
fn a_line_of_many_megabytes_is_read() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    place.test("fail@3", &[]);
    let path = place.out().join("conformance.csv");
    let rows = std::fs::read_to_string(&path).expect("a report");
    let long = "long ".repeat(4 << 20);
    std::fs::write(&path, rows.replace("expected (i32.const 1), got nothing", &long)).expect("a file");
    let out = text(&place.out());
    assert!(stdout(&run(&["matrix", &out])).contains("11/12 !1"));
    assert!(stdout(&run(&["compare", &out, &out])).starts_with("no changes; 12 unchanged"));
}
