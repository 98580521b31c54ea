//! Syntax tree and syntax errors of filters.

use crate::escape;
use crate::glob::Glob;

/// A field that a filter can test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `engine(vm)`
    Engine,
    /// `mode(o3*)`
    Mode,
    /// `suite(testsuite)`
    Suite,
    /// `file(simd_*)`: a file name, with or without `.wast`, or a path if the pattern contains a `/`.
    File,
    /// `proposal(threads)`: a proposal or a version of the spec, by its name or an alias.
    Proposal,
    /// `spec(2.0)`: a version of the spec and the proposals that are part of it.
    Spec,
    /// `phase(4)`: the phase of the proposal.
    Phase,
    /// `directive(assert_return)`: the kind of directive. This field and all that follow exist for rows only.
    Directive,
    /// `line(12)`
    Line,
    /// `feature(simd)`: a feature that the module needs.
    Feature,
    /// `outcome(fail)`
    Outcome,
    /// `detail(*out of bounds*)`
    Detail,
    /// `target(x86_64-*)`
    Target,
    /// `version(1.*)`: the version of the engine.
    Version,
    /// `revision(193e*)`: the revision of the suite.
    Revision,
    /// `run(2026*)`
    Run,
}

impl Field {
    pub(super) const ALL: [(&'static str, Self); 16] = [
        ("engine", Self::Engine),
        ("mode", Self::Mode),
        ("suite", Self::Suite),
        ("file", Self::File),
        ("proposal", Self::Proposal),
        ("spec", Self::Spec),
        ("phase", Self::Phase),
        ("directive", Self::Directive),
        ("line", Self::Line),
        ("feature", Self::Feature),
        ("outcome", Self::Outcome),
        ("detail", Self::Detail),
        ("target", Self::Target),
        ("version", Self::Version),
        ("revision", Self::Revision),
        ("run", Self::Run),
    ];

    /// Number of fields at the beginning of [`Self::ALL`] that tasks have.
    pub(super) const OF_TASKS: usize = 7;
}

/// A syntax error in a filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("filter `{}`, character {at}: {}", escape::text(text), escape::text(what))]
pub struct Error {
    /// Text of the filter.
    pub text: String,
    /// Position of the error, in characters from 1.
    pub at: usize,
    /// Description of the error.
    pub what: String,
}

/// A node of the syntax tree.
#[derive(Clone, Debug)]
pub(super) enum Node {
    All,
    None,
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Test {
        field: Field,
        /// Position of the test, in characters from 1.
        at: usize,
        patterns: Vec<Glob>,
    },
}

impl Node {
    /// Evaluates the expression; `test` evaluates a single test.
    pub(super) fn holds(&self, test: &dyn Fn(Field, &[Glob]) -> bool) -> bool {
        match self {
            Self::All => true,
            Self::None => false,
            Self::Not(node) => !node.holds(test),
            Self::And(left, right) => left.holds(test) && right.holds(test),
            Self::Or(left, right) => left.holds(test) || right.holds(test),
            Self::Test { field, patterns, .. } => test(*field, patterns),
        }
    }

    /// Visits the field and position of every test.
    pub(super) fn visit(&self, see: &mut dyn FnMut(Field, usize)) {
        match self {
            Self::All | Self::None => {}
            Self::Not(node) => node.visit(see),
            Self::And(left, right) | Self::Or(left, right) => {
                left.visit(see);
                right.visit(see);
            }
            Self::Test { field, at, .. } => see(*field, *at),
        }
    }
}
