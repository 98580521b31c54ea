//! Sentences that several formats of a comparison use.

use crate::compare::change::{Change, ChangeKind, Comparison, Side};
use crate::report::one_line::short;

/// Kinds that are listed script by script, because their directives say nothing one by one.
pub(super) const BY_SCRIPT: [ChangeKind; 2] = [ChangeKind::New, ChangeKind::Removed];

/// `pass -> fail: what was seen`
pub(super) fn verdict(change: &Change) -> String {
    let side = |side: &Option<Side>| side.as_ref().map_or("nothing", |side| side.outcome.name());
    let detail = change.head.as_ref().or(change.base.as_ref()).map_or("", |side| &side.detail);
    let moved = match (&change.base, &change.head) {
        (Some(base), Some(head)) if base.line != head.line => format!(" (was on line {})", base.line),
        _ => String::new(),
    };
    let colon = if detail.is_empty() { "" } else { ": " };
    format!("{} -> {}{moved}{colon}{}", side(&change.base), side(&change.head), short(detail))
}

/// Scripts with changes of a kind: suite/file, engine and mode, how many.
pub(super) fn scripts(comparison: &Comparison, kind: ChangeKind) -> impl Iterator<Item = (String, u64)> {
    comparison.scripts.iter().filter_map(move |((suite, file), columns)| {
        // The same directives on each engine: what counts is how many there are.
        let most = columns.values().filter_map(|tally| tally.changes.get(&kind)).max()?;
        Some((format!("{suite}/{file}"), *most))
    })
}

/// What is behind all changes: versions and revisions.
pub(super) fn background(comparison: &Comparison) -> Vec<String> {
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
pub(super) fn total(comparison: &Comparison) -> String {
    let counts: Vec<String> =
        ChangeKind::ALL.into_iter().filter(|c| comparison.count(*c) > 0).map(|c| count(comparison, c)).collect();
    let changes = if counts.is_empty() { "no changes".to_owned() } else { counts.join(", ") };
    format!("{changes}; {} unchanged", comparison.unchanged)
}

pub(super) fn count(comparison: &Comparison, kind: ChangeKind) -> String {
    match (kind, comparison.new_red) {
        (ChangeKind::New, red @ 1..) => {
            format!("{} {} ({red} not as expected)", comparison.count(kind), kind.title())
        }
        _ => format!("{} {}", comparison.count(kind), kind.title()),
    }
}
