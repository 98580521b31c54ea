//! Judges what an engine did against what a script expects, directive kind by directive kind.

use super::pattern;
use crate::engine::error::{MESSAGE_SEPARATOR, SessionError, SessionResult};
use crate::engine::interface::Expected;
use crate::engine::value::{Value, list};
use crate::model::Verdict;
use wast::{WastDirective, WastRet};

/// The verdict on something that had to work.
pub(super) fn success<T>(done: &SessionResult<T>) -> Verdict {
    match done {
        Ok(_) => Verdict::pass(),
        Err(stop) => unexpected("success", stop),
    }
}

/// The verdict on a stop where something else was expected.
pub(super) fn unexpected(expected: &str, stop: &SessionError) -> Verdict {
    match stop {
        SessionError::Unsupported { .. } => Verdict::unsupported(stop.to_string()),
        _ => Verdict::fail(format!("expected {expected}, got {stop}")),
    }
}

/// The verdict on returned values.
pub(super) fn values(done: &SessionResult<Vec<Value>>, expected: &[WastRet<'_>]) -> Verdict {
    match done {
        Ok(actual) => {
            let fits = actual.len() == expected.len();
            if fits && expected.iter().zip(actual).all(|(expected, actual)| pattern::matches(expected, actual)) {
                Verdict::pass()
            } else {
                Verdict::fail(format!("expected {}, got {}", pattern::show(expected), list(actual)))
            }
        }
        Err(stop) => unexpected(&pattern::show(expected), stop),
    }
}

/// The verdict on something that had to stop: `kind` picks the message out of the right kind of stop.
///
/// Engines word their messages more or less fully than scripts do (`uninitialized element 2`), so that one need only
/// begin with the other; an empty expectation allows any.
pub(super) fn stop(
    done: Result<SessionResult<Vec<Value>>, Verdict>,
    name: &str,
    message: &str,
    kind: impl Fn(&SessionError) -> Option<&str>,
) -> Verdict {
    let expected = format_args!("{name}: {message}");
    match done {
        Ok(Ok(values)) => Verdict::fail(format!("expected {expected}, got {}", list(&values))),
        Ok(Err(stop)) => match kind(&stop) {
            Some(actual) if agree(message, actual) => Verdict::pass(),
            _ => unexpected(&expected.to_string(), &stop),
        },
        Err(verdict) => verdict,
    }
}

fn agree(expected: &str, actual: &str) -> bool {
    let one = |actual: &str| actual.starts_with(expected) || !actual.is_empty() && expected.starts_with(actual);
    expected.is_empty() || actual.split(MESSAGE_SEPARATOR).any(one)
}

/// The verdict on a module that had to be rejected, by the text format's parser or by the engine. Unavailable it is rejected
/// is not compared: no two validators use the same words.
pub(super) fn rejection(text: Result<&SessionResult<()>, &str>, message: &str) -> Verdict {
    match text {
        Err(_) | Ok(Err(SessionError::Invalid(_))) => Verdict::pass(),
        Ok(Ok(())) => Verdict::fail(format!("accepted a module with `{message}`")),
        Ok(Err(stop)) => unexpected(&format!("invalid: {message}"), stop),
    }
}

/// What the script expects of a directive, for engines that want to know.
pub(super) fn expected(directive: &WastDirective<'_>) -> Expected {
    let message = |message: &str| message.to_owned();
    Expected::Error(match directive {
        WastDirective::AssertReturn { results, .. } => {
            return Expected::Values(results.iter().filter_map(pattern::sample).collect());
        }
        WastDirective::AssertTrap { message: m, .. } => SessionError::Trap(message(m)),
        WastDirective::AssertExhaustion { message: m, .. } => SessionError::Exhaustion(message(m)),
        WastDirective::AssertException { .. } => SessionError::Exception(String::new()),
        WastDirective::AssertSuspension { message: m, .. } => SessionError::Suspension(message(m)),
        WastDirective::AssertMalformed { message: m, .. }
        | WastDirective::AssertInvalid { message: m, .. }
        | WastDirective::AssertMalformedCustom { message: m, .. }
        | WastDirective::AssertInvalidCustom { message: m, .. } => SessionError::Invalid(message(m)),
        WastDirective::AssertUnlinkable { message: m, .. } => SessionError::Unlinkable(message(m)),
        WastDirective::Module(_)
        | WastDirective::ModuleDefinition(_)
        | WastDirective::ModuleInstance { .. }
        | WastDirective::Register { .. }
        | WastDirective::Invoke(_)
        | WastDirective::Thread(_)
        | WastDirective::Wait { .. } => return Expected::Success,
    })
}
