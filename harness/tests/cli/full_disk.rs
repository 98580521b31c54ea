//! Disks that are full and folders that cannot be written: an error, and nothing is lost.
#![cfg(target_os = "linux")]

use super::common::{Place, SCRIPT, code, lasting, stderr, wassay};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::os::unix::process::CommandExt;
use std::process::Output;

const MODE: &str = "fail@3+crash@5";

fn place() -> Place {
    let files: Vec<String> = (0..10).map(|n| format!("{n}.wast")).collect();
    Place::new(&files.iter().map(|file| (file.as_str(), SCRIPT)).collect::<Vec<_>>())
}

/// A run whose files cannot grow beyond so many bytes, as on a disk with no more room.
fn with_room_for(place: &Place, bytes: u64, resume: bool) -> Output {
    let mut command = wassay();
    command.args(["test", "suite:suite", "--engine", "fake", "--mode", MODE, "--jobs", "1", "--out"]);
    command.arg(place.out()).arg("--suites").arg(place.suite()).args(resume.then_some("--resume"));
    // SAFETY: between `fork` and `exec` there are only two system calls, which touch no memory of the parent's.
    unsafe {
        command.pre_exec(move || {
            // Without the signal, writing fails instead.
            libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
            Ok(setrlimit(Resource::Fsize, Rlimit { current: Some(bytes), maximum: Some(bytes) })?)
        });
    }
    command.output().expect("it runs")
}

fn unbroken() -> Vec<String> {
    let place = place();
    assert_eq!(code(&place.test(MODE, &[])), Some(1));
    lasting(&place.out())
}

#[test]
fn a_disk_that_fills_up_and_is_cleaned_up() {
    let place = place();
    let mut resume = false;
    // In the first line, then again and again in the middle of the record.
    for bytes in [20, 3000, 6000, 9000, 12_000] {
        let output = with_room_for(&place, bytes, resume);
        assert_eq!(code(&output), Some(2), "{bytes}: {}", stderr(&output));
        assert_eq!(stderr(&output).matches("error: can't write").count(), 1, "{bytes}: {}", stderr(&output));
        assert!(!place.out().join("conformance.csv").exists(), "no half of a report");
        resume = bytes > 20;
    }
    let output = place.test(MODE, &["--resume"]);
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("tasks are already finished"), "{}", stderr(&output));
    assert_eq!(lasting(&place.out()), unbroken());
}

#[test]
fn a_folder_that_cannot_be_written() {
    let place = place();
    // `/proc` is read-only to everybody, root included.
    let output = place.test(MODE, &["--out", "/proc/wassay"]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("error: can't write `/proc/wassay/conformance.part`"), "{}", stderr(&output));
    // The record can be written, but a report cannot take its place.
    std::fs::create_dir_all(place.out().join("portability.csv/in-the-way")).expect("a folder");
    let output = place.test(MODE, &[]);
    assert_eq!(code(&output), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("portability.csv`"), "{}", stderr(&output));
    std::fs::remove_dir_all(place.out().join("portability.csv")).expect("ours");
    let output = place.test(MODE, &["--resume"]);
    assert!(stderr(&output).contains("10 of 10 tasks are already finished"), "{}", stderr(&output));
    assert_eq!(lasting(&place.out()), unbroken());
}

#[test]
fn a_record_that_is_a_full_device() {
    let place = place();
    std::fs::create_dir(place.out()).expect("a folder");
    std::os::unix::fs::symlink("/dev/full", place.out().join("conformance.part")).expect("a link");
    let output = place.test(MODE, &[]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("error: can't write"), "{}", stderr(&output));
}
