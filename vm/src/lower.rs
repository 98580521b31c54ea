//! From validated function bodies to LLVM IR, one file per category of instructions.
//!
//! The order of reading: [`unit`] is what the functions of one LLVM module share, [`function`] the state while one
//! body is lowered, [`operator`] the way from an operator to its method; the other files hold those methods.
//! Bodies are valid when they come here, so nothing is checked again. No target is named in here.

/// Names the members of a family of operators: each is one line into a typed helper. `$types` stands for LLVM's types
/// in the helpers' arguments; `$immediate` is the operators' own argument, if they have one.
macro_rules! family {
    ($types:ident; $($members:tt)*) => { family!(@[$types] [] $($members)*); };
    ($types:ident, $immediate:ident: $ty:ty; $($members:tt)*) => {
        family!(@[$types] [, $immediate: $ty] $($members)*);
    };
    (@$types:tt $immediate:tt $($visit:ident => $helper:ident $arguments:tt;)*) => {
        $(family!(@@$types $immediate $visit $helper $arguments);)*
    };
    (@@[$types:ident] [$($immediate:tt)*] $visit:ident $helper:ident ($($argument:expr),*)) => {
            pub(super) fn $visit(&mut self $($immediate)*) -> Result<()> {
                let unit = self.unit;
                let $types = &unit.types;
                let _ = $types;
                self.$helper($($argument),*)
            }
    };
}

mod array;
mod atomic;
mod bounds;
mod builtin;
mod bulk;
mod call;
mod cast;
mod context;
mod continuation;
mod control;
mod convert;
mod debug;
mod descriptor;
mod exception;
mod float;
mod function;
mod hint;
mod i31;
mod int;
mod legacy_exception;
mod memory;
mod object;
mod operator;
mod promise;
mod prototype;
mod reference;
mod simd;
mod structure;
mod table;
mod tail_call;
mod target;
mod trap;
mod unit;
mod variable;
mod wide;

pub(crate) use float::KEEP_QUIET;
pub(crate) use function::lower_function;
pub use operator::NOT_BUILT;
pub(crate) use target::VectorIntrinsics;
pub(crate) use unit::{Options, UNIVERSAL_SUFFIX, Unit, symbol};

use crate::error::Error;

impl From<inkwell::builder::BuilderError> for Error {
    fn from(error: inkwell::builder::BuilderError) -> Self {
        Self::Codegen(error.to_string())
    }
}
