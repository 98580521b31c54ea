//! Formats of a comparison.

mod github;
mod junit;
mod markdown;
mod text;
mod wording;

use super::change::Comparison;
use std::io::{self, Write};

/// Output format of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text for a terminal.
    Text,
    /// Markdown for a comment on a pull request.
    Markdown,
    /// JUnit XML: one test case per script and engine, which fails if it has regressions.
    Junit,
    /// Annotations of GitHub Actions: one error per regression.
    Github,
}

/// Writes a comparison in a format.
///
/// # Errors
///
/// If `out` cannot be written.
pub fn write(comparison: &Comparison, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(comparison, out),
        Format::Markdown => markdown::write(comparison, out),
        Format::Junit => junit::write(comparison, out),
        Format::Github => github::write(comparison, out),
    }
}
