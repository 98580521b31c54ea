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

/// One function on its way to LLVM IR. `stack` mirrors the operand stack, `frames` the control stack.
pub(super) struct Lowering<'u, 'ctx, 'm> {
    pub(super) unit: &'u Unit<'ctx, 'm>,
    pub(super) builder: Builder<'ctx>,
    pub(super) function: FunctionValue<'ctx>,
    /// Index of the function's type.
    pub(super) ty: u32,
    /// The prototype of `function`.
    pub(super) convention: Convention,
    /// The instance's context: the first argument.
    pub(super) context: PointerValue<'ctx>,
    /// Those that are used, by their indices.
    pub(super) locals: HashMap<u32, Local<'ctx>>,
    pub(super) stack: Vec<BasicValueEnum<'ctx>>,
    pub(super) frames: Vec<ControlFrame<'ctx>>,
    /// Room in the frame for the clauses of a `resume`, if there are any.
    pub(super) resume_clauses: Option<PointerValue<'ctx>>,
    /// False after an unconditional transfer, until the end of its block.
    pub(super) reachable: bool,
    /// Blocks opened since code became unreachable.
    pub(super) dead_depth: u32,
    /// Objects that the code so far makes without a call.
    pub(super) inline_allocations: u32,
    /// Calls so far of functions that the module defines.
    pub(super) inlinable_calls: u32,
    pub(super) subprogram: DISubprogram<'ctx>,
    /// Offset in the module's bytes of the operator at hand.
    pub(super) offset: u32,
    pub(super) hints: &'u BranchHints,
    /// Index of the function.
    pub(super) index: u32,
    /// Offset in the module's bytes of the body.
    pub(super) start: u32,
}

/// A local variable: a stack slot, which LLVM's passes turn into registers.
#[derive(Clone, Copy)]
pub(super) struct Local<'ctx> {
    pub(super) slot: PointerValue<'ctx>,
    pub(super) ty: BasicTypeEnum<'ctx>,
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Gives the operator's offset to what is emitted next. Needed before whatever can trap or call.
    pub(super) fn set_location(&self) {
        let location = self.unit.lines.location(self.unit.context, self.offset, self.subprogram);
        self.builder.set_current_debug_location(location);
    }

    /// Whether the branch at hand is likely taken, if the module says anything of it.
    pub(super) fn hint(&self) -> Option<bool> {
        self.hints.get(self.index, u64::from(self.offset) - u64::from(self.start))
    }

    /// The operator at hand is one of a proposal that is not built.
    pub(super) fn unsupported(&self, proposal: &'static str, what: &str) -> Error {
        unsupported(proposal, what, self.offset.into())
    }
}
