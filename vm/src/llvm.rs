//! What lowering and code generation both know of LLVM.

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
