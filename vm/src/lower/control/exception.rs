//! Exceptions: `throw`, `throw_ref` and `try_table`.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-throw>
//!
//! A call inside a handler is an `invoke`, whose landing pad catches every exception. Code behind the landing pad
//! compares tags. An exception that no clause wants goes to the enclosing handler of the same function, or is thrown
//! again.

use crate::abi::{self, Builtin};
use crate::error::Result;
use crate::lower::function::Lowering;
use crate::lower::function::frame::Handler;
use crate::trap::Trap;
use inkwell::IntPredicate;
use inkwell::types::FunctionType;
use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, IntValue, PointerValue};
use wasmparser::{Catch, TryTable};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Returns the handler of exceptions that are thrown in the block at a depth.
    pub(crate) fn handler(&self, depth: usize) -> Option<Handler<'ctx>> {
        self.frames.iter().rev().skip(depth).find_map(|frame| frame.handler)
    }

    /// Calls a function that may throw: by an `invoke` if there is a handler.
    pub(crate) fn throwing_call(
        &self,
        ty: FunctionType<'ctx>,
        code: PointerValue<'ctx>,
        arguments: &[BasicValueEnum<'ctx>],
    ) -> Result<CallSiteValue<'ctx>> {
        if let Some(handler) = self.handler(0) {
            let returned = self.new_block();
            let call = self.builder.build_indirect_invoke(ty, code, arguments, returned, handler.pad, "")?;
            self.continue_in(returned);
            return Ok(call);
        }
        let arguments: Vec<BasicMetadataValueEnum<'ctx>> = arguments.iter().map(|&value| value.into()).collect();
        Ok(self.builder.build_indirect_call(ty, code, &arguments, "")?)
    }

    /// Creates a handler with its landing pad. The caller has to fill in its `dispatch` block.
    pub(crate) fn new_handler(&self) -> Result<Handler<'ctx>> {
        let (pad, dispatch) = (self.new_block(), self.new_block());
        let before = self.current_block();
        self.builder.position_at_end(dispatch);
        let exception = self.builder.build_phi(self.unit.types.ptr, "")?;
        self.builder.position_at_end(pad);
        self.set_location();
        let (ptr, personality) = (self.unit.types.ptr, self.unit.personality());
        let landed = self.unit.context.struct_type(&[ptr.into(), self.unit.types.i32.into()], false);
        // A null clause catches everything: <https://llvm.org/docs/ExceptionHandling.html#try-catch>
        let clause = [ptr.const_null().into()];
        let landed = self.builder.build_landing_pad(landed, personality, &clause, false, "")?.into_struct_value();
        let caught = self.builder.build_extract_value(landed, 0, "")?.into_pointer_value();
        // The unwinder passes the address of its own part of the exception.
        let back = self.unit.types.i64.const_int(u64::from(abi::EXCEPTION_UNWIND).wrapping_neg(), true);
        // SAFETY: the exception object begins that many bytes before.
        let caught = unsafe { self.builder.build_gep(self.unit.context.i8_type(), caught, &[back], "") }?;
        exception.add_incoming(&[(&caught, pad)]);
        self.builder.build_unconditional_branch(dispatch)?;
        self.builder.position_at_end(before);
        Ok(Handler { pad, dispatch, exception })
    }

    /// Passes an exception to a handler of this function, or throws it to the caller. Ends the basic block.
    pub(crate) fn propagate(&mut self, exception: PointerValue<'ctx>, handler: Option<Handler<'ctx>>) -> Result<()> {
        if let Some(handler) = handler {
            let from = self.current_block();
            handler.exception.add_incoming(&[(&exception, from)]);
            self.builder.build_unconditional_branch(handler.dispatch)?;
            return Ok(());
        }
        self.void_builtin(Builtin::ExceptionThrow, &[exception.into()])?;
        // This is reached only if the stack is broken: the entry stub catches every exception.
        self.trap(Trap::Unreachable)
    }

    /// Tests whether an exception has a tag.
    pub(crate) fn has_tag(&self, exception: PointerValue<'ctx>, tag: u32) -> Result<IntValue<'ctx>> {
        let actual = self.field(exception, abi::EXCEPTION_TAG)?;
        // The load is not invariant, because the memory of exceptions is reused.
        let actual = self.builder.build_load(self.unit.types.ptr, actual, "")?.into_pointer_value();
        let expected = self.context_pointer(self.unit.layout.tag(tag))?;
        Ok(self.builder.build_int_compare(IntPredicate::EQ, actual, expected, "")?)
    }

    /// Pushes the values of an exception of a tag.
    pub(crate) fn push_values(&mut self, exception: PointerValue<'ctx>, tag: u32) -> Result<()> {
        let description = self.unit.description;
        let types = &description.signature(description.tags[tag as usize]).params;
        for (slot, &ty) in (0..).zip(types) {
            let place = self.field(exception, abi::EXCEPTION_VALUES + slot * abi::SLOT)?;
            let value = self.builder.build_load(self.unit.value_type(ty), place, "")?;
            self.push(value);
        }
        Ok(())
    }

    /// Allocates an exception of a tag, with the values on top of the stack.
    pub(crate) fn new_exception(&mut self, tag: u32) -> Result<PointerValue<'ctx>> {
        let index = self.unit.types.i32.const_int(tag.into(), false);
        let exception = self.object_builtin(Builtin::ExceptionNew, &[index.into()])?;
        let description = self.unit.description;
        let count = description.signature(description.tags[tag as usize]).params.len();
        let values = self.stack.split_off(self.stack.len() - count);
        for (slot, value) in (0..).zip(values) {
            let place = self.field(exception, abi::EXCEPTION_VALUES + slot * abi::SLOT)?;
            self.builder.build_store(place, value)?;
        }
        Ok(exception)
    }

    pub(crate) fn visit_throw(&mut self, tag: u32) -> Result<()> {
        let exception = self.new_exception(tag)?;
        let handler = self.handler(0);
        self.propagate(exception, handler)?;
        self.set_unreachable();
        Ok(())
    }

    pub(crate) fn visit_throw_ref(&mut self) -> Result<()> {
        let exception = self.pop_pointer();
        let is_null = self.builder.build_is_null(exception, "")?;
        self.trap_if(is_null, Trap::NullReference)?;
        let handler = self.handler(0);
        self.propagate(exception, handler)?;
        self.set_unreachable();
        Ok(())
    }

    /// Lowers the clauses before the block: their labels are counted from outside of it.
    #[expect(clippy::needless_pass_by_value, reason = "operators hand their immediates over")]
    pub(crate) fn visit_try_table(&mut self, try_table: TryTable) -> Result<()> {
        let mut opened = None;
        if !try_table.catches.is_empty() {
            let before = self.current_block();
            let handler = self.new_handler()?;
            self.builder.position_at_end(handler.dispatch);
            self.dispatch_clauses(handler, &try_table.catches)?;
            self.builder.position_at_end(before);
            opened = Some(handler);
        }
        self.visit_block(try_table.ty)?;
        self.frame().handler = opened;
        Ok(())
    }

    /// Tests the clauses in their order. The operand stack stays as it was.
    fn dispatch_clauses(&mut self, handler: Handler<'ctx>, catches: &[Catch]) -> Result<()> {
        let exception = handler.exception.as_basic_value().into_pointer_value();
        let height = self.stack.len();
        for catch in catches {
            let (tag, by_reference, label) = match *catch {
                Catch::One { tag, label } => (Some(tag), false, label),
                Catch::OneRef { tag, label } => (Some(tag), true, label),
                Catch::All { label } => (None, false, label),
                Catch::AllRef { label } => (None, true, label),
            };
            let mut other = None;
            if let Some(tag) = tag {
                let matches = self.has_tag(exception, tag)?;
                let (caught, not_caught) = (self.new_block(), self.new_block());
                self.builder.build_conditional_branch(matches, caught, not_caught)?;
                self.builder.position_at_end(caught);
                self.push_values(exception, tag)?;
                other = Some(not_caught);
            }
            if by_reference {
                self.push(exception);
            }
            self.branch_to(label)?;
            self.stack.truncate(height);
            match other {
                Some(other) => self.builder.position_at_end(other),
                None => return Ok(()),
            }
        }
        let around = self.handler(0);
        self.propagate(exception, around)
    }
}
