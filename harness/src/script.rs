//! Scripts: `.wast` files, parsed and run on one engine.

mod judge;
mod parse;
mod pattern;
mod run;
mod symbols;
#[cfg(test)]
mod tests;

pub(crate) use parse::kind;
pub use parse::{Lines, Malformed, ParsedScript, Tokens};
pub(crate) use run::encode;
pub use run::{Context, ResumePlan, Sink, run};
pub(crate) use symbols::{cause, is_consequence};
