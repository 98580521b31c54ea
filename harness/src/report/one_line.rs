//! Rows and details as one line of text.

use crate::model::Row;

/// Maximum length of a detail, in characters.
const DETAIL: usize = 160;

/// Formats a directive and its outcome as one line without control characters.
pub(crate) fn line(row: &Row) -> String {
    let Row { suite, file, line, directive, engine, mode, outcome, detail, .. } = row;
    format!("{outcome}: {suite}/{file}:{line} {directive} on {engine} {mode}: {}", short(detail))
}

/// Shortens a detail and escapes its control characters.
pub(crate) fn short(detail: &str) -> String {
    // Line ends and tabs of a message become spaces; other control characters are escaped.
    let flat = |c| if matches!(c, '\n' | '\t') { ' ' } else { c };
    let mut line: String = detail.chars().map(flat).take(DETAIL).collect();
    if detail.chars().count() > DETAIL {
        line.push_str("...");
    }
    crate::escape::text(&line).into_owned()
}
