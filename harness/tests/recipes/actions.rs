//! Simulator of GitHub Actions: executes every `run:` of every job of a workflow, for each combination of the job's
//! matrix, in a new workspace. Artifacts are folders. Unknown syntax and actions are errors.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

/// Option of `cp` that keeps permissions; `NO_MODE` drops them.
pub(crate) const MODE: &str = "--preserve=mode";
const NO_MODE: &str = "--no-preserve=mode";

type Texts = BTreeMap<String, Value>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Workflow {
    name: String,
    on: Value,
    pub(crate) permissions: BTreeMap<String, String>,
    concurrency: Texts,
    jobs: BTreeMap<String, Job>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Job {
    needs: Option<String>,
    runs_on: String,
    timeout_minutes: u32,
    pub(crate) permissions: Option<BTreeMap<String, String>>,
    strategy: Option<Strategy>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Strategy {
    fail_fast: bool,
    matrix: BTreeMap<String, Vec<Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    name: Option<String>,
    id: Option<String>,
    r#if: Option<String>,
    uses: Option<String>,
    #[serde(default)]
    with: Texts,
    #[serde(default)]
    env: Texts,
    run: Option<String>,
}

/// Environment of the steps of a workflow.
pub(crate) struct World<'a> {
    /// Event: `push` or `pull_request`.
    pub(crate) event: &'a str,
    /// Folder that `actions/checkout` copies.
    pub(crate) repository: &'a Path,
    /// Folder of programs that precedes `PATH`.
    pub(crate) programs: &'a Path,
    /// Folder of artifacts, each of which is a folder.
    pub(crate) artifacts: &'a Path,
    /// Further environment variables.
    pub(crate) variables: &'a [(&'a str, &'a Path)],
}

/// Result of a workflow.
#[derive(Debug, Default)]
pub(crate) struct Played {
    /// For each job, `success`, `skipped`, or the name of the step that failed.
    pub(crate) jobs: BTreeMap<String, String>,
    /// Output of all steps.
    pub(crate) log: String,
    /// Contents of the job summary.
    pub(crate) summary: String,
}

impl Workflow {
    pub(crate) fn read(path: &Path) -> Self {
        let this: Self =
            serde_json::from_value(crate::yaml::read(path)).expect("a workflow of the form that is known here");
        assert!(this.on.get("push").is_some() && this.on.get("pull_request").is_some(), "{}", this.on);
        this
    }

    pub(crate) fn job(&self, name: &str) -> &Job {
        &self.jobs[name]
    }

    /// Executes all jobs, each after those that it needs.
    pub(crate) fn play(&self, world: &World<'_>) -> Result<Played, String> {
        let mut played = Played::default();
        for text in self.concurrency.values() {
            expand(text, &json!({ "github": world.github(&self.name) }), world)?;
        }
        while played.jobs.len() < self.jobs.len() {
            let ready = |(name, job): &(&String, &Job)| {
                !played.jobs.contains_key(*name) && job.needs.iter().all(|need| played.jobs.contains_key(need))
            };
            let Some((name, job)) = self.jobs.iter().find(ready) else {
                return Err("jobs need one another".to_owned());
            };
            let skipped = job.needs.iter().any(|need| played.jobs[need] != "success");
            let came = if skipped { "skipped".to_owned() } else { job.play(&self.name, world, &mut played)? };
            played.jobs.insert(name.clone(), came);
        }
        Ok(played)
    }
}

impl World<'_> {
    fn github(&self, workflow: &str) -> Value {
        let pull_request = self.event == "pull_request";
        json!({
            "workflow": workflow,
            "event_name": self.event,
            "event": { "number": if pull_request { json!(12) } else { Value::Null } },
            "base_ref": if pull_request { "main" } else { "" },
            "run_id": 4711,
            "token": "a token",
        })
    }
}

impl Job {
    /// Executes the job for each combination of its matrix; returns its result.
    fn play(&self, workflow: &str, world: &World<'_>, played: &mut Played) -> Result<String, String> {
        assert!(!self.runs_on.is_empty() && self.timeout_minutes > 0);
        let mut combinations = vec![Map::new()];
        for (name, values) in self.strategy.iter().flat_map(|strategy| &strategy.matrix) {
            let with = |value: &Value| -> Vec<Map<String, Value>> {
                let mut all = combinations.clone();
                all.iter_mut().for_each(|map| drop(map.insert(name.clone(), value.clone())));
                all
            };
            combinations = values.iter().flat_map(with).collect();
        }
        let total = combinations.len();
        let mut came = "success".to_owned();
        for (index, matrix) in combinations.into_iter().enumerate() {
            let context = json!({
                "github": world.github(workflow),
                "matrix": matrix,
                "strategy": { "job-total": total, "job-index": index },
                "runner": { "os": "Linux" },
                "env": {},
                "steps": {},
            });
            if let Err(failed) = self.once(context, world, played)? {
                came = failed;
                if self.strategy.as_ref().is_some_and(|strategy| strategy.fail_fast) {
                    break;
                }
            }
        }
        Ok(came)
    }

    /// Executes the steps in a new workspace, up to the first that fails.
    fn once(&self, mut context: Value, world: &World<'_>, played: &mut Played) -> Result<Result<(), String>, String> {
        let workspace = tempfile::tempdir().expect("a folder");
        for step in &self.steps {
            if let Some(condition) = &step.r#if
                && !truthy(&evaluate(condition, &context, world)?)
            {
                continue;
            }
            let name = step.name.as_ref().or(step.run.as_ref()).or(step.uses.as_ref()).expect("a step does something");
            let name = expand(&json!(name), &context, world)?;
            let done = match (&step.uses, &step.run) {
                (Some(action), None) => step.action(action, &context, workspace.path(), world)?,
                (None, Some(script)) => step.run(script, &mut context, workspace.path(), world, played)?,
                _ => return Err(format!("step `{name}` both runs and uses something, or neither")),
            };
            if !done {
                return Ok(Err(name));
            }
        }
        Ok(Ok(()))
    }
}

impl Step {
    fn action(&self, action: &str, context: &Value, workspace: &Path, world: &World<'_>) -> Result<bool, String> {
        let (action, version) = action.split_once("@v").ok_or("an action without a version")?;
        version.parse::<u32>().map_err(|_| format!("{action} is at no major version"))?;
        let with = |name: &str| -> Result<String, String> {
            expand(self.with.get(name).ok_or(format!("{action} is not told its `{name}`"))?, context, world)
        };
        match action {
            "actions/checkout" => copy(world.repository, workspace, MODE),
            "actions/cache" => {
                with("path").and(with("key"))?;
            }
            "actions/upload-artifact" => {
                assert_eq!(with("if-no-files-found")?, "error");
                let (from, to) = (workspace.join(with("path")?), world.artifacts.join(with("name")?));
                if from.is_dir() {
                    copy(&from, &to, NO_MODE);
                } else if let (true, Some(name)) = (from.is_file(), from.file_name()) {
                    // An artifact of a single file has it at the top level.
                    std::fs::create_dir_all(&to).expect("a folder");
                    std::fs::write(to.join(name), std::fs::read(&from).expect("a file")).expect("a file");
                } else {
                    return Ok(false);
                }
            }
            "actions/download-artifact" if self.with.contains_key("name") => {
                copy(&world.artifacts.join(with("name")?), &workspace.join(with("path")?), NO_MODE);
            }
            "actions/download-artifact" => {
                let pattern = with("pattern")?;
                let prefix = pattern.strip_suffix('*').ok_or("a pattern that is known here ends with `*`")?;
                for name in names(world.artifacts).iter().filter(|name| name.starts_with(prefix)) {
                    copy(&world.artifacts.join(name), &workspace.join(with("path")?).join(name), NO_MODE);
                }
            }
            _ => return Err(format!("no such action here: {action}")),
        }
        Ok(true)
    }

    fn run(
        &self,
        script: &str,
        context: &mut Value,
        workspace: &Path,
        world: &World<'_>,
        played: &mut Played,
    ) -> Result<bool, String> {
        let scratch = tempfile::tempdir().expect("a folder");
        let file = |name: &str| scratch.path().join(name);
        std::fs::write(file("script"), expand(&json!(script), context, world)?).expect("a file");
        let mut command = Command::new("bash");
        command.arg("-e").arg(file("script")).current_dir(workspace);
        for name in ["GITHUB_ENV", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"] {
            std::fs::write(file(name), "").expect("a file");
            command.env(name, file(name));
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(world.programs.to_owned()).chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(path).expect("no colons"));
        command.env("GITHUB_BASE_REF", context["github"]["base_ref"].as_str().unwrap_or_default());
        command.envs(world.variables.iter().copied());
        for (name, value) in context["env"].as_object().into_iter().flatten() {
            command.env(name, text(value));
        }
        for (name, value) in &self.env {
            command.env(name, expand(value, context, world)?);
        }
        let output = command.output().expect("bash runs");
        for said in [&output.stdout, &output.stderr] {
            let _ = writeln!(played.log, "{}", String::from_utf8_lossy(said).trim_end());
        }
        played.summary.push_str(&std::fs::read_to_string(file("GITHUB_STEP_SUMMARY")).expect("a file"));
        for (name, value) in pairs(&file("GITHUB_ENV"))? {
            context["env"][name] = value;
        }
        if let Some(id) = &self.id {
            context["steps"][id] = json!({ "outputs": pairs(&file("GITHUB_OUTPUT"))? });
        }
        Ok(output.status.success())
    }
}

/// Reads lines of the form `NAME=value`.
fn pairs(path: &Path) -> Result<Map<String, Value>, String> {
    let said = std::fs::read_to_string(path).expect("a file");
    let pair = |line: &str| {
        let (name, value) = line.split_once('=').ok_or(format!("`{line}` sets nothing"))?;
        Ok((name.to_owned(), json!(value)))
    };
    said.lines().map(pair).collect()
}

/// Replaces the expressions in a text by their values.
fn expand(value: &Value, context: &Value, world: &World<'_>) -> Result<String, String> {
    let all = text(value);
    let mut rest = all.as_str();
    let mut expanded = String::new();
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, after) = after.split_once("}}").ok_or(format!("`{all}` has an expression without an end"))?;
        expanded.push_str(before);
        expanded.push_str(&text(&evaluate(expression, context, world)?));
        rest = after;
    }
    Ok(expanded + rest)
}

/// Evaluates an expression: `a || b`, `a == b`, string literals, `hashFiles`, and properties of the context.
fn evaluate(expression: &str, context: &Value, world: &World<'_>) -> Result<Value, String> {
    let expression = expression.trim();
    if let Some((left, right)) = expression.split_once("||") {
        let left = evaluate(left, context, world)?;
        return if truthy(&left) { Ok(left) } else { evaluate(right, context, world) };
    }
    if let Some((left, right)) = expression.split_once("==") {
        return Ok(json!(evaluate(left, context, world)? == evaluate(right, context, world)?));
    }
    if let Some(quoted) = expression.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return Ok(json!(quoted));
    }
    if let Some(file) = expression.strip_prefix("hashFiles('").and_then(|rest| rest.strip_suffix("')")) {
        let found = std::fs::read(world.repository.join(file)).map_err(|_| format!("there is no {file}"))?;
        return Ok(json!(format!("{} bytes", found.len())));
    }
    let step = |value: &Value, name: &str| value.get(name).cloned();
    let found = expression.split('.').try_fold(context.clone(), |value, name| step(&value, name));
    found.ok_or(format!("there is no `{expression}`"))
}

fn truthy(value: &Value) -> bool {
    !matches!(text(value).as_str(), "" | "false" | "0")
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Returns the names of the entries of a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> =
        entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("UTF-8")).collect();
    names.sort();
    names
}

/// Copies the contents of a folder into another. `keep` is [`MODE`] or `NO_MODE`.
///
/// Another process copies, since a program cannot be started while a process has it open for writing, and the child
/// processes of other tests inherit this process's open files.
pub(crate) fn copy(from: &Path, to: &Path, keep: &str) {
    std::fs::create_dir_all(to).expect("a folder");
    let done = Command::new("cp").args(["-R", keep]).arg(from.join(".")).arg(to).status().expect("it runs");
    assert!(done.success(), "{} cannot be copied", from.display());
}
