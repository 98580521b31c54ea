//! Rows and details as one line of text.

use crate::model::Row;

/// Longest detail that is shown, in characters.
const DETAIL: usize = 160;

/// A directive and what came of it, in a line without control characters.
pub(crate) fn line(row: &Row) -> String {
    let Row { suite, file, line, directive, engine, mode, outcome, detail, .. } = row;
    format!("{outcome}: {suite}/{file}:{line} {directive} on {engine} {mode}: {}", short(detail))
}

/// The beginning of a detail, without control characters.
pub(crate) fn short(detail: &str) -> String {
    // Lines and columns of a message are read as words: the rest that is not visible is escaped.
    let flat = |c| if matches!(c, '\n' | '\t') { ' ' } else { c };
    let mut line: String = detail.chars().map(flat).take(DETAIL).collect();
    if detail.chars().count() > DETAIL {
        line.push_str("...");
    }
    crate::escape::text(&line).into_owned()
}
