//! Markdown as GitHub has it, in tables too: <https://github.github.com/gfm/>.

/// Text that is only text.
pub(crate) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut before = ' ';
    let text = super::text(text);
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '<' => plain.push_str("&lt;"),
            '&' => plain.push_str("&amp;"),
            // Within a word it does nothing, and names have many.
            '_' if before.is_alphanumeric() && rest.peek().is_some_and(|c| c.is_alphanumeric()) => plain.push('_'),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => plain.extend(['\\', c]),
            c => plain.push(c),
        }
        before = c;
    }
    plain
}

/// Text in code marks.
pub(crate) fn code(text: &str) -> String {
    let shown = super::text(text);
    if shown.contains("\\|") || shown.ends_with('\\') {
        // In code marks a `\` is one, and yet it would take the next one's meaning away in a table.
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
    fn nothing_breaks_out_of_its_cell() {
        assert_eq!(plain("a|b <i>\n"), "a\\|b &lt;i>\\\\n");
        assert_eq!(plain("a\\|b"), "a\\\\\\|b");
        assert_eq!(plain("i32x4.relaxed_trunc _a_ [x](y)"), "i32x4.relaxed_trunc \\_a\\_ \\[x\\](y)");
        assert_eq!(code("a|b"), "`a\\|b`");
        assert_eq!(code("a `` b"), "``` a `` b ```");
        assert_eq!(code("a\\|b"), "a\\\\\\|b");
        assert_eq!(code("a\n\x1b"), "`a\\n\\u{1b}`");
    }
}
