//! Subjects: the versions of the spec and the proposals that scripts belong to.

use wasmparser::WasmFeatures;

/// Whether a [`Subject`] is a version of the spec or a proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SubjectKind {
    /// A version of the spec.
    Spec,
    /// A proposal.
    Proposal,
}

/// A version of the spec or a proposal: what a script tests, and one row of the matrix.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Version or proposal.
    pub kind: SubjectKind,
    /// Name in reports and selectors.
    pub name: String,
    /// Further names that selectors accept.
    pub aliases: Vec<String>,
    /// Name in prose.
    pub title: String,
    /// Phase of the WebAssembly process, 0 to 5; 5 is finished.
    pub phase: u8,
    /// The version itself, or the version that the proposal entered; empty for a proposal that is in none.
    pub spec: String,
    /// Address of its specification or overview.
    pub link: String,
    /// Reason why no script for it is compiled in; empty when some are.
    pub no_scripts: String,
    /// All features of a version; of a proposal, those that it and its base add to a version.
    pub features: WasmFeatures,
}
