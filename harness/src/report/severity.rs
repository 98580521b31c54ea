//! Severity of a result, by which results are compared.

use crate::model::Outcome;

/// How good a result is, whatever was expected; `None` if there is none.
pub(crate) fn severity(outcome: Outcome, detail: &str) -> Option<u8> {
    match outcome {
        Outcome::Pass | Outcome::Xpass => Some(0),
        Outcome::Unsupported => Some(1),
        Outcome::Crash | Outcome::Timeout => Some(3),
        // `reason (crash: SIGSEGV)`: see `expect`.
        Outcome::Xfail if detail.contains(" (crash: ") || detail.contains(" (timeout: ") => Some(3),
        Outcome::Fail | Outcome::Xfail => Some(2),
        Outcome::Skip => None,
    }
}
