//! Display of untrusted names, escaped and shortened.
//!
//! Modules choose their names. A name may contain line ends, escape sequences of terminals and marks that change the writing
//! direction, and may be as long as a module.

use std::fmt::{self, Write as _};

/// Displays a name on one line. Invisible characters are escaped as in a Rust string, and a long name is cut.
pub(crate) struct Shown<'a>(pub(crate) &'a str);

impl Shown<'_> {
    /// Maximum number of characters of a name that are displayed.
    pub(crate) const LIMIT: usize = 256;
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut rest = self.0.char_indices();
        for (_, char) in rest.by_ref().take(Self::LIMIT) {
            match char {
                '\'' | '"' => f.write_char(char)?,
                _ => char.escape_debug().try_for_each(|char| f.write_char(char))?,
            }
        }
        match rest.next() {
            Some(_) => write!(f, "... ({} bytes)", self.0.len()),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Shown;

    #[test]
    fn invisible_characters_are_escaped() {
        for (name, shown) in [
            ("", ""),
            ("a b's \"größe\" 関数 🦀", "a b's \"größe\" 関数 🦀"),
            ("a\nb\r\t\0\x1b[2J\x7f\u{9b}", "a\\nb\\r\\t\\0\\u{1b}[2J\\u{7f}\\u{9b}"),
            ("\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}", "\\u{202e}\\u{2066}\\u{200b}\\u{2028}\\u{feff}"),
            ("a\\nb", "a\\\\nb"),
        ] {
            assert_eq!(Shown(name).to_string(), shown);
        }
    }

    #[test]
    fn long_names_are_cut_between_characters() {
        let name = "ö".repeat(Shown::LIMIT);
        assert_eq!(Shown(&name).to_string(), name);
        let long = "ö".repeat(1 << 20);
        assert_eq!(Shown(&long).to_string(), format!("{name}... (2097152 bytes)"));
    }
}
