//! Effort: how much code generation does for one function.

/// How much code generation does for the speed of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    /// No passes; fast instruction selection, and register allocation block by block. Takes linear time in everything.
    Plain,
    /// The passes that take linear time, and LLVM's usual instruction selection and register allocation.
    Light,
    /// All passes.
    Full,
}
