//! Tests of `--resume`: a run that is killed any number of times gives the same report as an uninterrupted one.
#![cfg(target_os = "linux")]

use super::common::{Place, SCRIPT, children, code, has_judged, lasting, stderr, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use std::time::Duration;

const MODE: &str = "fail@3+crash@5+unsupported@8";

fn scripts(files: &[String]) -> Vec<(&str, &str)> {
    files.iter().map(|file| (file.as_str(), SCRIPT)).collect()
}

/// Reads the journal of a run.
fn journal(place: &Place) -> Vec<u8> {
    std::fs::read(place.out().join("conformance.part")).unwrap_or_default()
}

#[test]
fn a_run_that_is_killed_repeatedly_resumes() {
    let files: Vec<String> = (0..20).map(|n| format!("{n}.wast")).collect();
    let unbroken = Place::new(&scripts(&files));
    assert_eq!(code(&unbroken.test(MODE, &[])), Some(1));

    let place = Place::new(&scripts(&files));
    let mut kills = 0;
    loop {
        let before = journal(&place).len();
        let mut run = place.start(MODE, &["--resume", "--jobs", "1"]);
        // Each run is killed at any point after it has made some progress, so that the loop ends.
        let ended = wait_for(|| match run.try_wait().expect("ours") {
            Some(status) => Some(Some(status)),
            None => (journal(&place).len() > before + 3000).then_some(None),
        });
        if ended.is_some() {
            break;
        }
        kill_process(Pid::from_raw(i32::try_from(run.id()).expect("an id")).expect("not 0"), Signal::KILL)
            .expect("ours");
        run.wait().expect("it ends");
        kills += 1;
        // Every second time, the last line of the journal is cut off.
        let text = journal(&place);
        if kills % 2 == 0 {
            std::fs::write(place.out().join("conformance.part"), &text[..text.len() - 5]).expect("a file");
        }
    }
    assert!(kills > 2, "killed {kills} times");
    assert_eq!(lasting(&place.out()), lasting(&unbroken.out()));
    assert!(journal(&place).is_empty(), "a finished run has no journal");
}

#[test]
fn retries_are_resumed() {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    let args = ["--jobs", "1", "--retries", "1", "--timeout", "60"];
    let mut run = place.start("fail@3+hang@12", &args);
    wait_for(|| has_judged(&place, 10).then_some(()));
    kill_process(Pid::from_raw(i32::try_from(run.id()).expect("an id")).expect("not 0"), Signal::KILL).expect("ours");
    run.wait().expect("it ends");
    let output = place.test("fail@3+hang@12", &["--jobs", "1", "--retries", "1", "--timeout", "0.3", "--resume"]);
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    place.assert_complete(&["a.wast", "b.wast"]);
    let unbroken = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    unbroken.test("fail@3+hang@12", &["--timeout", "0.3"]);
    assert_eq!(lasting(&place.out()), lasting(&unbroken.out()));
}

#[test]
fn a_scheduler_terminates_every_process_of_a_job() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let run = place.start("hang@3", &["--timeout", "60", "--jobs", "1"]);
    wait_for(|| has_judged(&place, 1).then_some(()));
    let pid = |id: u32| Pid::from_raw(i32::try_from(id).expect("an id")).expect("not 0");
    // The workers get the signal first, and long before the supervisor.
    for worker in children(run.id()) {
        kill_process(pid(worker), Signal::TERM).expect("ours");
    }
    std::thread::sleep(Duration::from_millis(300));
    kill_process(pid(run.id()), Signal::TERM).expect("ours");
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(code(&output), Some(130), "{}", stderr(&output));
    assert!(place.not_passed("a.wast").is_empty(), "no worker crashed: {:?}", place.not_passed("a.wast"));
    assert_eq!(code(&place.test("pass", &["--resume"])), Some(0));
    place.assert_complete(&["a.wast"]);
}

#[test]
fn two_runs_in_one_folder_are_refused() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let mut run = place.start("hang@3", &["--timeout", "60"]);
    wait_for(|| has_judged(&place, 1).then_some(()));
    for args in [&[][..], &["--resume"]] {
        let output = place.test("pass", args);
        assert_eq!(code(&output), Some(2));
        assert!(stderr(&output).contains("belongs to a run that is under way"), "{}", stderr(&output));
    }
    run.kill().expect("ours");
    run.wait().expect("it ends");
    std::thread::sleep(Duration::from_millis(10));
    assert_eq!(code(&place.test("pass", &["--resume"])), Some(0), "the lock ended with the process");
}
