//! The meaning of WAMR's messages.

use crate::engine::error::SessionError;

/// What a message means. WAMR has only words for it; those of traps are the scripts' for the most part. What comes of a call
/// is always a trap, what comes of an instantiation may be one of the start function.
pub(super) fn error(text: &str, called: bool) -> SessionError {
    let message = text
        .trim_start_matches("WASM module load failed: ")
        .trim_start_matches("WASM module instantiate failed: ")
        .trim_start_matches("Exception: ");
    match message {
        "wasm operand stack overflow" | "native stack overflow" => {
            SessionError::from_trap_message("call stack exhausted")
        }
        "undefined element" | "out of bounds table access" => {
            SessionError::any_trap_of(&["undefined element", "out of bounds table access"])
        }
        "uninitialized element" => SessionError::any_trap_of(&["uninitialized element", "null function reference"]),
        "data segment does not fit" | "data segment out of bounds" | "out of bounds memory access" => {
            SessionError::from_trap_message("out of bounds memory access")
        }
        "elements segment does not fit" => {
            SessionError::any_trap_of(&["out of bounds table access", "undefined element"])
        }
        other if called || TRAPS.iter().any(|known| other.starts_with(known)) => SessionError::from_trap_message(other),
        other if UNLINKABLE.iter().any(|known| other.contains(known)) => SessionError::Unlinkable(other.to_owned()),
        other => SessionError::Other(other.to_owned()),
    }
}

/// Traps of start functions, which come as errors of instantiation.
const TRAPS: [&str; 5] =
    ["unreachable", "integer", "invalid conversion to integer", "indirect call type mismatch", "unaligned atomic"];

/// What is said of imports that do not fit.
const UNLINKABLE: [&str; 3] = ["incompatible import type", "unknown import", "failed to link import"];
