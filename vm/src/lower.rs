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
            pub(in crate::lower) fn $visit(&mut self $($immediate)*) -> Result<()> {
                let unit = self.unit;
                let $types = &unit.types;
                let _ = $types;
                self.$helper($($argument),*)
            }
    };
}

mod aggregate;
mod body;
mod control;
mod emit;
mod function;
mod instruction;
mod memory;
mod numeric;
mod operator;
mod parametric;
mod reference;
mod table;
mod unit;
mod variable;
mod vector;

pub(crate) use body::lower_function;
pub use operator::NOT_BUILT;
pub(crate) use unit::Unit;
pub(crate) use unit::options::Options;
