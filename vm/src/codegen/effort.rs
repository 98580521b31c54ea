//! Effort: how much the compiler does for one function.

/// How much is done for the speed of a function's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Effort {
    /// No passes; instructions are selected quickly, registers given block by block. Linear in everything.
    Plain,
    /// The passes that take linear time, and LLVM's usual way to machine code.
    Light,
    /// All passes.
    Full,
}
