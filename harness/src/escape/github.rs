//! Escaping of workflow commands of GitHub Actions:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

/// Escapes the message of a command. Its line ends are kept as part of the message.
pub(crate) fn message(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(super::text).collect();
    lines.join("\n").replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property of a command.
pub(crate) fn property(text: &str) -> String {
    message(&super::text(text)).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_contain_no_commands() {
        assert_eq!(message("100%\n::error::x"), "100%25%0A::error::x");
        assert_eq!(message("\x1b[2J\r"), "\\u{1b}[2J\\r");
        assert_eq!(property("a:b,c\nd"), "a%3Ab%2Cc\\nd");
    }
}
