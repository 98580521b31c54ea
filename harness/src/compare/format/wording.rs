//! Sentences that several formats of a comparison use.

use crate::compare::change::{Change, ChangeKind, Comparison, Side};
use crate::report::one_line::short;

/// Kinds of changes that are listed by script, since single directives of them are not informative.
pub(super) const BY_SCRIPT: [ChangeKind; 2] = [ChangeKind::New, ChangeKind::Removed];

/// Formats a change as `pass -> fail: detail`.
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

/// Lists the scripts with changes of a kind: suite/file, and the number of directives.
pub(super) fn scripts(comparison: &Comparison, kind: ChangeKind) -> impl Iterator<Item = (String, u64)> {
    comparison.scripts.iter().filter_map(move |((suite, file), columns)| {
        // New and removed directives are the same on each engine, so the largest number counts.
        let most = columns.values().filter_map(|tally| tally.changes.get(&kind)).max()?;
        Some((format!("{suite}/{file}"), *most))
    })
}

/// Lists changed versions and revisions, and engines that only one run has.
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

/// Formats all counts in one line.
pub(super) fn total(comparison: &Comparison) -> String {
    let counts: Vec<String> =
        ChangeKind::ALL.into_iter().filter(|c| comparison.count(*c) > 0).map(|c| count(comparison, c)).collect();
    let changes = if counts.is_empty() { "no changes".to_owned() } else { counts.join(", ") };
    format!("{changes}; {} unchanged", comparison.unchanged)
}

/// Formats the number of changes of a kind.
pub(super) fn count(comparison: &Comparison, kind: ChangeKind) -> String {
    match (kind, comparison.new_red) {
        (ChangeKind::New, red @ 1..) => {
            format!("{} {} ({red} not as expected)", comparison.count(kind), kind.title())
        }
        _ => format!("{} {}", comparison.count(kind), kind.title()),
    }
}
