//! For a comment on a pull request: what matters first, the rest folded away.

use super::{BY_SCRIPT, background, count, scripts, total, verdict};
use crate::compare::{Class, Comparison};
use crate::escape::markdown::{code, plain};
use std::io::{self, Write};

/// Kinds that are shown without being asked for.
const OPEN: [Class; 1] = [Class::Regression];

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    let title = if comparison.is_red() { "Conformance got worse" } else { "No conformance regressions" };
    writeln!(out, "### {title}\n\n{}\n", total(comparison))?;
    for line in background(comparison) {
        writeln!(out, "- {}", plain(&line))?;
    }
    for class in Class::ALL {
        let all = comparison.count(class);
        if all == 0 {
            continue;
        }
        let title = count(comparison, class);
        if OPEN.contains(&class) {
            writeln!(out, "\n**{title}**\n")?;
        } else {
            writeln!(out, "\n<details><summary>{title}</summary>\n")?;
        }
        let changes = comparison.changes.get(&class).map_or(&[][..], Vec::as_slice);
        if BY_SCRIPT.contains(&class) {
            writeln!(out, "| script | directives |\n| --- | ---: |")?;
            let scripts: Vec<_> = scripts(comparison, class).collect();
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
        if !OPEN.contains(&class) {
            writeln!(out, "\n</details>")?;
        }
    }
    Ok(())
}
