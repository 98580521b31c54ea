//! Tasks: one script on one engine in one mode.

use crate::model::{Directive, Outcome, Row};
use crate::suite::{self, ScriptFile};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::sync::Arc;

/// An engine in one mode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Name of the engine.
    pub engine: String,
    /// Its version.
    pub version: String,
    /// The mode.
    pub mode: String,
}

/// One script to run on one engine in one mode.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// The script.
    pub script: &'a ScriptFile,
    /// Its text, shared by the tasks of the script.
    pub source: Arc<Cow<'static, str>>,
    /// Engine and mode.
    pub on: &'a Configuration,
    /// Estimate of the time that it takes, without a unit.
    pub weight: u64,
}

/// The result of one directive of a task. It is serialized as a tuple, without field names, because there are many.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct DirectiveResult {
    /// Number of the directive in its script, from 0.
    pub at: u32,
    /// The directive.
    pub directive: Directive,
    /// Features that its module needs, joined with `+`.
    pub features: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// The detail: what happened instead of what was expected.
    pub detail: String,
    /// Time in microseconds.
    pub micros: u64,
}

impl Serialize for DirectiveResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { at, directive: Directive { line, kind }, features, outcome, detail, micros } = self;
        (at, (line, kind), features, outcome, detail, micros).serialize(serializer)
    }
}

/// Kind of the row for a whole script, where the script's directives are not known or do not run one by one.
pub const SCRIPT: &str = "script";

/// Beginning of the detail of such a row if the text is not a script.
pub const NO_SCRIPT: &str = "not a script: ";

/// Creates the tasks: every script on every configuration, the longest first so that no core is idle at the end.
///
/// # Errors
///
/// When a script cannot be read.
pub fn plan<'a>(scripts: &[&'a ScriptFile], on: &'a [Configuration]) -> Result<Vec<Task<'a>>, suite::Error> {
    let mut tasks = Vec::with_capacity(scripts.len() * on.len());
    for script in scripts {
        let source = Arc::new(script.source()?);
        let weight = weigh(&source);
        tasks.extend(on.iter().map(|on| Task { script, source: Arc::clone(&source), on, weight }));
    }
    tasks.sort_by_key(|task| std::cmp::Reverse(task.weight));
    Ok(tasks)
}

/// Estimates the time of a script. Compiling dominates: a function takes about a thousand times as long as a byte of text.
fn weigh(source: &str) -> u64 {
    let functions = source.matches("(func").count();
    (source.len() + 1000 * functions) as u64
}

/// The target of this build, in the form that rows have.
#[must_use]
pub fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

impl Task<'_> {
    /// Creates the row of a directive.
    #[must_use]
    pub fn row(&self, run: &str, judged: DirectiveResult) -> Row {
        Row {
            run: run.to_owned(),
            suite: self.script.suite.clone(),
            revision: self.script.revision.clone(),
            file: self.script.file.clone(),
            line: judged.directive.line,
            directive: judged.directive.kind.into_owned(),
            proposal: self.script.proposal.clone(),
            features: judged.features,
            engine: self.on.engine.clone(),
            engine_version: self.on.version.clone(),
            mode: self.on.mode.clone(),
            target: target(),
            outcome: judged.outcome,
            detail: judged.detail,
            micros: judged.micros,
        }
    }
}
