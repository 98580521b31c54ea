//! Syntax tree of filters, and the error that says where a filter is wrong.

use crate::escape;
use crate::glob::Glob;

/// What a test can look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// `engine(vm)`
    Engine,
    /// `mode(o3*)`
    Mode,
    /// `suite(testsuite)`
    Suite,
    /// `file(simd_*)`: a name, without `.wast` if you like, or a path if there is a `/` in it.
    File,
    /// `proposal(threads)`: a proposal or a version of the spec, by its name or another that it goes by.
    Proposal,
    /// `spec(2.0)`: that version, and the proposals that entered it.
    Spec,
    /// `phase(4)`: of the proposal.
    Phase,
    /// `directive(assert_return)`; of rows only, like all that follow.
    Directive,
    /// `line(12)`
    Line,
    /// `feature(simd)`: what the module needs.
    Feature,
    /// `outcome(fail)`
    Outcome,
    /// `detail(*out of bounds*)`
    Detail,
    /// `target(x86_64-*)`
    Target,
    /// `version(1.*)`: of the engine.
    Version,
    /// `revision(193e*)`: of the suite.
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

    /// How many of [`Self::ALL`] are known before anything has run.
    pub(super) const OF_TASKS: usize = 7;
}

/// Why a filter is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("filter `{}`, character {at}: {}", escape::text(text), escape::text(what))]
pub struct Error {
    /// The filter.
    pub text: String,
    /// Where it went wrong, in characters from 1.
    pub at: usize,
    /// What is wrong.
    pub what: String,
}

#[derive(Clone, Debug)]
pub(super) enum Node {
    All,
    None,
    Not(Box<Self>),
    And(Box<Self>, Box<Self>),
    Or(Box<Self>, Box<Self>),
    Test {
        field: Field,
        /// Where it stands, in characters from 1.
        at: usize,
        patterns: Vec<Glob>,
    },
}

impl Node {
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
