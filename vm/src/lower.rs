//! Lowering: from validated function bodies to LLVM IR, in folders by the spec's chapters of instructions.
//!
//! Order of reading: [`unit`] holds what the functions of one LLVM module share, [`function`] the state while one body
//! is lowered, [`body`] lowers a body, and [`operator`] finds the method for an operator. The chapters [`parametric`],
//! [`control`], [`variable`], [`table`], [`memory`], [`reference`], [`aggregate`], [`numeric`] and [`vector`] hold
//! those methods, and [`emit`] what they have in common.
//!
//! Bodies have been validated, so nothing is checked again. This code names no target.

/// Defines the methods of a family of operators: each is one call of a typed helper. `$types` names LLVM's types in
/// the arguments of the helpers; `$immediate` is the immediate of the operators, if they have one.
macro_rules! family {
    ($types:ident; $($members:tt)*) => { family!(@[$types] [] $($members)*); };
    ($types:ident, $immediate:ident: $ty:ty; $($members:tt)*) => {
        family!(@[$types] [, $immediate: $ty] $($members)*);
    };
    (@$types:tt $immediate:tt $($visit:ident => $helper:ident $arguments:tt;)*) => {
        $(family!(@@$types $immediate $visit $helper $arguments);)*
    };
    (@@[$types:ident] [$($immediate:tt)*] $visit:ident $helper:ident ($($argument:expr),*)) => {
            pub(crate) fn $visit(&mut self $($immediate)*) -> Result<()> {
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
