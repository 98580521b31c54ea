//! Escaping of GitHub Flavored Markdown, also in table cells: <https://github.github.com/gfm/>.

/// Escapes text so that it has no markup.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut before = ' ';
    let text = super::text(text);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            // Within a word `_` is no markup, and many names contain it.
            '_' if before.is_alphanumeric() && rest.peek().is_some_and(|c| c.is_alphanumeric()) => plain.push('_'),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
        before = c;
    }
    plain
}

/// Formats text as a code span.
pub(crate) fn code(text: &str) -> String {
    let shown = super::text(text);
    if shown.contains("\\|") || shown.ends_with('\\') {
        // In a code span `\` is literal, but in a table it would still escape the next character.
        return plain(text);
    }
    let shown = shown.replace('|', "\\|");
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let mark = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{mark}{space}{shown}{space}{mark}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_escaped() {
        assert_eq!(plain("a|b <i>\n"), "a\\|b &lt;i>\\\\n");
        assert_eq!(plain("a\\|b"), "a\\\\\\|b");
        assert_eq!(plain("i32x4.relaxed_trunc _a_ [x](y)"), "i32x4.relaxed_trunc \\_a\\_ \\[x\\](y)");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a `` b"), "``` a `` b ```");
        assert_eq!(code("a\\|b"), "a\\\\\\|b");
        assert_eq!(code("a\n\x1b"), "`a\\n\\u{1b}`");
    }
}
