//! Tests of workers that are killed, and of runs that are interrupted and resumed.
#![cfg(target_os = "linux")]

mod common;

use common::{Place, SCRIPT, children, code, has_judged, lasting, recorded, stderr, wait_for};
use rustix::process::{Pid, Signal, kill_process};
use wassay::model::Outcome::{self, Crash};

fn kill(pid: u32, signal: Signal) {
    let pid = Pid::from_raw(i32::try_from(pid).expect("a process id")).expect("not 0");
    kill_process(pid, signal).expect("the process exists");
}

#[test]
fn a_killed_worker_is_a_crash() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    let run = place.start("hang@3", &["--timeout", "60", "--jobs", "1"]);
    // The worker hangs at the third directive, when the record has the first two.
    wait_for(|| has_judged(&place, 1).then_some(()));
    let worker = wait_for(|| children(run.id()).first().copied());
    kill(worker, Signal::KILL);
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    place.assert_complete(&["a.wast"]);
    assert_eq!(place.not_passed("a.wast"), [(3, Crash, "SIGKILL".to_owned())]);
}

#[test]
fn killed_workers_lose_no_rows() {
    let files: Vec<String> = (0..8).map(|n| format!("{n}.wast")).collect();
    let scripts: Vec<(&str, &str)> = files.iter().map(|file| (file.as_str(), SCRIPT)).collect();
    let place = Place::new(&scripts);
    // Each script hangs once, long enough to be killed. One at a time, so that each worker has time to start: if workers are
    // killed repeatedly before they have listed the directives, the script gets only one row.
    let run = place.start("hang@6+crash@9", &["--timeout", "30"]);
    let id = run.id();
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let killer = std::thread::spawn(move || {
        for turn in 0.. {
            if stopped.recv_timeout(std::time::Duration::from_millis(150)).is_ok() {
                break;
            }
            let workers = children(id);
            let worker = workers.get(turn % workers.len().max(1)).copied();
            if let Some(pid) = worker.and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw) {
                // It may have ended by now.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    });
    let output = run.wait_with_output().expect("it ends");
    let _ = stop.send(());
    killer.join().expect("it ends");
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    place.assert_complete(&files);
    for file in files {
        let rows = place.not_passed(file);
        assert!(rows.iter().any(|(line, outcome, _)| *line == 6 && *outcome == Crash), "{rows:?}");
    }
}

#[test]
fn an_interrupted_run_keeps_its_rows_and_resumes() {
    let scripts = [("a.wast", SCRIPT), ("b.wast", SCRIPT), ("c.wast", SCRIPT), ("d.wast", SCRIPT)];
    let unbroken = Place::new(&scripts);
    let args = ["--timeout", "0.7", "--jobs", "1"];
    assert_eq!(code(&unbroken.test("hang@5", &args)), Some(1));

    let broken = Place::new(&scripts);
    let run = broken.start("hang@5", &args);
    wait_for(|| recorded(&broken, "{\"finished\":").then_some(()));
    kill(run.id(), Signal::INT);
    let output = run.wait_with_output().expect("it ends");
    assert_eq!(code(&output), Some(130), "{}", stderr(&output));
    assert!(stderr(&output).contains("--resume"), "{}", stderr(&output));
    let there = broken.rows();
    assert!((12..48).contains(&there.len()), "{} rows", there.len());
    assert!(there.iter().all(|row| row.outcome != Crash), "an interrupted directive is not a crash");

    let output = broken.test("hang@5", &[&args[..], &["--resume"]].concat());
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    assert!(stderr(&output).contains("tasks are already finished"), "{}", stderr(&output));
    assert_eq!(lasting(&broken.out()), lasting(&unbroken.out()));
    assert_eq!(broken.rows()[0].run, there[0].run, "it is the same run");
}

#[test]
fn a_killed_run_resumes() {
    let scripts = [("a.wast", SCRIPT), ("b.wast", SCRIPT), ("c.wast", SCRIPT)];
    let place = Place::new(&scripts);
    let args = ["--timeout", "60", "--jobs", "1"];
    let mut run = place.start("hang@12", &args);
    wait_for(|| has_judged(&place, 10).then_some(()));
    let workers = children(run.id());
    kill(run.id(), Signal::KILL);
    run.wait().expect("it ends");
    for worker in workers {
        wait_for(|| (!alive(worker)).then_some(()));
    }
    // The last entry of the record may be cut off anywhere.
    let path = place.out().join("conformance.part");
    let record = std::fs::read(&path).expect("a record");
    std::fs::write(&path, &record[..record.len() - 7]).expect("a file");
    let output = place.test("pass", &[&args[..], &["--resume"]].concat());
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    place.assert_complete(&["a.wast", "b.wast", "c.wast"]);
    assert!(
        place.rows().iter().all(|row| row.outcome == Outcome::Pass && row.mode == "pass"),
        "the rows of the other mode are new"
    );
}

#[test]
fn a_file_that_is_not_a_journal_is_not_resumed() {
    let place = Place::new(&[("a.wast", SCRIPT)]);
    std::fs::create_dir(place.out()).expect("a folder");
    std::fs::write(place.out().join("conformance.part"), "something else\n").expect("a file");
    let output = place.test("pass", &["--resume"]);
    assert_eq!(code(&output), Some(2));
    assert!(stderr(&output).contains("is not the journal of a run"), "{}", stderr(&output));
}

/// Whether a process is running, and not a zombie.
fn alive(pid: u32) -> bool {
    let Ok(stat) = std::fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    !stat.rsplit(')').next().is_some_and(|rest| rest.trim_start().starts_with('Z'))
}
