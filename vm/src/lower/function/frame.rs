//! Entries of the control stack.

use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValueEnum, PhiValue, PointerValue};

/// An entry of the control stack: a block that has been opened and not ended.
pub(in crate::lower) struct ControlFrame<'ctx> {
    pub(in crate::lower) kind: BlockKind<'ctx>,
    /// Target of branches to this frame: the end of a block, the start of a loop.
    pub(in crate::lower) label: Label<'ctx>,
    /// Height of the operand stack below the operands of the block.
    pub(in crate::lower) height: usize,
    /// The handler of exceptions that are thrown in this block.
    pub(in crate::lower) handler: Option<Handler<'ctx>>,
    /// The state of a legacy `try`.
    pub(in crate::lower) clauses: Option<TryClauses<'ctx>>,
}

/// The kind of a block, and what it needs until its end.
pub(in crate::lower) enum BlockKind<'ctx> {
    Block,
    Loop,
    /// An `if` whose `else` has not been seen: the basic block for a false condition, and the parameters of the block.
    If {
        otherwise: BasicBlock<'ctx>,
        parameters: Vec<BasicValueEnum<'ctx>>,
    },
}

/// A target of branches: a basic block with one phi for each value that branches pass to it.
pub(in crate::lower) struct Label<'ctx> {
    pub(in crate::lower) block: BasicBlock<'ctx>,
    /// Number of values that branches pass.
    pub(in crate::lower) values: usize,
    /// Created by the first branch: a function with a thousand results need not return.
    pub(in crate::lower) phis: Vec<PhiValue<'ctx>>,
    /// Type index of the last value, if that is a reference to a type of the module.
    pub(in crate::lower) last: Option<u32>,
    /// Whether any branch goes here.
    pub(in crate::lower) used: bool,
}

/// A handler of exceptions.
#[derive(Clone, Copy)]
pub(in crate::lower) struct Handler<'ctx> {
    /// The landing pad, to which calls unwind.
    pub(in crate::lower) pad: BasicBlock<'ctx>,
    /// The basic block that dispatches: it compares the tag of the exception with those of the clauses.
    pub(in crate::lower) dispatch: BasicBlock<'ctx>,
    /// The exception, as a phi in `dispatch`.
    pub(in crate::lower) exception: PhiValue<'ctx>,
}

/// The state of a legacy `try` while its clauses are lowered.
#[derive(Clone, Copy)]
pub(in crate::lower) struct TryClauses<'ctx> {
    pub(in crate::lower) exception: PointerValue<'ctx>,
    /// The basic block for exceptions that no clause so far has caught; none after `catch_all`.
    pub(in crate::lower) next_clause: Option<BasicBlock<'ctx>>,
}
