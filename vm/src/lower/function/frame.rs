//! Entries of the control stack.

use inkwell::basic_block::BasicBlock;
use inkwell::values::{BasicValueEnum, PhiValue, PointerValue};

/// An entry of the control stack.
pub(in crate::lower) struct ControlFrame<'ctx> {
    pub(in crate::lower) kind: BlockKind<'ctx>,
    /// Where a branch to this frame goes: the end of a block, the start of a loop.
    pub(in crate::lower) label: Label<'ctx>,
    /// Operands below the block's own.
    pub(in crate::lower) height: usize,
    /// Where what is thrown in here is caught.
    pub(in crate::lower) handler: Option<Handler<'ctx>>,
    /// Of a legacy `try`: its clauses.
    pub(in crate::lower) clauses: Option<TryClauses<'ctx>>,
}

pub(in crate::lower) enum BlockKind<'ctx> {
    Block,
    Loop,
    /// Until its `else` is seen: where the condition was false, and the block's parameters.
    If {
        otherwise: BasicBlock<'ctx>,
        parameters: Vec<BasicValueEnum<'ctx>>,
    },
}

/// A block that several places branch to, one phi for each value that they bring along.
pub(in crate::lower) struct Label<'ctx> {
    pub(in crate::lower) block: BasicBlock<'ctx>,
    /// How many these are.
    pub(in crate::lower) values: usize,
    /// Made when something first branches there: a function of a thousand results need not return.
    pub(in crate::lower) phis: Vec<PhiValue<'ctx>>,
    /// The last value's type, if it is a reference to one of a type that the module defines.
    pub(in crate::lower) last: Option<u32>,
    /// Whether anything branches there.
    pub(in crate::lower) used: bool,
}

/// Where exceptions are caught.
#[derive(Clone, Copy)]
pub(in crate::lower) struct Handler<'ctx> {
    /// The landing pad: where calls unwind to.
    pub(in crate::lower) pad: BasicBlock<'ctx>,
    /// Where it is decided what to do with the exception.
    pub(in crate::lower) dispatch: BasicBlock<'ctx>,
    /// The exception, in `dispatch`.
    pub(in crate::lower) exception: PhiValue<'ctx>,
}

/// What is known of the clauses of a legacy `try`.
#[derive(Clone, Copy)]
pub(in crate::lower) struct TryClauses<'ctx> {
    pub(in crate::lower) exception: PointerValue<'ctx>,
    /// Where it is decided about what no clause so far has caught; none after `catch_all`.
    pub(in crate::lower) next_clause: Option<BasicBlock<'ctx>>,
}
