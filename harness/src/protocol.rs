//! What supervisor and worker say to each other: a JSON value a line, jobs one way and events the other.
//!
//! A worker writes an event with one `write` as soon as there is something to say, so nothing is lost when it dies: what
//! is in a pipe stays there. That costs well under a microsecond an event, because the supervisor does not sleep in
//! `read` but looks every few milliseconds (see `supervisor`), so that no event has to wake it.

use crate::model::Outcome;
use crate::script::Directive;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Something for a worker to do: run one script on one engine.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job<'a> {
    /// Name of the engine.
    pub engine: Cow<'a, str>,
    /// Mode of the engine.
    pub mode: Cow<'a, str>,
    /// Features that the script may use, as `wasmparser` numbers them.
    pub features: u64,
    /// Directives that have been judged, by number.
    #[serde(default)]
    pub judged: Vec<u32>,
    /// Directives that must not run again, by number.
    #[serde(default)]
    pub deadly: Vec<u32>,
    /// Name of the script: some runners look at it.
    pub file: Cow<'a, str>,
    /// The script itself: a worker reads no files.
    pub source: Cow<'a, str>,
}

/// Something that a worker says. Directives go by their number in the script, from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The script begins, and these are its directives.
    Plan(Vec<Directive>),
    /// The script is no script.
    Malformed {
        /// Where, from 1.
        line: u32,
        /// What is wrong.
        what: String,
    },
    /// The engine cannot be started.
    Refused(String),
    /// A directive is about to run: its number, and the features that its module needs. Like [`Event::End`] it has no names
    /// for its parts, because there is one for each directive, and reading names is what takes longest.
    Begin(u32, String),
    /// A directive that was judged before is about to run again, for its effects.
    Replay(u32),
    /// A directive has run: its number, what came of it, what was seen instead, and how many microseconds it took.
    End(u32, Outcome, String, u64),
    /// The worker uses more memory than it may, which is so many MiB, and ends itself.
    Memory(u64),
    /// The script is done.
    Done,
}
