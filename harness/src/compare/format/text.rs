//! Comparison as text for a terminal.

use super::wording::{BY_SCRIPT, background, count, scripts, total, verdict};
use crate::compare::change::{ChangeKind, Comparison};
use crate::escape::write_line;
use std::io::{self, Write};

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    for line in background(comparison) {
        write_line!(out, "{line}")?;
    }
    for kind in ChangeKind::ALL {
        let all = comparison.count(kind);
        if all == 0 {
            continue;
        }
        write_line!(out, "{}:", count(comparison, kind))?;
        let changes = comparison.changes.get(&kind).map_or(&[][..], Vec::as_slice);
        if BY_SCRIPT.contains(&kind) {
            let scripts: Vec<_> = scripts(comparison, kind).collect();
            for (script, n) in scripts.iter().take(changes.len()) {
                write_line!(out, "  {script}: {n} directives")?;
            }
            if scripts.len() > changes.len() {
                write_line!(out, "  ... and {} more scripts", scripts.len() - changes.len())?;
            }
            continue;
        }
        for change in changes {
            let (suite, file, line) = (&change.suite, &change.file, change.line());
            write_line!(out, "  {suite}/{file}:{line} {} on {}: {}", change.directive, change.column, verdict(change))?;
        }
        let rest = all - changes.len() as u64;
        if rest > 0 {
            write_line!(out, "  ... and {rest} more")?;
        }
    }
    write_line!(out, "{}", total(comparison))
}
