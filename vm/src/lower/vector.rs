//! Vector instructions, including those of relaxed SIMD.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#vector-instructions>
//!
//! On the operand stack, in locals and in calls a vector has one LLVM type, 16 bytes. Each operator reads it in its
//! own [`shape`](shape::Shape). Nearly all operators are generic LLVM operators, in which instruction selection finds
//! the single instruction. Where it does not, the target names an intrinsic
//! ([`VectorIntrinsics`](crate::llvm::intrinsics::VectorIntrinsics)).

/// Defines the methods of a family of operators. Each row has a helper, its arguments after the shape, and for each
/// shape the operator. The immediates of the operators come first.
macro_rules! shaped {
    ($immediates:tt $($helper:ident $arguments:tt: $($visit:ident $shape:ident),+;)*) => {
        $(shaped!(@$immediates $helper $arguments $($visit $shape)+);)*
    };
    (@$immediates:tt $helper:ident $arguments:tt $($visit:ident $shape:ident)+) => {
        $(shaped!(@@$immediates $helper $arguments $visit $shape);)+
    };
    (@@[$($immediate:ident: $ty:ty),*] $helper:ident($($argument:expr),*) $visit:ident $shape:ident) => {
        pub(crate) fn $visit(&mut self $(, $immediate: $ty)*) -> Result<()> {
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
