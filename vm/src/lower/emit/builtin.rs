//! Calls of builtins. Types and attributes come from the table of [`abi::Builtin`].

use crate::abi::{self, Builtin, Completion, MachineType, ReturnType};
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use crate::lower::unit::Unit;
use crate::lower::unit::alias::AliasClass;
use crate::trap::Trap;
use inkwell::attributes::AttributeLoc;
use inkwell::types::{BasicMetadataTypeEnum, BasicTypeEnum, FunctionType};
use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, CallSiteValue, IntValue, PointerValue};

impl<'ctx> Unit<'ctx, '_> {
    fn kind(&self, kind: MachineType) -> BasicTypeEnum<'ctx> {
        match kind {
            MachineType::I32 => self.types.i32.into(),
            MachineType::I64 => self.types.i64.into(),
            MachineType::Pointer => self.types.ptr.into(),
        }
    }

    fn builtin_type(&self, builtin: Builtin) -> FunctionType<'ctx> {
        let signature = builtin.signature();
        let mut arguments: Vec<BasicMetadataTypeEnum<'ctx>> = vec![self.types.ptr.into()];
        arguments.extend(signature.arguments.iter().map(|&kind| BasicMetadataTypeEnum::from(self.kind(kind))));
        match signature.return_type {
            ReturnType::Nothing => self.context.void_type().fn_type(&arguments, false),
            ReturnType::One(MachineType::I32) => self.types.i32.fn_type(&arguments, false),
            ReturnType::One(MachineType::I64) => self.types.i64.fn_type(&arguments, false),
            ReturnType::One(MachineType::Pointer) => self.types.ptr.fn_type(&arguments, false),
            ReturnType::Pair => {
                let i64 = self.types.i64.into();
                self.context.struct_type(&[i64, i64], false).fn_type(&arguments, false)
            }
        }
    }
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    fn call_builtin(&self, builtin: Builtin, arguments: &[BasicValueEnum<'ctx>]) -> Result<CallSiteValue<'ctx>> {
        let signature = builtin.signature();
        let given = arguments.iter().map(BasicValueEnum::get_type);
        if !given.eq(signature.arguments.iter().map(|&kind| self.unit.kind(kind))) {
            return Err(Error::Codegen(format!("builtin {} is called with arguments of other types", signature.name)));
        }
        self.set_location();
        let table = self.context_pointer(abi::CONTEXT_BUILTINS)?;
        let code = self.field(table, builtin.entry())?;
        let code = self.load(self.unit.types.ptr, code, AliasClass::Invariant)?.into_pointer_value();
        let ty = self.unit.builtin_type(builtin);
        let mut all: Vec<BasicValueEnum<'ctx>> = vec![self.context.into()];
        all.extend(arguments);
        if signature.completion == Completion::Switch {
            return self.throwing_call(ty, code, &all);
        }
        let all: Vec<BasicMetadataValueEnum<'ctx>> = all.into_iter().map(Into::into).collect();
        let call = self.builder.build_indirect_call(ty, code, &all, "")?;
        // Merged throws would be missing from backtraces, and unwind tables gain nothing from merging.
        let attribute =
            if signature.completion == Completion::Throw { self.unit.no_merge } else { self.unit.no_unwind };
        call.add_attribute(AttributeLoc::Function, attribute);
        Ok(call)
    }

    /// Calls a builtin that returns an integer.
    pub(crate) fn int_builtin(&self, builtin: Builtin, arguments: &[BasicValueEnum<'ctx>]) -> Result<IntValue<'ctx>> {
        match self.call_builtin(builtin, arguments)?.try_as_basic_value().basic() {
            Some(BasicValueEnum::IntValue(value)) => Ok(value),
            _ => Err(Error::Codegen(format!("builtin {} returns no integer", builtin.signature().name))),
        }
    }

    /// Calls a builtin that returns nothing.
    pub(crate) fn void_builtin(&self, builtin: Builtin, arguments: &[BasicValueEnum<'ctx>]) -> Result<()> {
        self.call_builtin(builtin, arguments).map(|_| ())
    }

    /// Calls a builtin that returns a status, and traps unless it is 0.
    pub(crate) fn checked_builtin(&mut self, builtin: Builtin, arguments: &[BasicValueEnum<'ctx>]) -> Result<()> {
        let status = self.int_builtin(builtin, arguments)?;
        let failed =
            self.builder.build_int_compare(inkwell::IntPredicate::NE, status, status.get_type().const_zero(), "")?;
        self.trap_if(failed, trap_of(builtin)?)
    }

    /// Calls a builtin that allocates an object, and traps if it returns 0: the heap is full then.
    pub(crate) fn object_builtin(
        &mut self,
        builtin: Builtin,
        arguments: &[BasicValueEnum<'ctx>],
    ) -> Result<PointerValue<'ctx>> {
        let object = self.int_builtin(builtin, arguments)?;
        self.check_allocated(object)
    }

    /// Traps if the address of a new object is 0, which means that the heap is full. Returns the object.
    pub(crate) fn check_allocated(&mut self, object: IntValue<'ctx>) -> Result<PointerValue<'ctx>> {
        let zero = object.get_type().const_zero();
        let none = self.builder.build_int_compare(inkwell::IntPredicate::EQ, object, zero, "")?;
        self.trap_if(none, Trap::AllocationFailed)?;
        Ok(self.builder.build_int_to_ptr(object, self.unit.types.ptr, "")?)
    }

    /// Calls a builtin that switches to another stack. Returns the two results that it has when this stack is resumed.
    pub(crate) fn switch_builtin(
        &mut self,
        builtin: Builtin,
        arguments: &[BasicValueEnum<'ctx>],
    ) -> Result<(IntValue<'ctx>, IntValue<'ctx>)> {
        let call = self.call_builtin(builtin, arguments)?;
        let Some(BasicValueEnum::StructValue(results)) = call.try_as_basic_value().basic() else {
            return Err(Error::Codegen("a stack-switching builtin returns no pair".into()));
        };
        let result = |at| self.builder.build_extract_value(results, at, "");
        Ok((result(0)?.into_int_value(), result(1)?.into_int_value()))
    }
}

/// Returns the trap that a builtin reports.
pub(crate) fn trap_of(builtin: Builtin) -> Result<Trap> {
    let signature = builtin.signature();
    signature.trap.ok_or_else(|| Error::Codegen(format!("{} has no trap", signature.name)))
}
