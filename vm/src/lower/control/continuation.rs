//! Continuations: functions on stacks of their own, which can be suspended and resumed.
//! <https://github.com/WebAssembly/stack-switching/blob/main/proposals/stack-switching/Explainer.md>
//!
//! To LLVM all of these operators are calls that return when this stack is resumed, or throw. Values are passed in the
//! overflow area (see [`abi::continuation`](crate::abi::continuation)).

use crate::abi::Builtin;
use crate::abi::continuation::{CONSUMED, HANDLER_SIZE, HANDLER_SWITCH, HANDLER_TYPE, RETURNED};
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use crate::trap::Trap;
use crate::types::{HeapType, RefType, ValType};
use inkwell::IntPredicate;
use inkwell::values::{IntValue, PointerValue};
use wasmparser::{Handle, ResumeTable};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_cont_new(&mut self, type_index: u32) -> Result<()> {
        let function = self.pop_pointer();
        let is_null = self.builder.build_is_null(function, "")?;
        self.trap_if(is_null, Trap::NullFunctionReference)?;
        let type_id = self.type_id(type_index)?;
        let made = self.object_builtin(Builtin::ContNew, &[type_id.into(), function.into()])?;
        self.push(made);
        Ok(())
    }

    pub(crate) fn visit_cont_bind(&mut self, argument_index: u32, result_index: u32) -> Result<()> {
        let continuation = self.pop_continuation()?;
        let description = self.unit.description;
        let params = |index| description.continuation(index).params.len();
        let count = params(argument_index) - params(result_index);
        self.store_payload(count)?;
        let type_id = self.type_id(result_index)?;
        let count = self.unit.types.i32.const_int(count as u64, false);
        let made = self.int_builtin(Builtin::ContBind, &[type_id.into(), continuation.into(), count.into()])?;
        let consumed = self.equals(made, CONSUMED)?;
        self.trap_if(consumed, Trap::ContinuationConsumed)?;
        let made = self.check_allocated(made)?;
        self.push(made);
        Ok(())
    }

    pub(crate) fn visit_suspend(&mut self, tag: u32) -> Result<()> {
        let description = self.unit.description;
        let ty = description.signature(description.tags[tag as usize]);
        self.store_payload(ty.params.len())?;
        let tag = self.context_pointer(self.unit.layout.tag(tag))?;
        self.switch_builtin(Builtin::Suspend, &[tag.into()])?;
        self.load_payload(&ty.results)
    }

    pub(crate) fn visit_switch(&mut self, type_index: u32, tag: u32) -> Result<()> {
        let continuation = self.pop_continuation()?;
        let description = self.unit.description;
        let ty = description.continuation(type_index);
        // The last parameter is the continuation that `switch` creates.
        let Some(ValType::Ref(RefType { heap: HeapType::Concrete(made), .. })) = ty.params.last() else {
            return Err(Error::Codegen("a `switch` whose last parameter is no continuation".into()));
        };
        let count = ty.params.len() - 1;
        self.store_payload(count)?;
        let tag = self.context_pointer(self.unit.layout.tag(tag))?;
        let i64 = self.unit.types.i64;
        let type_id = self.builder.build_int_z_extend(self.type_id(*made)?, i64, "")?;
        let packed = self.builder.build_or(type_id, i64.const_int((count as u64) << 32, false), "")?;
        self.switch_builtin(Builtin::Switch, &[tag.into(), continuation.into(), packed.into()])?;
        self.load_payload(&description.continuation(*made).params)
    }

    #[expect(clippy::needless_pass_by_value, reason = "operators hand their immediates over")]
    pub(crate) fn visit_resume(&mut self, type_index: u32, table: ResumeTable) -> Result<()> {
        let continuation = self.pop_continuation()?;
        let count = self.unit.description.continuation(type_index).params.len();
        self.store_payload(count)?;
        let none = self.unit.types.ptr.const_null();
        self.resume(type_index, &table.handlers, continuation, count, none)
    }

    #[expect(clippy::needless_pass_by_value, reason = "operators hand their immediates over")]
    pub(crate) fn visit_resume_throw(&mut self, type_index: u32, tag: u32, table: ResumeTable) -> Result<()> {
        let continuation = self.pop_continuation()?;
        let exception = self.new_exception(tag)?;
        self.resume(type_index, &table.handlers, continuation, 0, exception)
    }

    #[expect(clippy::needless_pass_by_value, reason = "operators hand their immediates over")]
    pub(crate) fn visit_resume_throw_ref(&mut self, type_index: u32, table: ResumeTable) -> Result<()> {
        let continuation = self.pop_continuation()?;
        let exception = self.pop_pointer();
        let is_null = self.builder.build_is_null(exception, "")?;
        self.trap_if(is_null, Trap::NullReference)?;
        self.resume(type_index, &table.handlers, continuation, 0, exception)
    }

    /// Resumes a continuation, and branches to the label of a handler clause if it suspends with the tag of that
    /// clause.
    fn resume(
        &mut self,
        type_index: u32,
        clauses: &[Handle],
        continuation: PointerValue<'ctx>,
        count: usize,
        exception: PointerValue<'ctx>,
    ) -> Result<()> {
        let i64 = self.unit.types.i64;
        let table = self.write_clauses(clauses)?;
        let counts = i64.const_int(clauses.len() as u64 | (count as u64) << 32, false);
        let arguments = [continuation.into(), table.into(), counts.into(), exception.into()];
        let (outcome, suspended) = self.switch_builtin(Builtin::Resume, &arguments)?;

        let here = self.current_block();
        let mut cases = Vec::new();
        let height = self.stack.len();
        for (number, clause) in (RETURNED + 1..).zip(clauses) {
            let Handle::OnLabel { tag, label } = *clause else { continue };
            let handled = self.new_block();
            self.continue_in(handled);
            let description = self.unit.description;
            self.load_payload(&description.signature(description.tags[tag as usize]).params)?;
            self.push(self.builder.build_int_to_ptr(suspended, self.unit.types.ptr, "")?);
            self.branch_to(label)?;
            self.stack.truncate(height);
            cases.push((i64.const_int(number, false), handled));
        }
        if !cases.is_empty() {
            let returned = self.new_block();
            self.builder.position_at_end(here);
            self.builder.build_switch(outcome, returned, &cases)?;
            self.continue_in(returned);
        }
        self.load_payload(&self.unit.description.continuation(type_index).results)
    }

    /// Writes the handler clauses to the frame. All `resume`s of a function share one place, since a frame waits for
    /// one `resume` at a time.
    fn write_clauses(&mut self, clauses: &[Handle]) -> Result<PointerValue<'ctx>> {
        let Some(table) = self.resume_clauses.filter(|_| !clauses.is_empty()) else {
            return Ok(self.unit.types.ptr.const_null());
        };
        for (at, clause) in (0..).zip(clauses) {
            let (tag, label) = match *clause {
                Handle::OnLabel { tag, label } => (tag, Some(label)),
                Handle::OnSwitch { tag } => (tag, None),
            };
            let mut address = self.context_pointer(self.unit.layout.tag(tag))?;
            let entry = self.field(table, at * HANDLER_SIZE)?;
            if let Some(label) = label {
                let last = self.last_type(label);
                let last =
                    last.ok_or_else(|| Error::Codegen("a handler clause whose label takes no continuation".into()))?;
                let type_id = self.type_id(last)?;
                let field = self.field(entry, HANDLER_TYPE)?;
                self.builder.build_store(field, type_id)?;
            } else {
                address = self.field(address, HANDLER_SWITCH as u32)?;
            }
            self.builder.build_store(entry, address)?;
        }
        Ok(table)
    }

    /// Compares a value with a constant.
    fn equals(&self, value: IntValue<'ctx>, constant: u64) -> Result<IntValue<'ctx>> {
        let constant = value.get_type().const_int(constant, false);
        Ok(self.builder.build_int_compare(IntPredicate::EQ, value, constant, "")?)
    }

    /// Pops a continuation, and traps if it is null.
    fn pop_continuation(&mut self) -> Result<PointerValue<'ctx>> {
        self.pop_object(Trap::NullContinuationReference)
    }

    /// Pops values and stores them for the stack that runs next.
    fn store_payload(&mut self, count: usize) -> Result<()> {
        let values = self.stack.split_off(self.stack.len() - count);
        for (slot, value) in (0..).zip(values) {
            self.store_overflow(value, slot)?;
        }
        Ok(())
    }

    /// Pushes the values that the stack that ran before has stored.
    fn load_payload(&mut self, types: &[ValType]) -> Result<()> {
        for (slot, &ty) in (0..).zip(types) {
            let value = self.load_overflow(self.unit.value_type(ty), slot)?;
            self.push(value);
        }
        Ok(())
    }
}
