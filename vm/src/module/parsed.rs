//! A parsed and validated module: its description, and the code that is still to be compiled.

use super::description::Description;
use super::hints::BranchHints;
use super::survey::{Survey, survey};
use crate::error::Result;
use wasmparser::FunctionBody;

/// A parsed and validated module.
pub(crate) struct Parsed<'a> {
    pub(crate) description: Description,
    pub(crate) bodies: Vec<FunctionBody<'a>>,
    pub(crate) hints: BranchHints,
}

impl Parsed<'_> {
    /// Surveys the body at position `index`.
    pub(crate) fn survey(&self, index: usize) -> Result<Survey> {
        let function = self.description.func_imports as usize + index;
        let ty = self.description.signature(self.description.functions[function]);
        survey(&self.description, ty, &self.bodies[index])
    }
}
