//! Recursive-descent parser of filters, with one function for each rule of the grammar.

use super::syntax::{Error, Field, Node};
use crate::glob::Glob;
use crate::suite;

/// Maximum nesting of parentheses, so that parsing cannot overflow the stack.
const MAX_DEPTH: usize = 64;

/// Maximum number of tests. The syntax tree may be as deep as there are tests.
const MAX_TESTS: usize = 1000;

struct Parser<'a> {
    text: &'a str,
    /// Offset of the remaining text, in bytes.
    at: usize,
    depth: usize,
    tests: usize,
}

/// Parses a filter.
pub(super) fn parse(text: &str) -> Result<Node, Error> {
    let mut parser = Parser { text, at: 0, depth: 0, tests: 0 };
    let node = parser.or()?;
    parser.space();
    match parser.rest().chars().next() {
        None => Ok(node),
        Some(')') => Err(parser.error("there is no `(` for this `)`")),
        Some(_) => Err(parser.error("expected `&`, `|` or the end")),
    }
}

impl<'a> Parser<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn error(&self, what: impl Into<String>) -> Error {
        self.error_at(self.at, what)
    }

    fn error_at(&self, at: usize, what: impl Into<String>) -> Error {
        Error { text: self.text.to_owned(), at: self.place(at), what: what.into() }
    }

    /// Converts a byte offset to a position in characters, from 1.
    fn place(&self, at: usize) -> usize {
        self.text[..at].chars().count() + 1
    }

    /// Consumes the sign or the word, if one of them is next.
    fn take(&mut self, sign: char, word: &str) -> bool {
        self.space();
        let rest = self.rest();
        if rest.starts_with(sign) {
            self.at += sign.len_utf8();
            return true;
        }
        // `notes(x)` does not begin with the word `not`.
        let follows = rest.strip_prefix(word).filter(|_| !word.is_empty());
        let ends = follows.is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '_'));
        if ends {
            self.at += word.len();
        }
        ends
    }

    fn or(&mut self) -> Result<Node, Error> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error(format!("nested more than {MAX_DEPTH} deep")));
        }
        let mut node = self.and()?;
        while self.take('|', "or") {
            node = Node::Or(Box::new(node), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(node)
    }

    fn and(&mut self) -> Result<Node, Error> {
        let mut node = self.not()?;
        while self.take('&', "and") {
            node = Node::And(Box::new(node), Box::new(self.not()?));
        }
        Ok(node)
    }

    fn not(&mut self) -> Result<Node, Error> {
        let mut negated = false;
        while self.take('!', "not") {
            negated = !negated;
        }
        let node = if self.take('(', "") {
            let opened = self.at - 1;
            let node = self.or()?;
            if !self.take(')', "") {
                let opened = self.place(opened);
                return Err(self.error(format!("expected `)` for the `(` at character {opened}")));
            }
            node
        } else {
            self.test()?
        };
        Ok(if negated { Node::Not(Box::new(node)) } else { node })
    }

    fn test(&mut self) -> Result<Node, Error> {
        let start = self.at;
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return Err(self.error(format!("more than {MAX_TESTS} tests")));
        }
        let length = self.rest().find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(self.rest().len());
        let name = &self.rest()[..length];
        if name.is_empty() {
            return Err(self.error("expected a test such as `engine(vm)`"));
        }
        let field = Field::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, field)| field);
        if field.is_none() && !matches!(name, "all" | "none") {
            let known = Field::ALL.map(|(name, _)| name).join(", ");
            return Err(self.error(format!("there is no test `{name}`; the tests are {known}, all and none")));
        }
        self.at += length;
        if !self.take('(', "") {
            return Err(self.error(format!("expected `(` after `{name}`")));
        }
        let Some(field) = field else {
            return if self.take(')', "") {
                Ok(if name == "all" { Node::All } else { Node::None })
            } else {
                Err(self.error(format!("expected `)`, since `{name}` takes no patterns")))
            };
        };
        let patterns = self.patterns(field)?;
        Ok(Node::Test { field, at: self.place(start), patterns })
    }

    /// Parses patterns up to the closing parenthesis. A comma within `{}` is part of a pattern.
    fn patterns(&mut self, field: Field) -> Result<Vec<Glob>, Error> {
        let mut patterns = Vec::new();
        let (mut start, mut braces) = (self.at, 0_u32);
        for (offset, c) in self.rest().char_indices() {
            let here = self.at + offset;
            match c {
                '{' => braces += 1,
                '}' => braces = braces.saturating_sub(1),
                ',' | ')' if braces == 0 || c == ')' => {
                    patterns.push(self.pattern(field, start, here)?);
                    start = here + 1;
                    if c == ')' {
                        self.at = start;
                        return Ok(patterns);
                    }
                }
                _ => {}
            }
        }
        let opened = self.place(self.at - 1);
        Err(self.error_at(self.text.len(), format!("expected `)` for the `(` at character {opened}")))
    }

    fn pattern(&self, field: Field, start: usize, end: usize) -> Result<Glob, Error> {
        let text = self.text[start..end].trim();
        if text.is_empty() {
            return Err(self.error_at(start, "expected a pattern"));
        }
        // Aliases of proposals are replaced by names.
        let known = (field == Field::Proposal).then(|| suite::subject(text)).flatten();
        let text = known.map_or(text, |subject| subject.name.as_str());
        Glob::new(text, field == Field::File)
            .map_err(|what| self.error_at(start, format!("`{text}` is not a valid pattern: {what}")))
    }
}
