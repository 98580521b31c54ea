//! Protocol between supervisor and worker: jobs one way and events the other, one JSON value on a line.
//!
//! A worker writes each event at once, with one `write`. Nothing is lost when the worker dies, because a pipe keeps its
//! content. An event costs well under a microsecond: the supervisor does not block in `read` but polls every few
//! milliseconds (see `supervisor`), so no event has to wake it.

use crate::model::{Directive, Outcome};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// An order to run one script on one engine.
#[derive(Debug, Serialize, Deserialize)]
pub struct Job<'a> {
    /// Name of the engine.
    pub engine: Cow<'a, str>,
    /// Mode of the engine.
    pub mode: Cow<'a, str>,
    /// Features that the script may use, as the bits of `wasmparser`'s flags.
    pub features: u64,
    /// Numbers of the directives that have been judged.
    #[serde(default)]
    pub judged: Vec<u32>,
    /// Numbers of the directives that must not run again.
    #[serde(default)]
    pub deadly: Vec<u32>,
    /// Name of the script. Some runners behave differently for some names.
    pub file: Cow<'a, str>,
    /// Text of the script. Workers read no files.
    pub source: Cow<'a, str>,
}

/// A message of a worker. Directives are identified by their number in the script, from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The script begins. Lists all of its directives.
    Plan(Vec<Directive>),
    /// The text is not a script.
    Malformed {
        /// The line, from 1.
        line: u32,
        /// The parser's message.
        what: String,
    },
    /// The engine did not start. Holds the reason.
    Refused(String),
    /// A directive is about to run: its number, and the features that its module needs. Like [`Event::End`] it is a tuple
    /// without names, because there is one for each directive, and parsing names takes longest.
    Begin(u32, String),
    /// A directive that has been judged is about to be replayed, for its effects.
    Replay(u32),
    /// A directive has run: its number, outcome, detail, and time in microseconds.
    End(u32, Outcome, String, u64),
    /// The worker exceeds its memory limit, in MiB, and ends itself.
    Memory(u64),
    /// The script has run to its end.
    Done,
}
