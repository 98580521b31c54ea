//! Tests that execute the recipes for many machines on one machine with the fake engine. The recipes' own files run;
//! their schedulers are simulated.
#![cfg(target_os = "linux")]

#[path = "../common/mod.rs"]
mod common;

mod actions;
mod yaml;

use actions::{MODE, Played, Workflow, World, copy, names};
use common::{Place, SCRIPT, code, lasting, stderr, stdout, wassay};
use rustix::process::{Pid, Signal, kill_process_group};
use serde::Deserialize;
use serde_json::Value;
use std::os::unix::fs::symlink;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;

const WASSAY: &str = env!("CARGO_BIN_EXE_wassay");

fn recipe(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes").join(name)
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

/// Writes a shell script as a program. See [`copy`] for why another process writes it.
fn program(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("it has one")).expect("a folder");
    let mut write = Command::new("sh");
    write.args(["-c", r#"printf '#!/bin/sh\nset -eu\n%s' "$1" > "$0" && chmod +x "$0""#]).arg(path).arg(text);
    assert!(write.status().expect("it runs").success());
}

/// Makes nine scripts, one more than the largest number of partitions.
fn place() -> Place {
    let files: Vec<String> = (0..9).map(|n| format!("{n}.wast")).collect();
    Place::new(&files.iter().map(|file| (file.as_str(), SCRIPT)).collect::<Vec<_>>())
}

/// Returns the rows of an unpartitioned run, to compare with merged partitions.
fn whole(mode: &str) -> Vec<String> {
    let place = place();
    place.test(mode, &["--timeout", TIMEOUT]);
    lasting(&place.out())
}

/// Returns a profile that chooses our scripts and the fake engine.
fn settings(profile: &str, engine: &str, suite: &Path) -> String {
    format!(
        "[profile.{profile}]\nengine = ['{engine}']\nsuites = ['{}']\nselectors = ['suite:suite']\n",
        suite.display()
    )
}

/// A simulated repository with the workflow.
struct Actions {
    dir: TempDir,
    place: Place,
}

impl Actions {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let at = |name: &str| dir.path().join(name);
        write(&at("repository/Cargo.lock"), "");
        program(&at("repository/tools/setup-llvm"), "");
        program(
            &at("programs/make"),
            &format!(
                "test \"$*\" = build\nmkdir -p target/release\ncd target/release\n\
                 printf '#!/bin/sh\\nexec {WASSAY} \"$@\"\\n' > wassay\n"
            ),
        );
        // A simulation of `gh` for the calls of the workflow: it knows at most one run, with its report in the folder
        // `base`.
        program(
            &at("programs/gh"),
            r#"echo "$*" >> "$PLAYED/calls"
case "$1 $2" in
"run list") if [ -d "$PLAYED/base" ]; then echo 7; fi ;;
"run download") test "$3 $4 $5 $6" = "7 --name reports --dir"; cp -R "$PLAYED/base" "$7" ;;
"pr comment") test "$3 $4 $5 $6" = "12 --edit-last --create-if-none --body-file"; cp "$7" "$PLAYED/comment" ;;
*) exit 1 ;;
esac
"#,
        );
        Self { dir, place: place() }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn play(&self, event: &str, engine: &str) -> Played {
        let settings = settings("ci", engine, &self.place.suite());
        write(&self.at("repository/harness/recipes/wassay.toml"), &settings);
        let world = World {
            event,
            repository: &self.at("repository"),
            programs: &self.at("programs"),
            artifacts: &self.at("artifacts"),
            variables: &[("PLAYED", self.dir.path()), ("WASSAY_FAKE_FOLDER", &self.at("passed"))],
        };
        let workflow = Workflow::read(&recipe("github-actions/conformance.yml"));
        let played = workflow.play(&world);
        played.unwrap_or_else(|error| panic!("{error}"))
    }
}

fn jobs(played: &Played) -> Vec<(&str, &str)> {
    played.jobs.iter().map(|(name, came)| (name.as_str(), came.as_str())).collect()
}

#[test]
fn actions_merge_all_partitions() {
    let actions = Actions::new();
    let played = actions.play("push", "fake:pass");
    assert_eq!(jobs(&played), [("build", "success"), ("merge", "success"), ("part", "success")], "{}", played.log);
    let artifacts = actions.at("artifacts");
    assert_eq!(names(&artifacts), ["part-1", "part-2", "part-3", "part-4", "reports", "wassay"]);
    assert_eq!(lasting(&artifacts.join("reports")), whole("pass"));
    assert!(played.summary.contains("| fake/pass |") && played.summary.contains(" 108/108 |"), "{}", played.summary);
    let runs = std::fs::read_to_string(artifacts.join("reports/run.csv")).expect("a file");
    assert!(runs.lines().count() == 5 && runs.lines().skip(1).all(|run| run.starts_with("github-4711,")), "{runs}");
    assert!(!actions.at("calls").exists(), "a push is compared with nothing");
}

#[test]
fn actions_fail_on_unexpected_outcomes() {
    let actions = Actions::new();
    let played = actions.play("push", "fake:fail@3");
    let expected = [("build", "success"), ("merge", "Fail on unexpected outcomes"), ("part", "success")];
    assert_eq!(jobs(&played), expected, "{}", played.log);
    assert_eq!(lasting(&actions.at("artifacts/reports")), whole("fail@3"), "the report is kept");
}

#[test]
fn actions_fail_if_a_partition_cannot_run() {
    let actions = Actions::new();
    let played = actions.play("push", "steam");
    let expected = [("build", "success"), ("merge", "skipped"), ("part", "Run part 4 of 4")];
    assert_eq!(jobs(&played), expected, "{}", played.log);
    assert!(played.log.contains("there is no engine `steam`"), "{}", played.log);
}

#[test]
fn actions_comment_the_changes_of_a_pull_request() {
    let actions = Actions::new();
    // The directive passes while the folder has a file with its number.
    let engine = "fake:flaky@3";
    write(&actions.at("passed/3"), "");
    let played = actions.play("pull_request", engine);
    assert_eq!(played.jobs["merge"], "success", "there is nothing to compare with: {}", played.log);
    assert!(!actions.at("comment").exists());

    copy(&actions.at("artifacts/reports"), &actions.at("base"), MODE);
    let played = actions.play("pull_request", engine);
    assert_eq!(played.jobs["merge"], "success", "{}", played.log);
    let comment = || std::fs::read_to_string(actions.at("comment")).expect("a comment");
    assert!(comment().starts_with("### No conformance regressions\n"), "{}", comment());

    // The first script to run fails, and makes the file again.
    std::fs::remove_file(actions.at("passed/3")).expect("ours");
    let played = actions.play("pull_request", engine);
    assert_eq!(played.jobs["merge"], "Compare with the base", "{}", played.log);
    assert!(comment().starts_with("### Conformance got worse\n\n1 regressions; 107 unchanged\n"), "{}", comment());
    assert!(played.log.contains("\n::error file=suite/"), "{}", played.log);
    let calls = std::fs::read_to_string(actions.at("calls")).expect("a file");
    assert!(calls.contains("--branch main --status success"), "{calls}");
}

#[test]
fn actions_have_minimal_permissions() {
    let workflow = Workflow::read(&recipe("github-actions/conformance.yml"));
    let said = |permissions: &std::collections::BTreeMap<String, String>| format!("{permissions:?}");
    assert_eq!(said(&workflow.permissions), r#"{"contents": "read"}"#);
    assert!(workflow.job("build").permissions.is_none() && workflow.job("part").permissions.is_none());
    let merge = workflow.job("merge").permissions.as_ref().map(said);
    assert_eq!(merge.as_deref(), Some(r#"{"actions": "read", "contents": "read", "pull-requests": "write"}"#));
}

/// Mode that fails, crashes, and hangs in each script, long enough to be killed there.
const SLOW: &str = "fail@3+crash@5+hang@9";
const TIMEOUT: &str = "0.4";

/// Starts a partition, and kills all of its processes after the first finished task.
fn interrupt(command: &mut Command, out: &Path) {
    let mut started = command.process_group(0).stderr(Stdio::null()).spawn().expect("it runs");
    let record = || std::fs::read_to_string(out.join("conformance.part")).unwrap_or_default();
    common::wait_for(|| record().contains("{\"finished\":").then_some(()));
    let group = Pid::from_raw(i32::try_from(started.id()).expect("an id")).expect("not 0");
    kill_process_group(group, Signal::KILL).expect("ours");
    started.wait().expect("it ends");
    assert!(!out.join("conformance.csv").exists(), "the run was killed before its report");
}

fn ok(command: &mut Command) -> Output {
    let output = command.output().expect("it runs");
    assert!(output.status.success(), "{}", stderr(&output));
    output
}

#[test]
fn a_slurm_array_with_a_task_that_is_killed_and_requeued() {
    let place = place();
    let script = |name: &str, words: &[&str]| {
        let mut command = Command::new("bash");
        command.arg(recipe("slurm").join(name)).args(words).current_dir(place.path(""));
        command.env("WASSAY", WASSAY).env("REPORTS", place.path("reports")).env("WASSAY_SUITES", place.suite());
        command
    };
    let task = |id: u32, engine: &str| {
        let mut task = script("conformance.sbatch", &["suite:suite", "--engine", engine, "--timeout", TIMEOUT]);
        task.envs([("SLURM_ARRAY_JOB_ID", "9"), ("SLURM_ARRAY_TASK_MIN", "5"), ("SLURM_ARRAY_TASK_COUNT", "3")]);
        task.env("SLURM_ARRAY_TASK_ID", id.to_string());
        task
    };
    let merge = || script("merge.sbatch", &["9"]).output().expect("it runs");
    let mode = format!("fake:{SLOW}");
    interrupt(&mut task(7, &mode), &place.path("reports/9/part-3"));
    // Unexpected outcomes are a result, not a failure.
    ok(&mut task(5, &mode));
    ok(&mut task(6, &mode));
    let output = merge();
    assert_eq!(code(&output), Some(2), "{}", stdout(&output));
    assert!(stderr(&output).contains("part-3/conformance.csv"), "{}", stderr(&output));
    let output = ok(&mut task(7, &mode));
    assert!(stderr(&output).contains("1 of 3 tasks are already finished"), "{}", stderr(&output));
    let output = merge();
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains(" 54/108 !54 |"), "{}", stdout(&output));
    assert_eq!(lasting(&place.path("reports/9")), whole(SLOW));
    assert_eq!(code(&task(7, "steam").output().expect("it runs")), Some(1), "a wrong command line is a failure");
}

/// The parts of a Kubernetes job that have an effect on its containers.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    completions: usize,
    completion_mode: String,
    backoff_limit_per_index: usize,
    template: Value,
}

#[test]
fn a_kubernetes_job_with_a_pod_that_is_evicted() {
    let place = place();
    write(&place.path("wassay.toml"), &settings("default", &format!("fake:{SLOW}"), &place.suite()));
    std::fs::create_dir(place.path("programs")).expect("a folder");
    symlink(WASSAY, place.path("programs/wassay")).expect("a link");
    let manifest = yaml::read(&recipe("kubernetes/conformance.yaml"));
    let job: Manifest = serde_json::from_value(manifest["spec"].clone()).expect("a job");
    assert_eq!((job.completion_mode.as_str(), job.backoff_limit_per_index > 0), ("Indexed", true));
    let container = &job.template["spec"]["containers"][0];
    let mount = container["volumeMounts"][0]["mountPath"].as_str().expect("a volume");
    let words = |name: &str| -> Vec<String> { serde_json::from_value(container[name].clone()).expect("words") };
    let path = format!("{}:{}", place.path("programs").display(), std::env::var("PATH").expect("a path"));
    let pod = |index: usize| {
        let words = [words("command"), words("args")].concat();
        let mut command = Command::new(&words[0]);
        // The volume is a folder here. Scripts run one after the other, so that a pod can be killed between two.
        let reports = place.path("reports");
        let word =
            |word: &String| word.replace(mount, reports.to_str().expect("UTF-8")).replace("--jobs 2", "--jobs 1");
        command.args(words[1..].iter().map(word));
        for variable in container["env"].as_array().expect("a list") {
            let name = variable["name"].as_str().expect("a name");
            // The value without a literal is the name of the pod's job.
            command.env(name, variable["value"].as_str().unwrap_or("4f2c"));
        }
        command.env("JOB_COMPLETION_INDEX", index.to_string()).env("PATH", &path).current_dir(place.path(""));
        command
    };
    let settings = std::fs::read_to_string(place.path("wassay.toml")).expect("a file");
    write(&place.path("wassay.toml"), &format!("{settings}timeout = {TIMEOUT}\n"));
    // There are nine scripts for eight pods. The first pod has two scripts, and is evicted between them.
    interrupt(&mut pod(0), &place.path("reports/part-1"));
    for index in 0..job.completions {
        let output = ok(&mut pod(index));
        assert_eq!(stderr(&output).contains("1 of 2 tasks are already finished"), index == 0, "{}", stderr(&output));
    }
    let mut merge = wassay();
    merge.arg("merge").args(names(&place.path("reports")).iter().map(|part| place.path("reports").join(part)));
    let output = merge.arg("--out").arg(place.path("merged")).output().expect("it runs");
    assert_eq!(code(&output), Some(1), "{}", stderr(&output));
    assert_eq!(lasting(&place.path("merged")), whole(SLOW));
    // A wrong command line is a failure, not a result.
    write(&place.path("wassay.toml"), "[profile.default]\nengine = ['steam']\n");
    assert_eq!(code(&pod(0).output().expect("it runs")), Some(2));
}
