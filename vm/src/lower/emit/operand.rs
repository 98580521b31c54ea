//! The operand stack, and calls of LLVM intrinsics.

use crate::error::Error;
use crate::error::Result;
use crate::lower::function::Lowering;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, FloatValue, InstructionOpcode, IntValue, PointerValue};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Pushes an operand.
    pub(crate) fn push(&mut self, value: impl Into<BasicValueEnum<'ctx>>) {
        self.stack.push(value.into());
    }

    /// Pops the topmost operand.
    pub(crate) fn pop(&mut self) -> BasicValueEnum<'ctx> {
        self.stack.pop().expect("a validated body never pops an empty stack")
    }

    /// Pops an integer.
    pub(crate) fn pop_int(&mut self) -> IntValue<'ctx> {
        self.pop().into_int_value()
    }

    /// Pops a float.
    pub(crate) fn pop_float(&mut self) -> FloatValue<'ctx> {
        self.pop().into_float_value()
    }

    /// Pops a reference.
    pub(crate) fn pop_pointer(&mut self) -> PointerValue<'ctx> {
        self.pop().into_pointer_value()
    }

    /// Pops an `i32` as a condition. Comparisons push an `i1` that is extended to `i32`; this takes the `i1` itself,
    /// which saves code where no pass runs.
    pub(crate) fn pop_condition(&mut self) -> Result<IntValue<'ctx>> {
        let value = self.pop_int();
        if let Some(widened) = value.as_instruction()
            && widened.get_opcode() == InstructionOpcode::ZExt
            && let Some(operand) = widened.get_operand(0).and_then(inkwell::values::Operand::value)
            && operand.is_int_value()
            && operand.into_int_value().get_type() == self.unit.types.i1
        {
            return Ok(operand.into_int_value());
        }
        let zero = value.get_type().const_zero();
        Ok(self.builder.build_int_compare(inkwell::IntPredicate::NE, value, zero, "")?)
    }

    /// Pushes a condition as an `i32`.
    pub(crate) fn push_condition(&mut self, condition: IntValue<'ctx>) -> Result<()> {
        let value = self.builder.build_int_z_extend(condition, self.unit.types.i32, "")?;
        self.push(value);
        Ok(())
    }

    /// Calls an LLVM intrinsic that returns a value.
    pub(crate) fn intrinsic(
        &self,
        name: &str,
        types: &[BasicTypeEnum<'ctx>],
        arguments: &[BasicValueEnum<'ctx>],
    ) -> Result<BasicValueEnum<'ctx>> {
        let function = self.unit.intrinsic(name, types)?;
        let arguments: Vec<_> = arguments.iter().map(|&a| a.into()).collect();
        let call = self.builder.build_call(function, &arguments, "")?;
        call.try_as_basic_value().basic().ok_or_else(|| Error::Codegen(format!("intrinsic {name} returns no value")))
    }
}
