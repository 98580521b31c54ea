//! Parses scripts and numbers their directives.

use crate::model::Directive;
use std::borrow::Cow;
use thiserror::Error;
use wast::lexer::Lexer;
use wast::parser::{self, ParseBuffer};
use wast::{Wast, WastDirective};

/// The error for a text that is not a script.
#[derive(Debug, Error)]
#[error("line {line}: {what}")]
pub struct Malformed {
    /// The line, from 1.
    pub line: u32,
    /// The parser's message.
    pub what: String,
}

/// The line breaks of a text. `wast` would count them again for each directive, which is quadratic.
#[derive(Debug)]
pub struct Lines {
    ends: Vec<usize>,
}

impl Lines {
    /// Finds the line breaks of a text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self { ends: text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect() }
    }

    /// The line of an offset, from 1.
    #[must_use]
    pub fn of(&self, offset: usize) -> u32 {
        u32::try_from(self.ends.partition_point(|end| *end < offset) + 1).unwrap_or(u32::MAX)
    }
}

/// A tokenized script, which the parsed script borrows.
pub struct Tokens<'a> {
    text: &'a str,
    buffer: ParseBuffer<'a>,
}

/// A parsed script.
pub struct ParsedScript<'a> {
    lines: Lines,
    wast: Wast<'a>,
}

impl<'a> Tokens<'a> {
    /// Tokenizes the text of a script.
    ///
    /// # Errors
    ///
    /// When the text has an invalid token.
    pub fn new(text: &'a str) -> Result<Self, Malformed> {
        let mut lexer = Lexer::new(text);
        // `names.wast` has confusable characters on purpose.
        lexer.allow_confusing_unicode(true);
        let buffer = ParseBuffer::new_with_lexer(lexer).map_err(|error| malformed(text, &error))?;
        Ok(Self { text, buffer })
    }

    /// Parses the script. Quoted modules are not parsed until they are needed, because many are malformed on purpose.
    ///
    /// # Errors
    ///
    /// When the tokens are not a script.
    pub fn parse<'b>(&'b self) -> Result<ParsedScript<'b>, Malformed>
    where
        'a: 'b,
    {
        let wast = parser::parse::<Wast<'b>>(&self.buffer).map_err(|error| malformed(self.text, &error))?;
        Ok(ParsedScript { lines: Lines::new(self.text), wast })
    }
}

fn malformed(text: &str, error: &wast::Error) -> Malformed {
    Malformed { line: Lines::new(text).of(error.span().offset()), what: error.message() }
}

impl<'a> ParsedScript<'a> {
    /// Its line breaks and its directives.
    pub(crate) fn parts(&mut self) -> (&Lines, &mut [WastDirective<'a>]) {
        (&self.lines, &mut self.wast.directives)
    }

    /// Every directive in order. The directives of a thread follow it.
    #[must_use]
    pub fn directives(&self) -> Vec<Directive> {
        let mut list = Vec::new();
        collect(&self.wast.directives, &self.lines, &mut list);
        list
    }
}

fn collect(directives: &[WastDirective<'_>], lines: &Lines, list: &mut Vec<Directive>) {
    for directive in directives {
        list.push(Directive { line: lines.of(directive.span().offset()), kind: Cow::Borrowed(kind(directive)) });
        if let WastDirective::Thread(thread) = directive {
            collect(&thread.directives, lines, list);
        }
    }
}

/// The kind of a directive, as reports name it.
pub(crate) fn kind(directive: &WastDirective<'_>) -> &'static str {
    match directive {
        WastDirective::Module(_) => "module",
        WastDirective::ModuleDefinition(_) => "module_definition",
        WastDirective::ModuleInstance { .. } => "module_instance",
        WastDirective::AssertMalformed { .. } => "assert_malformed",
        WastDirective::AssertInvalid { .. } => "assert_invalid",
        WastDirective::AssertMalformedCustom { .. } => "assert_malformed_custom",
        WastDirective::AssertInvalidCustom { .. } => "assert_invalid_custom",
        WastDirective::Register { .. } => "register",
        WastDirective::Invoke(_) => "invoke",
        WastDirective::AssertTrap { .. } => "assert_trap",
        WastDirective::AssertReturn { .. } => "assert_return",
        WastDirective::AssertExhaustion { .. } => "assert_exhaustion",
        WastDirective::AssertUnlinkable { .. } => "assert_unlinkable",
        WastDirective::AssertException { .. } => "assert_exception",
        WastDirective::AssertSuspension { .. } => "assert_suspension",
        WastDirective::Thread(_) => "thread",
        WastDirective::Wait { .. } => "wait",
    }
}

/// Number of directives in a directive: itself, and those of a thread.
pub(super) fn size(directive: &WastDirective<'_>) -> u32 {
    match directive {
        WastDirective::Thread(thread) => 1 + thread.directives.iter().map(size).sum::<u32>(),
        _ => 1,
    }
}
