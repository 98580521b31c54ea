//! Translation of engines' messages to the messages of the suite.

use super::error::unsupported;
use crate::engine::error::{MESSAGE_SEPARATOR, SessionError};
use regex::Regex;
use std::sync::LazyLock;

/// Patterns in engines' messages of traps (some engines give the names of their codes), and the messages of the suite.
/// There are several where engines have one message for several traps.
const TRAPS: &[(&str, &[&str])] = &[
    ("unreachable", &["unreachable"]),
    ("divi(de|sion) ?by ?zero|remainder by zero", &["integer divide by zero"]),
    ("invalid conversion to integer|badconversion", &["invalid conversion to integer"]),
    ("integer ?overflow", &["integer overflow"]),
    (
        "undefined element|tableoutofbounds|out of bounds table|table (index|access).* out of bounds",
        &["undefined element", "out of bounds table access"],
    ),
    ("out of bounds array|array.* out of bounds", &["out of bounds array access"]),
    ("out of bounds memory|memoryoutofbounds|memory.* out of bounds", &["out of bounds memory access"]),
    ("uninitialized element|indirectcalltonull", &["uninitialized element"]),
    ("indirect call type mismatch|badsignature|signature mismatch", &["indirect call type mismatch"]),
    ("cast failure|illegal cast", &["cast failure"]),
    ("unaligned", &["unaligned atomic"]),
    ("expected shared memory|non-shared memory", &["expected shared memory"]),
    ("continuation already consumed", &["continuation already consumed"]),
    ("allocation|out of memory", &["allocation failed", "out of memory"]),
    (
        "null.*reference|null pointer",
        &[
            "null reference",
            "null function reference",
            "null structure reference",
            "null array reference",
            "null i31 reference",
            "null exception reference",
            "null continuation reference",
            "null descriptor reference",
        ],
    ),
];

static PATTERNS: LazyLock<Vec<(Regex, &'static [&'static str])>> =
    LazyLock::new(|| TRAPS.iter().filter_map(|&(pattern, names)| Some((Regex::new(pattern).ok()?, names))).collect());
static EXHAUSTION: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern("stack ?(overflow|exhausted)|(call|operand|native|value) stack"));
static EXCEPTION: LazyLock<Option<Regex>> = LazyLock::new(|| pattern("(uncaught|unhandled|thrown).*exception"));
static SUSPENSION: LazyLock<Option<Regex>> = LazyLock::new(|| pattern("unhandled (tag|suspension)"));
static IMPORT: LazyLock<Option<Regex>> = LazyLock::new(|| pattern("(incompatible|unknown|missing) import"));
static UNLINKABLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"import|expected (global|table|memory|func|tag)|types? (do not match|incompatible)"));
static UNSUPPORTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern("not (enabled|supported|implemented)|unsupported|(is|are) disabled"));
/// A line of a backtrace, which has names of functions and so may match any pattern. Numbered causes are not such lines.
static FRAME: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^\s*(#\d+|\d+:.*!)"));

/// Compiles a pattern. Patterns and the texts that they are matched with are in lower case.
fn pattern(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

fn says(pattern: &LazyLock<Option<Regex>>, text: &str) -> bool {
    pattern.as_ref().is_some_and(|pattern| pattern.is_match(&text.to_lowercase()))
}

/// Classifies the message of a call.
pub(super) fn call_error(message: &str) -> SessionError {
    let message = without_frames(message);
    if says(&EXHAUSTION, &message) {
        return SessionError::Exhaustion("call stack exhausted".to_owned());
    }
    if says(&SUSPENSION, &message) {
        return SessionError::Suspension(message);
    }
    if says(&EXCEPTION, &message) {
        return SessionError::Exception(message);
    }
    SessionError::Trap(known(&message).unwrap_or(message))
}

/// Classifies the message of an instantiation. Some engines report imports that do not match as a trap.
pub(super) fn instantiation_error(message: &str) -> SessionError {
    let clean = without_frames(message);
    // Checked first, because names of imports may match any pattern.
    if says(&IMPORT, &clean) {
        return SessionError::Unlinkable(clean);
    }
    if known(&clean).is_none() {
        if says(&UNSUPPORTED, &clean) {
            return unsupported(clean);
        }
        if says(&UNLINKABLE, &clean) {
            return SessionError::Unlinkable(clean);
        }
    }
    call_error(message)
}

fn known(message: &str) -> Option<String> {
    let message = message.to_lowercase();
    PATTERNS.iter().find(|(pattern, _)| pattern.is_match(&message)).map(|(_, names)| names.join(MESSAGE_SEPARATOR))
}

fn without_frames(message: &str) -> String {
    let lines = message.lines().filter(|line| !says(&FRAME, line)).map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_is_one() {
        assert_eq!(PATTERNS.len(), TRAPS.len());
        for pattern in [&EXHAUSTION, &EXCEPTION, &SUSPENSION, &IMPORT, &UNLINKABLE, &UNSUPPORTED, &FRAME] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn the_engine_s_words_become_the_suite_s() {
        let trap = |message: &str| match call_error(message) {
            SessionError::Trap(names) => names,
            other => panic!("{message}: {other}"),
        };
        assert_eq!(trap("wasm trap: wasm `unreachable` instruction executed"), "unreachable");
        let backtrace = "error while executing at wasm backtrace:\n    0:     0x23 - m!unreachable\n\nCaused by:\n    \
                         wasm trap: integer divide by zero";
        assert_eq!(trap(backtrace), "integer divide by zero", "names of functions do not count");
        assert_eq!(
            trap("undefined element: out of bounds table access"),
            "undefined element|out of bounds table access"
        );
        assert_eq!(trap("something else"), "something else");
        assert_eq!(trap("Error { kind: TrapCode(IndirectCallToNull) }"), "uninitialized element");
        let causes = "error while executing\n    0:   0x3a - <unknown>!f\n\nCaused by:\n    0: memory fault at wasm \
                      address 0x1fffe\n    1: wasm trap: out of bounds memory access";
        assert_eq!(trap(causes), "out of bounds memory access", "numbered causes do count");
        assert!(matches!(call_error("Exception: wasm operand stack overflow"), SessionError::Exhaustion(_)));
        assert!(matches!(call_error("thrown Wasm exception"), SessionError::Exception(_)));
        for name in ["a::b", "a::unreachable"] {
            assert!(matches!(
                instantiation_error(&format!("incompatible import type for `{name}`")),
                SessionError::Unlinkable(_)
            ));
        }
        let disabled = instantiation_error("shared memory support is disabled for this engine");
        assert!(matches!(disabled, SessionError::Unsupported { .. }));
        assert!(matches!(instantiation_error("wasm trap: out of bounds table access"), SessionError::Trap(_)));
    }
}
