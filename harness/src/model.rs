//! Data that all parts of the harness share: outcomes, verdicts, directives and rows.

use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

/// The result of one directive: a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// The directive did what the script expects.
    Pass,
    /// The directive did something else.
    Fail,
    /// It failed, as an expectation says.
    Xfail,
    /// It passed although an expectation says that it fails. This is red, because the expectation must be removed.
    Xpass,
    /// The engine does not have a feature, which the detail names.
    Unsupported,
    /// It did not run. The detail names the reason.
    Skip,
    /// The worker died. The detail names the signal.
    Crash,
    /// The worker did not answer in time.
    Timeout,
}

impl Outcome {
    /// Every outcome, in the order of the columns of `portability.csv`.
    pub const ALL: [Self; 8] =
        [Self::Pass, Self::Fail, Self::Xfail, Self::Xpass, Self::Unsupported, Self::Skip, Self::Crash, Self::Timeout];

    /// Whether this outcome makes a run fail.
    #[must_use]
    pub fn is_red(self) -> bool {
        matches!(self, Self::Fail | Self::Xpass | Self::Crash | Self::Timeout)
    }

    /// Name in reports and expectation files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Xfail => "xfail",
            Self::Xpass => "xpass",
            Self::Unsupported => "unsupported",
            Self::Skip => "skip",
            Self::Crash => "crash",
            Self::Timeout => "timeout",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Outcome {
    type Err = String;
    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|o| o.name() == name).ok_or_else(|| format!("unknown outcome `{name}`"))
    }
}

/// A row of `conformance.csv`: the result of one directive on one engine in one mode. The fields are the columns, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Name of the run.
    pub run: String,
    /// Name of the suite.
    pub suite: String,
    /// Revision of the suite.
    pub revision: String,
    /// Path of the script in the suite, with `/` as separator.
    pub file: String,
    /// Line of the directive in the script, from 1.
    pub line: u32,
    /// Kind of directive (`assert_return`, `module`, ...).
    pub directive: String,
    /// Proposal or spec version that the script belongs to.
    pub proposal: String,
    /// Smallest set of features that the directive's module needs, sorted and joined with `+`.
    pub features: String,
    /// Name of the engine.
    pub engine: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Mode of the engine.
    pub mode: String,
    /// Architecture and operating system, joined with `-`.
    pub target: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// What happened instead, or the feature, reason or signal.
    pub detail: String,
    /// Time that the directive took in the worker, in microseconds.
    pub micros: u64,
}

/// The judgement of a directive, before expectations are applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// Its outcome.
    pub outcome: Outcome,
    /// What happened instead, or the feature or reason. Empty for a pass.
    pub detail: String,
}

impl Verdict {
    pub(crate) fn pass() -> Self {
        Self { outcome: Outcome::Pass, detail: String::new() }
    }

    pub(crate) fn fail(detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Fail, detail: detail.into() }
    }

    pub(crate) fn unsupported(detail: impl Into<String>) -> Self {
        Self { outcome: Outcome::Unsupported, detail: detail.into() }
    }
}

/// One directive of a script, as reports identify it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// The line on which it begins, from 1.
    pub line: u32,
    /// Its kind, such as `assert_return`.
    pub kind: Cow<'static, str>,
}
