//! How text of any origin is written, one function a format: names of files, words of engines, cells of other people's
//! reports and arguments may hold line ends, escape sequences of terminals, marks that turn the direction of writing, and
//! what means something to a CI system, a spreadsheet or a page.
//!
//! The data itself stays what it is: only what is shown is escaped. JSON and JUnit are escaped by the crates that write
//! them, the page by its own script.

pub(crate) mod csv;
pub(crate) mod github;
pub(crate) mod markdown;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// Text for a terminal or a log, to be a part of a line: what is not visible is escaped as in a Rust string, and so is
/// the second of two `#`, for `##[...]` anywhere in a line is a command to the runners of GitHub and Azure. What is escaped
/// already stays as it is.
pub(crate) fn text(text: &str) -> Cow<'_, str> {
    if text.chars().all(is_printable) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '#' if shown.ends_with('#') => shown.push_str("\\u{23}"),
            c if is_printable(c) => shown.push(c),
            c => shown.extend(c.escape_debug()),
        }
    }
    Cow::Owned(shown)
}

/// Whether a character is only what it looks like.
pub(crate) fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    // At the beginning a mark that belongs to the character before it would be escaped: many languages need these.
    String::from_iter(['a', c]).escape_debug().nth(1) == Some(c)
}

/// A whole line of text, which can be no command to a CI system: one of GitHub's begins with `::`, whatever space is
/// before it.
pub(crate) fn line(line: &str) -> Cow<'_, str> {
    let shown = text(line);
    match shown.find("::") {
        Some(at) if shown[..at].trim().is_empty() => {
            Cow::Owned(format!("{}\\u{{3a}}{}", &shown[..at], &shown[at + 1..]))
        }
        _ => shown,
    }
}

/// Writes a line of text, see [`line`]. All that goes to people goes through here.
pub(crate) fn write_escaped_line(out: &mut dyn Write, text: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(out, "{}", line(&text.to_string()))
}

/// Several lines, of which each is one: for what has lines of its own.
pub(crate) fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// A path, with bytes that are not UTF-8 as `\xff`.
pub(crate) fn path(path: &Path) -> String {
    let mut shown = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        shown.push_str(chunk.valid());
        shown.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
    }
    text(&shown).into_owned()
}

/// Writes a line of text to something: [`write_escaped_line`] with the arguments of `writeln!`.
macro_rules! write_line {
    ($out:expr, $($text:tt)*) => { $crate::escape::write_escaped_line($out, format_args!($($text)*)) };
}
pub(crate) use write_line;

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_line_is_one_and_only_text() {
        for (written, shown) in [
            ("plain größe e\u{301} 関数 'a' \"b\" \\n", "plain größe e\u{301} 関数 'a' \"b\" \\n"),
            ("a\nb\tc\rd\0\x1b[2J\u{9b}1m\x7f", "a\\nb\\tc\\rd\\0\\u{1b}[2J\\u{9b}1m\\u{7f}"),
            ("\u{202e}\u{2066}\u{2028}\u{200b}\u{feff}", "\\u{202e}\\u{2066}\\u{2028}\\u{200b}\\u{feff}"),
            ("::stop-commands::x", "\\u{3a}:stop-commands::x"),
            ("  ::error::x", "  \\u{3a}:error::x"),
            ("fine: a::b", "fine: a::b"),
            ("a ##[group]x ###", "a #\\u{23}[group]x #\\u{23}#"),
        ] {
            assert_eq!(line(written), shown);
            assert_eq!(line(&line(written)), shown, "once is enough");
        }
    }

    #[test]
    fn paths_of_any_bytes_are_told_apart() {
        assert_eq!(path(Path::new(OsStr::from_bytes(b"a\xff\n\xc3\xb6"))), "a\\xff\\nö");
    }
}
