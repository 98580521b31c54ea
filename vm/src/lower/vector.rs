//! Vectors of 128 bits, and the relaxed operators on them.
//!
//! On the operand stack, in locals and in calls a vector has one LLVM type, 16 bytes; each operator looks at it in its
//! own [`shape`](shape::Shape). LLVM's generic operators do nearly everything, as its back ends find the single
//! instruction in them; where they do not, [`super::target`] names one.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#vector-instructions>

/// Names the members of a family of operators, one row an operation: the helper, its arguments after the shape, and
/// for each shape the operator. First of all stand the operators' own arguments.
macro_rules! shaped {
    ($immediates:tt $($helper:ident $arguments:tt: $($visit:ident $shape:ident),+;)*) => {
        $(shaped!(@$immediates $helper $arguments $($visit $shape)+);)*
    };
    (@$immediates:tt $helper:ident $arguments:tt $($visit:ident $shape:ident)+) => {
        $(shaped!(@@$immediates $helper $arguments $visit $shape);)+
    };
    (@@[$($immediate:ident: $ty:ty),*] $helper:ident($($argument:expr),*) $visit:ident $shape:ident) => {
        pub(in crate::lower) fn $visit(&mut self $(, $immediate: $ty)*) -> Result<()> {
            self.$helper(Shape::$shape $(, $argument)*)
        }
    };
}

mod bits;
mod convert;
mod float;
mod int;
mod lane;
mod memory;
mod relaxed;
mod shape;
mod truncate;
mod widen;
