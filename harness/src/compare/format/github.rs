//! Comparison as workflow commands of GitHub Actions, which become annotations:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use super::wording::{background, total, verdict};
use crate::compare::change::{ChangeKind, Comparison};
use crate::escape::github::{message, property};
use std::io::{self, Write};

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    for (kind, level) in
        [(ChangeKind::Regression, "error"), (ChangeKind::Accepted, "warning"), (ChangeKind::Fix, "notice")]
    {
        for change in comparison.changes.get(&kind).into_iter().flatten() {
            let (suite, file, line) = (&change.suite, &change.file, change.line());
            let title = property(&format!("{} on {}", kind.title(), change.column));
            let place = property(&format!("{suite}/{file}"));
            let message = message(&format!("{suite}/{file}:{line} {}: {}", change.directive, verdict(change)));
            writeln!(out, "::{level} file={place},line={line},title={title}::{message}")?;
        }
    }
    let level = if comparison.is_red() { "error" } else { "notice" };
    let mut lines = vec![total(comparison)];
    lines.extend(background(comparison));
    writeln!(out, "::{level} title=wassay compare::{}", message(&lines.join("\n")))
}
