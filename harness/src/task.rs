//! Tasks: one script on one engine in one mode each.

use crate::model::{Outcome, Row};
use crate::script::Directive;
use crate::suite::{self, Script};
use serde::{Deserialize, Serialize, Serializer};
use std::borrow::Cow;
use std::sync::Arc;

/// An engine in one of its modes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Configuration {
    /// Name of the engine.
    pub engine: String,
    /// Its version.
    pub version: String,
    /// The mode.
    pub mode: String,
}

/// One script to be run on one engine in one mode.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// The script.
    pub script: &'a Script,
    /// Its text, which its tasks share.
    pub source: Arc<Cow<'static, str>>,
    /// What it runs on.
    pub on: &'a Configuration,
    /// A guess at how long it takes, in no unit.
    pub weight: u64,
}

/// What came of one directive of a task. Written down without the names of its parts: there are many.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Judged {
    /// Number of the directive in its script, from 0.
    pub at: u32,
    /// The directive.
    pub directive: Directive,
    /// Features that its module needs, joined with `+`.
    pub features: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What was seen instead.
    pub detail: String,
    /// How long it took.
    pub micros: u64,
}

impl Serialize for Judged {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { at, directive: Directive { line, kind }, features, outcome, detail, micros } = self;
        (at, (line, kind), features, outcome, detail, micros).serialize(serializer)
    }
}

/// Kind of the row that stands for a script as a whole, where there are no directives to speak of.
pub const SCRIPT: &str = "script";

/// How the detail of such a row begins where the script is none at all.
pub const NO_SCRIPT: &str = "not a script: ";

/// Every script on every configuration, those that take longest first, so that no core is idle at the end.
///
/// # Errors
///
/// When a script cannot be read.
pub fn plan<'a>(scripts: &[&'a Script], on: &'a [Configuration]) -> Result<Vec<Task<'a>>, suite::Error> {
    let mut tasks = Vec::with_capacity(scripts.len() * on.len());
    for script in scripts {
        let source = Arc::new(script.source()?);
        let weight = weigh(&source);
        tasks.extend(on.iter().map(|on| Task { script, source: Arc::clone(&source), on, weight }));
    }
    tasks.sort_by_key(|task| std::cmp::Reverse(task.weight));
    Ok(tasks)
}

/// Compiling takes longest, a function some thousand times as long as reading a byte.
fn weigh(source: &str) -> u64 {
    let functions = source.matches("(func").count();
    (source.len() + 1000 * functions) as u64
}

/// The target of this build, as in rows.
#[must_use]
pub fn target() -> String {
    format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS)
}

impl Task<'_> {
    /// The row for a directive.
    #[must_use]
    pub fn row(&self, run: &str, judged: Judged) -> Row {
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
