//! A comparison as something to read, by people or by machines.

mod github;
mod junit;
mod markdown;
mod text;

use super::{Change, Class, Comparison};
use crate::recorder::progress::short;
use std::io::{self, Write};

/// What a comparison can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    Text,
    /// For a comment on a pull request.
    Markdown,
    /// JUnit's XML: a test case a script and engine, which fails where there are regressions.
    Junit,
    /// Annotations of GitHub Actions: an error a regression.
    Github,
}

/// Writes a comparison.
///
/// # Errors
/// It can't be written.
pub fn write(comparison: &Comparison, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(comparison, out),
        Format::Markdown => markdown::write(comparison, out),
        Format::Junit => junit::write(comparison, out),
        Format::Github => github::write(comparison, out),
    }
}

/// Kinds that are listed script by script, because their directives say nothing one by one.
const BY_SCRIPT: [Class; 2] = [Class::New, Class::Removed];

/// `pass -> fail: what was seen`
fn verdict(change: &Change) -> String {
    let side = |side: &Option<super::Side>| side.as_ref().map_or("nothing", |side| side.outcome.name());
    let detail = change.head.as_ref().or(change.base.as_ref()).map_or("", |side| &side.detail);
    let moved = match (&change.base, &change.head) {
        (Some(base), Some(head)) if base.line != head.line => format!(" (was on line {})", base.line),
        _ => String::new(),
    };
    let colon = if detail.is_empty() { "" } else { ": " };
    format!("{} -> {}{moved}{colon}{}", side(&change.base), side(&change.head), short(detail))
}

/// Scripts with changes of a kind: suite/file, engine and mode, how many.
fn scripts(comparison: &Comparison, class: Class) -> impl Iterator<Item = (String, u64)> {
    comparison.scripts.iter().filter_map(move |((suite, file), columns)| {
        // The same directives on each engine: what counts is how many there are.
        let most = columns.values().filter_map(|tally| tally.changes.get(&class)).max()?;
        Some((format!("{suite}/{file}"), *most))
    })
}

/// What is behind all changes: versions and revisions.
fn background(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, before, now) in &comparison.versions {
        lines.push(format!("{name}: version {before} -> {now}"));
    }
    for (name, before, now) in &comparison.revisions {
        lines.push(format!("suite {name}: revision {before} -> {now}"));
    }
    for (names, side) in [(&comparison.only_base, "earlier"), (&comparison.only_head, "later")] {
        for name in names {
            lines.push(format!("{name}: only in the {side} run, not compared"));
        }
    }
    lines
}

/// The whole in a line.
fn total(comparison: &Comparison) -> String {
    let counts: Vec<String> =
        Class::ALL.into_iter().filter(|c| comparison.count(*c) > 0).map(|c| count(comparison, c)).collect();
    let changes = if counts.is_empty() { "no changes".to_owned() } else { counts.join(", ") };
    format!("{changes}; {} unchanged", comparison.unchanged)
}

fn count(comparison: &Comparison, class: Class) -> String {
    match (class, comparison.new_red) {
        (Class::New, red @ 1..) => {
            format!("{} {} ({red} not as expected)", comparison.count(class), class.title())
        }
        _ => format!("{} {}", comparison.count(class), class.title()),
    }
}
