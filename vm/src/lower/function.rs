//! The state while one function body is lowered.

pub(super) mod frame;

use self::frame::ControlFrame;
use super::unit::Unit;
use super::unit::prototype::Convention;
use crate::error::Error;
use crate::module::hints::BranchHints;
use crate::module::unsupported::unsupported;
use inkwell::builder::Builder;
use inkwell::debug_info::DISubprogram;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, FunctionValue, PointerValue};
use std::collections::HashMap;

/// The state while one function body is lowered.
///
/// `stack` mirrors the operand stack of the spec, `frames` its control stack.
pub(super) struct Lowering<'u, 'ctx, 'm> {
    pub(super) unit: &'u Unit<'ctx, 'm>,
    pub(super) builder: Builder<'ctx>,
    pub(super) function: FunctionValue<'ctx>,
    /// Index of the function's type.
    pub(super) ty: u32,
    /// The prototype that `function` is declared with.
    pub(super) convention: Convention,
    /// The instance's context, which is the first parameter.
    pub(super) context: PointerValue<'ctx>,
    /// The locals that the body uses, by index.
    pub(super) locals: HashMap<u32, Local<'ctx>>,
    pub(super) stack: Vec<BasicValueEnum<'ctx>>,
    pub(super) frames: Vec<ControlFrame<'ctx>>,
    /// Space in the frame for the handler clauses of a `resume`, if the body has any.
    pub(super) resume_clauses: Option<PointerValue<'ctx>>,
    /// False after an unconditional branch, until the end of its block.
    pub(super) reachable: bool,
    /// Number of blocks that were opened since the code became unreachable.
    pub(super) dead_depth: u32,
    /// Number of inline allocations so far.
    pub(super) inline_allocations: u32,
    /// Number of calls so far that LLVM may inline.
    pub(super) inlinable_calls: u32,
    pub(super) subprogram: DISubprogram<'ctx>,
    /// Offset of the current operator in the bytes of the module.
    pub(super) offset: u32,
    pub(super) hints: &'u BranchHints,
    /// Index of the function.
    pub(super) index: u32,
    /// Offset of the body in the bytes of the module.
    pub(super) start: u32,
}

/// A local variable: an `alloca`, which LLVM's passes turn into registers.
#[derive(Clone, Copy)]
pub(super) struct Local<'ctx> {
    pub(super) slot: PointerValue<'ctx>,
    pub(super) ty: BasicTypeEnum<'ctx>,
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Sets the debug location of the instructions that follow to the current operator. Needed before every
    /// instruction that can trap or call.
    pub(super) fn set_location(&self) {
        let location = self.unit.lines.location(self.unit.context, self.offset, self.subprogram);
        self.builder.set_current_debug_location(location);
    }

    /// Returns the branch hint of the current operator, if the module has one: whether the branch is likely taken.
    pub(super) fn hint(&self) -> Option<bool> {
        self.hints.get(self.index, u64::from(self.offset) - u64::from(self.start))
    }

    /// Returns the error for an operator of a proposal that is not built.
    pub(super) fn unsupported(&self, proposal: &'static str, what: &str) -> Error {
        unsupported(proposal, what, self.offset.into())
    }
}
