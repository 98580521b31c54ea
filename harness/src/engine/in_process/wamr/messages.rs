//! Translation of WAMR's messages.

use crate::engine::error::SessionError;

/// Converts an error. WAMR has messages only; most of those of traps are the messages of scripts. An error of a call is
/// always a trap; an error of an instantiation may be a trap of the start function.
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

/// Beginnings of messages of traps, for traps of start functions.
const TRAPS: [&str; 5] =
    ["unreachable", "integer", "invalid conversion to integer", "indirect call type mismatch", "unaligned atomic"];

/// Parts of messages about imports that do not match.
const UNLINKABLE: [&str; 3] = ["incompatible import type", "unknown import", "failed to link import"];
