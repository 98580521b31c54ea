//! Cells of CSV files, which people open in spreadsheets: there a cell that begins like a formula is one, and may fetch or
//! run something (<https://owasp.org/www-community/attacks/CSV_Injection>).
//!
//! A cell of text that begins with one of [`RISKY`] gets a `'` in front, which spreadsheets take for the mark of text. So
//! does one that begins with `'`, so that the mark can be taken off again: whoever reads takes one `'` from the beginning of
//! a cell of text, and has what was written. Numbers have no mark: none here is negative.

use std::borrow::Cow;

/// The mark of text.
const MARK: char = '\'';

/// What cells begin with that spreadsheets calculate: signs, also the wide ones, and what is skipped before a sign.
const RISKY: [char; 12] = ['=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', MARK];

/// A cell of text as it is written.
pub(crate) fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(RISKY) { Cow::Owned(format!("{MARK}{text}")) } else { Cow::Borrowed(text) }
}

/// The text of a cell as it was written.
pub(crate) fn unguarded(cell: &str) -> &str {
    cell.strip_prefix(MARK).unwrap_or(cell)
}

/// The same of a cell that was read into a string.
pub(crate) fn unguard(cell: &mut String) {
    if cell.starts_with(MARK) {
        cell.remove(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_all_are_what_they_were() {
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
