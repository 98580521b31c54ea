//! Entries of the control stack.

use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValueEnum, PhiValue, PointerValue};

/// An entry of the control stack: a block that has been opened and not ended.
pub(crate) struct ControlFrame<'ctx> {
    pub(crate) kind: BlockKind<'ctx>,
    /// Target of branches to this frame: the end of a block, the start of a loop.
    pub(crate) label: Label<'ctx>,
    /// Height of the operand stack below the operands of the block.
    pub(crate) height: usize,
    /// The handler of exceptions that are thrown in this block.
    pub(crate) handler: Option<Handler<'ctx>>,
    /// The state of a legacy `try`.
    pub(crate) clauses: Option<TryClauses<'ctx>>,
}

/// The kind of a block, and what it needs until its end.
pub(crate) enum BlockKind<'ctx> {
    Block,
    Loop,
    /// An `if` whose `else` has not been seen: the basic block for a false condition, and the parameters of the block.
    If {
        otherwise: BasicBlock<'ctx>,
        parameters: Vec<BasicValueEnum<'ctx>>,
    },
}

/// A target of branches: a basic block with one phi for each value that branches pass to it.
pub(crate) struct Label<'ctx> {
    pub(crate) block: BasicBlock<'ctx>,
    /// Number of values that branches pass.
    pub(crate) values: usize,
    /// Created by the first branch: a function with a thousand results need not return.
    pub(crate) phis: Vec<PhiValue<'ctx>>,
    /// Type index of the last value, if that is a reference to a type of the module.
    pub(crate) last: Option<u32>,
    /// Whether any branch goes here.
    pub(crate) used: bool,
}

/// A handler of exceptions.
#[derive(Clone, Copy)]
pub(crate) struct Handler<'ctx> {
    /// The landing pad, to which calls unwind.
    pub(crate) pad: BasicBlock<'ctx>,
    /// The basic block that dispatches: it compares the tag of the exception with those of the clauses.
    pub(crate) dispatch: BasicBlock<'ctx>,
    /// The exception, as a phi in `dispatch`.
    pub(crate) exception: PhiValue<'ctx>,
}

/// The state of a legacy `try` while its clauses are lowered.
#[derive(Clone, Copy)]
pub(crate) struct TryClauses<'ctx> {
    pub(crate) exception: PointerValue<'ctx>,
    /// The basic block for exceptions that no clause so far has caught; none after `catch_all`.
    pub(crate) next_clause: Option<BasicBlock<'ctx>>,
}
