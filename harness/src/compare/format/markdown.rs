//! Comparison as Markdown for a comment on a pull request; everything but regressions is folded.

use super::wording::{BY_SCRIPT, background, count, scripts, total, verdict};
use crate::compare::change::{ChangeKind, Comparison};
use crate::escape::markdown::{code, plain};
use std::io::{self, Write};

/// Kinds of changes that are not folded.
const OPEN: [ChangeKind; 1] = [ChangeKind::Regression];

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let title = if comparison.is_red() { "Conformance got worse" } else { "No conformance regressions" };
    writeln!(out, "### {title}\n\n{}\n", total(comparison))?;
    for line in background(comparison) {
        writeln!(out, "- {}", plain(&line))?;
    }
    for kind in ChangeKind::ALL {
        let all = comparison.count(kind);
        if all == 0 {
            continue;
        }
        let title = count(comparison, kind);
        if OPEN.contains(&kind) {
            writeln!(out, "\n**{title}**\n")?;
        } else {
            writeln!(out, "\n<details><summary>{title}</summary>\n")?;
        }
        let changes = comparison.changes.get(&kind).map_or(&[][..], Vec::as_slice);
        if BY_SCRIPT.contains(&kind) {
            writeln!(out, "| script | directives |\n| --- | ---: |")?;
            let scripts: Vec<_> = scripts(comparison, kind).collect();
            for (script, n) in scripts.iter().take(changes.len()) {
                writeln!(out, "| {} | {n} |", code(script))?;
            }
            if scripts.len() > changes.len() {
                writeln!(out, "\n... and {} more scripts", scripts.len() - changes.len())?;
            }
        } else {
            writeln!(out, "| directive | on | what changed |\n| --- | --- | --- |")?;
            for change in changes {
                let place = format!("{}/{}:{}", change.suite, change.file, change.line());
                let (directive, what) = (plain(&change.directive), code(&verdict(change)));
                writeln!(out, "| {} {directive} | {} | {what} |", code(&place), plain(&change.column))?;
            }
            let rest = all - changes.len() as u64;
            if rest > 0 {
                writeln!(out, "\n... and {rest} more")?;
            }
        }
        if !OPEN.contains(&kind) {
            writeln!(out, "\n</details>")?;
        }
    }
    Ok(())
}
