//! Tests of full disks and unwritable folders: they give an error, and no verdict is lost.
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

/// Runs with a limit on the size of files, which has the effect of a full disk.
fn with_room_for(place: &Place, bytes: u64, resume: bool) -> Output {
    let mut command = wassay();
    command.args(["test", "suite:suite", "--engine", "fake", "--mode", MODE, "--jobs", "1", "--out"]);
    command.arg(place.out()).arg("--suites").arg(place.suite()).args(resume.then_some("--resume"));
    // SAFETY: between `fork` and `exec` there are only two system calls, which touch no memory of the parent's.
    unsafe {
        command.pre_exec(move || {
            // If the signal is ignored, writing fails with an error.
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
fn a_run_resumes_after_a_full_disk() {
    let place = place();
    let mut resume = false;
    // The limits are in the first line of the journal, then further and further into it.
    for bytes in [20, 3000, 6000, 9000, 12_000] {
        let output = with_room_for(&place, bytes, resume);
        assert_eq!(code(&output), Some(2), "{bytes}: {}", stderr(&output));
        assert_eq!(stderr(&output).matches("error: can't write").count(), 1, "{bytes}: {}", stderr(&output));
        assert!(!place.out().join("conformance.csv").exists(), "no report is written");
        resume = bytes > 20;
    }
    let output = place.test(MODE, &["--resume"]);
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("tasks are already finished"), "{}", stderr(&output));
    assert_eq!(lasting(&place.out()), unbroken());
}

#[test]
fn an_unwritable_report_folder_is_an_error() {
    let place = place();
    // `/proc` is read-only, even for root.
    let output = place.test(MODE, &["--out", "/proc/wassay"]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("error: can't write `/proc/wassay/conformance.part`"), "{}", stderr(&output));
    // The journal can be written, but a file of the report cannot.
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
fn a_journal_on_a_full_device_is_an_error() {
    let place = place();
    std::fs::create_dir(place.out()).expect("a folder");
    std::os::unix::fs::symlink("/dev/full", place.out().join("conformance.part")).expect("a link");
    let output = place.test(MODE, &[]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("error: can't write"), "{}", stderr(&output));
}
