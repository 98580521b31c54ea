//! A comparison as something to read, by people or by machines.

mod github;
mod junit;
mod markdown;
mod text;
mod wording;

use super::change::Comparison;
use std::io::{self, Write};

/// What a comparison can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For a terminal.
    Text,
    /// For a comment on a pull request.
    Markdown,
    /// JUnit's XML: a test case a script and engine, which fails where there are regressions.
    Junit,
    /// Annotations of GitHub Actions: an error a regression.
    Github,
}

/// Writes a comparison.
///
/// # Errors
/// It can't be written.
pub fn write(comparison: &Comparison, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(comparison, out),
        Format::Markdown => markdown::write(comparison, out),
        Format::Junit => junit::write(comparison, out),
        Format::Github => github::write(comparison, out),
    }
}
