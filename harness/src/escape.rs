//! Escaping of untrusted text, with one module per output format.
//!
//! File names, arguments, messages of engines and cells of foreign reports may contain line ends, escape sequences of
//! terminals, bidirectional controls, and commands to a CI system, a spreadsheet or a page.
//!
//! Only output is escaped; data stays unchanged. JSON and JUnit are escaped by the crates that write them, and the
//! report page by its own script.

pub(crate) mod csv;
pub(crate) mod github;
pub(crate) mod markdown;

use std::borrow::Cow;
use std::fmt;
use std::io::{self, Write};
use std::path::Path;

/// Escapes text as part of a line on a terminal or in a log.
///
/// Characters that are not printable are escaped as in a Rust string. So is the second of two `#`, since `##[...]`
/// anywhere in a line is a command to the runners of GitHub and Azure. Escaped text stays the same when it is escaped
/// again.
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

/// Returns whether a character is printable, and not a control or format character.
pub(crate) fn is_printable(c: char) -> bool {
    if c.is_ascii() {
        return matches!(c, ' '..='~');
    }
    // `escape_debug` escapes a combining mark at the beginning of a string only, and many languages need such marks.
    String::from_iter(['a', c]).escape_debug().nth(1) == Some(c)
}

/// Escapes a whole line of text, which must not be a command to a CI system. GitHub's commands begin with `::`, with
/// any space before it.
pub(crate) fn line(line: &str) -> Cow<'_, str> {
    let shown = text(line);
    match shown.find("::") {
        Some(at) if shown[..at].trim().is_empty() => {
            Cow::Owned(format!("{}\\u{{3a}}{}", &shown[..at], &shown[at + 1..]))
        }
        _ => shown,
    }
}

/// Writes an escaped line, see [`line`]. All text for people is written by this function.
pub(crate) fn write_escaped_line(out: &mut dyn Write, text: fmt::Arguments<'_>) -> io::Result<()> {
    writeln!(out, "{}", line(&text.to_string()))
}

/// Escapes each line of a text that has several.
pub(crate) fn lines(text: &str) -> String {
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// Escapes a path; bytes that are not UTF-8 become `\xff`.
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
    fn lines_are_escaped_once() {
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
            assert_eq!(line(&line(written)), shown, "escaping is idempotent");
        }
    }

    #[test]
    fn paths_with_invalid_utf8_are_escaped() {
        assert_eq!(path(Path::new(OsStr::from_bytes(b"a\xff\n\xc3\xb6"))), "a\\xff\\nö");
    }
}
