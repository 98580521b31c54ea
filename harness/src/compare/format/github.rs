//! Workflow commands of GitHub Actions, which become annotations:
//! <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.

use super::{background, total, verdict};
use crate::compare::{Class, Comparison};
use std::io::{self, Write};

pub(super) fn write(comparison: &Comparison, out: &mut dyn Write) -> io::Result<()> {
    for (class, level) in [(Class::Regression, "error"), (Class::Accepted, "warning"), (Class::Fix, "notice")] {
        for change in comparison.changes.get(&class).into_iter().flatten() {
            let (suite, file, line) = (&change.suite, &change.file, change.line());
            let title = property(&format!("{} on {}", class.title(), change.column));
            let place = property(&format!("{suite}/{file}"));
            let message = message(&format!("{suite}/{file}:{line} {}: {}", change.directive, verdict(change)));
            writeln!(out, "::{level} file={place},line={line},title={title}::{message}")?;
        }
    }
    let level = if comparison.is_red() { "error" } else { "notice" };
    let mut lines = vec![total(comparison)];
    lines.extend(background(comparison));
    writeln!(out, "::{level} title=wassay compare::{}", message(&lines.join("\n")))
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_a_command_of_its_own() {
        assert_eq!(message("100%\n::error::x"), "100%25%0A::error::x");
        assert_eq!(property("a:b,c"), "a%3Ab%2Cc");
    }
}
