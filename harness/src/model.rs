//! The harness's vocabulary: outcomes, modes, directives and the rows that reports are made of.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What came of one directive: a closed set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As the script says.
    Pass,
    /// Not as the script says.
    Fail,
    /// Failed, as an expectation says.
    Xfail,
    /// Passed against an expectation, which is red: the expectation must go.
    Xpass,
    /// The engine says that it does not do this; the detail names the feature.
    Unsupported,
    /// Not run; the detail names the reason.
    Skip,
    /// The worker died; the detail names the signal.
    Crash,
    /// The worker was silent for too long.
    Timeout,
}

impl Outcome {
    /// Every outcome, in the order of the columns of `portability.csv`.
    pub const ALL: [Self; 8] =
        [Self::Pass, Self::Fail, Self::Xfail, Self::Xpass, Self::Unsupported, Self::Skip, Self::Crash, Self::Timeout];

    /// Whether a run with this outcome is not as expected.
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

/// One row of `conformance.csv`: what one engine in one mode made of one directive. Fields are columns, in order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Name of the run.
    pub run: String,
    /// Name of the suite.
    pub suite: String,
    /// Revision of the suite.
    pub revision: String,
    /// Script, relative to the suite, `/` as separator.
    pub file: String,
    /// Line of the directive in the script, from 1.
    pub line: u32,
    /// Kind of directive (`assert_return`, `module`, ...).
    pub directive: String,
    /// Proposal or spec version that the script belongs to.
    pub proposal: String,
    /// Smallest set of features that the module in question needs, `+`-separated, sorted.
    pub features: String,
    /// Engine.
    pub engine: String,
    /// Version of the engine.
    pub engine_version: String,
    /// Configuration of the engine.
    pub mode: String,
    /// Architecture-os.
    pub target: String,
    /// What came of it.
    pub outcome: Outcome,
    /// What was seen instead, which feature, which reason, which signal.
    pub detail: String,
    /// Microseconds the directive took in the worker.
    pub micros: u64,
}
