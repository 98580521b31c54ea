//! Severity of a result, by which results are compared.

use crate::model::Outcome;

/// Returns the severity of a result, independent of expectations: 0 is a pass, and higher is worse. A skipped directive
/// has none.
pub(crate) fn severity(outcome: Outcome, detail: &str) -> Option<u8> {
    match outcome {
        Outcome::Pass | Outcome::Xpass => Some(0),
        Outcome::Unsupported => Some(1),
        Outcome::Crash | Outcome::Timeout => Some(3),
        // The detail of an expected crash has the form `reason (crash: SIGSEGV)`, see `expect`.
        Outcome::Xfail if detail.contains(" (crash: ") || detail.contains(" (timeout: ") => Some(3),
        Outcome::Fail | Outcome::Xfail => Some(2),
        Outcome::Skip => None,
    }
}
