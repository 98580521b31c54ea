//! What lowering and code generation both know about LLVM: symbols, intrinsics and opaque values.
//!
//! This stands below both, so that neither of them names the other.

pub(crate) mod intrinsics;
pub(crate) mod opaque;
pub(crate) mod symbol;
pub(crate) mod version;

use crate::error::Error;

impl From<inkwell::builder::BuilderError> for Error {
    fn from(error: inkwell::builder::BuilderError) -> Self {
        Self::Codegen(error.to_string())
    }
}
