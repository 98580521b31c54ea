//! A parsed and validated module.

use super::description::Description;
use super::hints::BranchHints;
use super::survey::{Survey, survey};
use crate::error::Result;
use wasmparser::FunctionBody;

/// What the parser gives: the description, and the code that is still to be compiled.
pub(crate) struct Parsed<'a> {
    pub(crate) description: Description,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) hints: BranchHints,
}

impl Parsed<'_> {
    /// What body `index` contains.
    pub(crate) fn survey(&self, index: usize) -> Result<Survey> {
        let function = self.description.func_imports as usize + index;
        let ty = self.description.signature(self.description.functions[function]);
        survey(&self.description, ty, &self.bodies[index])
    }
}
