//! Tail calls: the callee's frame replaces that of the caller, whatever the types of the two.
//! Spec:
//! <https://webassembly.github.io/spec/core/exec/instructions.html#xref-syntax-instructions-syntax-instr-control-mathsf-return-call-x>
//!
//! A function that contains a tail call has the universal prototype. It makes ordinary calls by the natural prototype
//! of the callee, and tail calls by the universal one. No argument is ever on the machine stack, so a tail call has
//! nothing to move.

use super::call::Callee;
use crate::abi::Place;
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use crate::lower::unit::prototype::{Convention, Universal};
use inkwell::llvm_sys::LLVMTailCallKind;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicMetadataValueEnum, BasicValueEnum, ValueKind};

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_return_call(&mut self, function: u32) -> Result<()> {
        let callee = self.direct_callee(function)?;
        self.tail_call(&callee, self.unit.description.functions[function as usize])
    }

    pub(crate) fn visit_return_call_indirect(&mut self, type_index: u32, table: u32) -> Result<()> {
        let callee = self.indirect_callee(type_index, table)?;
        self.tail_call(&callee, type_index)
    }

    pub(crate) fn visit_return_call_ref(&mut self, type_index: u32) -> Result<()> {
        let callee = self.referenced_callee()?;
        self.tail_call(&callee, type_index)
    }

    /// Ends the function by a tail call with the arguments on top of the stack.
    pub(crate) fn tail_call(&mut self, callee: &Callee<'ctx>, type_index: u32) -> Result<()> {
        let (prototype, universal) = (self.unit.prototype(type_index), self.unit.universal());
        let context = match callee {
            Callee::Defined(_) => self.context,
            Callee::Indirect { context, .. } => *context,
        };
        // Registers that the callee does not read may hold anything.
        let mut arguments: Vec<BasicMetadataValueEnum<'ctx>> = universal
            .ty
            .get_param_types()
            .into_iter()
            .map(|ty| match ty {
                inkwell::types::BasicMetadataTypeEnum::VectorType(ty) => ty.get_poison().into(),
                _ => self.unit.types.i64.get_poison().into(),
            })
            .collect();
        arguments[0] = context.into();
        let first = self.stack.len() - prototype.params.len();
        for (&(place, _), value) in prototype.params.iter().zip(self.stack.split_off(first)) {
            match (place, Universal::param(place)) {
                (Place::Overflow(slot), _) => {
                    // Parameters of this function in the overflow area were read in its prologue.
                    self.store_overflow(value, slot)?;
                }
                (_, Some(index)) => arguments[index as usize] = self.to_register(value)?.into(),
                (_, None) => unreachable!("the universal prototype names every register"),
            }
        }
        self.set_location();
        let call = match callee {
            Callee::Defined(index) => {
                let function = self.unit.function(*index, Convention::Universal);
                self.builder.build_call(function, &arguments, "")?
            }
            Callee::Indirect { code, .. } => self.builder.build_indirect_call(universal.ty, *code, &arguments, "")?,
        };
        call.set_tail_call_kind(LLVMTailCallKind::LLVMTailCallKindMustTail);
        match call.try_as_basic_value() {
            ValueKind::Basic(results) => self.builder.build_return(Some(&results))?,
            ValueKind::Instruction(_) => return Err(Error::Codegen("a tail call returns no value".into())),
        };
        self.set_unreachable();
        Ok(())
    }

    /// Returns a parameter of this function, which has the universal prototype, as a value of its type.
    pub(crate) fn universal_parameter(&self, place: Place, ty: BasicTypeEnum<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        let register = Universal::param(place).and_then(|index| self.function.get_nth_param(index));
        let register = register.ok_or_else(|| Error::Codegen("missing parameter".into()))?;
        Ok(match (ty, register) {
            (BasicTypeEnum::IntType(ty), BasicValueEnum::IntValue(value)) => {
                self.builder.build_int_truncate_or_bit_cast(value, ty, "")?.into()
            }
            (BasicTypeEnum::PointerType(ty), BasicValueEnum::IntValue(value)) => {
                self.builder.build_int_to_ptr(value, ty, "")?.into()
            }
            (BasicTypeEnum::FloatType(ty), BasicValueEnum::VectorValue(value)) => {
                let lanes = ty.vec_type(self.lanes(ty));
                let value = self.builder.build_bit_cast(value, lanes, "")?.into_vector_value();
                self.builder.build_extract_element(value, self.unit.types.i32.const_zero(), "")?
            }
            (ty, value) => self.builder.build_bit_cast(value, ty, "")?,
        })
    }

    /// Returns the values on top of the stack from a function with the universal prototype.
    pub(crate) fn universal_return(&mut self) -> Result<()> {
        let (prototype, universal) = (self.unit.prototype(self.ty), self.unit.universal());
        let first = self.stack.len() - prototype.results.len();
        let mut all = universal.results.get_poison();
        for (&(place, _), value) in prototype.results.iter().zip(self.stack.split_off(first)) {
            match (place, Universal::result(place)) {
                (Place::Overflow(slot), _) => {
                    self.store_overflow(value, slot)?;
                }
                (_, Some(index)) => {
                    let value = self.to_register(value)?;
                    all = self.builder.build_insert_value(all, value, index, "")?.into_struct_value();
                }
                (_, None) => unreachable!("the universal prototype names every register"),
            }
        }
        self.builder.build_return(Some(&all))?;
        Ok(())
    }

    /// Converts a value to the type of its register class. The upper bits of an integer register are zero, those of a
    /// vector register undefined.
    fn to_register(&self, value: BasicValueEnum<'ctx>) -> Result<BasicValueEnum<'ctx>> {
        let (i64, vector) = (self.unit.types.i64, self.unit.universal().vector);
        Ok(match value {
            BasicValueEnum::IntValue(value) => self.builder.build_int_z_extend_or_bit_cast(value, i64, "")?.into(),
            BasicValueEnum::PointerValue(value) => self.builder.build_ptr_to_int(value, i64, "")?.into(),
            BasicValueEnum::FloatValue(value) => {
                let ty = value.get_type();
                let lanes = ty.vec_type(self.lanes(ty)).get_poison();
                let zero = self.unit.types.i32.const_zero();
                let lanes = self.builder.build_insert_element(lanes, value, zero, "")?;
                self.builder.build_bit_cast(lanes, vector, "")?
            }
            other => self.builder.build_bit_cast(other, vector, "")?,
        })
    }

    /// Returns the number of floats of a type that fill a vector register.
    fn lanes(&self, ty: inkwell::types::FloatType<'ctx>) -> u32 {
        if ty == self.unit.types.f32 { 4 } else { 2 }
    }
}
