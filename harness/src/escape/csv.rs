//! Escaping of CSV cells against formula injection (<https://owasp.org/www-community/attacks/CSV_Injection>).
//!
//! A spreadsheet evaluates a cell that begins like a formula, which may load or run something. A text cell that begins
//! with one of [`FORMULA_STARTS`] therefore gets the prefix `'`, by which spreadsheets mark text. A text cell that
//! begins with `'` gets it too, so a reader can remove one leading `'` from every text cell. Numbers get no prefix:
//! none is negative.

use std::borrow::Cow;

/// Prefix that marks a cell as text.
const MARK: char = '\'';

/// First characters of formulas: signs, their full-width forms, and space that spreadsheets skip before a sign; and the
/// mark itself.
const FORMULA_STARTS: [char; 12] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', MARK];

/// Escapes a text cell.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA_STARTS) { Cow::Owned(format!("{MARK}{text}")) } else { Cow::Borrowed(text) }
}

/// Returns the text of an escaped cell.
pub(crate) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix(MARK).unwrap_or(cell)
}

/// Removes the mark from a cell that was read into a string.
pub(crate) fn unguard(cell: &mut String) {
    if cell.starts_with(MARK) {
        cell.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas_and_round_trip() {
        for text in
            ["", "a", "=1+1", "+1", "-1", "@a", "\tx", "\r=1", "\n=1", "'", "'=1", "''", "\u{ff1d}1", "a=1", "1"]
        {
            let cell = guarded(text);
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}']), "{cell:?}");
            assert_eq!(unguarded(&cell), text);
            let mut read = cell.into_owned();
            unguard(&mut read);
            assert_eq!(read, text);
        }
    }
}
