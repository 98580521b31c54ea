//! Verdicts: compares the result of an operation with what a script expects.

use super::pattern;
use crate::engine::error::{MESSAGE_SEPARATOR, SessionError, SessionResult};
use crate::engine::interface::Expected;
use crate::engine::value::{Value, list};
use crate::model::Verdict;
use wast::{WastDirective, WastRet};

/// Judges an operation that must succeed.
pub(super) fn success<T>(done: &SessionResult<T>) -> Verdict {
    match done {
        Ok(_) => Verdict::pass(),
        Err(error) => unexpected("success", error),
    }
}

/// Judges an error where something else was expected.
pub(super) fn unexpected(expected: &str, error: &SessionError) -> Verdict {
    match error {
        SessionError::Unsupported { .. } => Verdict::unsupported(error.to_string()),
        _ => Verdict::fail(format!("expected {expected}, got {error}")),
    }
}

/// Judges returned values.
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
        Err(error) => unexpected(&pattern::show(expected), error),
    }
}

/// Judges an operation that must end with an error. `message_of` returns the message of an error of the right sort.
///
/// Engines' messages are more or less detailed than those of scripts (`uninitialized element 2`), so one must only begin
/// with the other. An empty expectation matches every message.
pub(super) fn error(
    done: Result<SessionResult<Vec<Value>>, Verdict>,
    name: &str,
    message: &str,
    message_of: impl Fn(&SessionError) -> Option<&str>,
) -> Verdict {
    let expected = format_args!("{name}: {message}");
    match done {
        Ok(Ok(values)) => Verdict::fail(format!("expected {expected}, got {}", list(&values))),
        Ok(Err(error)) => match message_of(&error) {
            Some(actual) if messages_match(message, actual) => Verdict::pass(),
            _ => unexpected(&expected.to_string(), &error),
        },
        Err(verdict) => verdict,
    }
}

fn messages_match(expected: &str, actual: &str) -> bool {
    let one = |actual: &str| actual.starts_with(expected) || !actual.is_empty() && expected.starts_with(actual);
    expected.is_empty() || actual.split(MESSAGE_SEPARATOR).any(one)
}

/// Judges a module that must be rejected, by the parser of the text format or by the engine. Messages are not compared,
/// because every validator has its own.
pub(super) fn rejection(text: Result<&SessionResult<()>, &str>, message: &str) -> Verdict {
    match text {
        Err(_) | Ok(Err(SessionError::Invalid(_))) => Verdict::pass(),
        Ok(Ok(())) => Verdict::fail(format!("accepted a module with `{message}`")),
        Ok(Err(error)) => unexpected(&format!("invalid: {message}"), error),
    }
}

/// The expectation of a directive, in the form that sessions receive.
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
