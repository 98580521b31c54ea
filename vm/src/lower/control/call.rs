//! Calls of functions: direct, through tables, and through references.
//! Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#control-instructions>

use crate::abi::{self, Place};
use crate::error::{Error, Result};
use crate::lower::function::Lowering;
use crate::lower::unit::alias::AliasClass;
use crate::lower::unit::prototype::Convention;
use crate::trap::Trap;
use crate::types::HeapType;
use inkwell::attributes::AttributeLoc;
use inkwell::values::{BasicValueEnum, PointerValue, ValueKind};

/// Number of calls in a body, in order, that LLVM may inline. A call takes a few bytes of wasm, and an inlined
/// function hundreds of instructions.
const MOST_INLINED: u32 = 200;

/// The function that is called, and its context.
pub(crate) enum Callee<'ctx> {
    /// A function that this module defines, by index. It has the same context as the caller.
    Defined(u32),
    /// A function by the address of its code and its context.
    Indirect { code: PointerValue<'ctx>, context: PointerValue<'ctx> },
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    pub(crate) fn visit_call(&mut self, function: u32) -> Result<()> {
        let callee = self.direct_callee(function)?;
        self.call(&callee, self.unit.description.functions[function as usize])
    }

    pub(crate) fn visit_call_indirect(&mut self, type_index: u32, table: u32) -> Result<()> {
        let callee = self.indirect_callee(type_index, table)?;
        self.call(&callee, type_index)
    }

    pub(crate) fn visit_call_ref(&mut self, type_index: u32) -> Result<()> {
        let callee = self.referenced_callee()?;
        self.call(&callee, type_index)
    }

    /// Returns the callee of a direct call.
    pub(crate) fn direct_callee(&self, function: u32) -> Result<Callee<'ctx>> {
        if function < self.unit.description.func_imports {
            let import = self.unit.layout.func_import(function);
            let code = self.context_pointer(import + abi::FUNC_IMPORT_CODE)?;
            Ok(Callee::Indirect { code, context: self.context_pointer(import + abi::FUNC_IMPORT_CONTEXT)? })
        } else {
            Ok(Callee::Defined(function))
        }
    }

    /// Pops an index and loads the function reference at that place of a table. Traps unless one of the right type is
    /// there.
    pub(crate) fn indirect_callee(&mut self, type_index: u32, table: u32) -> Result<Callee<'ctx>> {
        let index = self.pop_int();
        let element = self.table_element(table, index, Trap::UndefinedElement)?;
        let func_ref = self.load(self.unit.types.ptr, element, AliasClass::Table)?.into_pointer_value();
        let known = self.unit.description.tables[table as usize].element;
        if known.nullable {
            let is_null = self.builder.build_is_null(func_ref, "")?;
            self.trap_if(is_null, Trap::UninitializedElement)?;
        }
        if ![HeapType::Concrete(type_index), HeapType::Exact(type_index)].contains(&known.heap) {
            let matches = self.func_has_type(func_ref, type_index)?;
            let differs = self.builder.build_not(matches, "")?;
            self.trap_if(differs, Trap::IndirectCallTypeMismatch)?;
        }
        self.func_ref_callee(func_ref)
    }

    /// Pops a function reference, and traps if it is null.
    pub(crate) fn referenced_callee(&mut self) -> Result<Callee<'ctx>> {
        let func_ref = self.pop_pointer();
        let is_null = self.builder.build_is_null(func_ref, "")?;
        self.trap_if(is_null, Trap::NullFunctionReference)?;
        self.func_ref_callee(func_ref)
    }

    /// Returns the callee that a non-null function reference names.
    fn func_ref_callee(&self, func_ref: PointerValue<'ctx>) -> Result<Callee<'ctx>> {
        let code = self.field(func_ref, abi::FUNC_REF_CODE)?;
        let code = self.load(self.unit.types.ptr, code, AliasClass::Invariant)?.into_pointer_value();
        let context = self.field(func_ref, abi::FUNC_REF_CONTEXT)?;
        let context = self.load(self.unit.types.ptr, context, AliasClass::Invariant)?.into_pointer_value();
        Ok(Callee::Indirect { code, context })
    }

    /// Calls a function with the arguments on top of the stack, and pushes its results.
    fn call(&mut self, callee: &Callee<'ctx>, type_index: u32) -> Result<()> {
        let prototype = self.unit.prototype(type_index);
        let context = match callee {
            Callee::Defined(_) => self.context,
            Callee::Indirect { context, .. } => *context,
        };
        let mut arguments: Vec<BasicValueEnum<'ctx>> = vec![context.into()];
        let first = self.stack.len() - prototype.params.len();
        for (&(place, _), value) in prototype.params.iter().zip(self.stack.split_off(first)) {
            match place {
                Place::Overflow(slot) => {
                    self.store_overflow(value, slot)?;
                }
                Place::Int(_) | Place::Vec(_) => arguments.push(value),
            }
        }
        self.set_location();
        let call = match callee {
            Callee::Defined(index) => {
                let code = self.unit.function(*index, Convention::Natural).as_global_value().as_pointer_value();
                let call = self.throwing_call(prototype.ty, code, &arguments)?;
                self.inlinable_calls += 1;
                if self.inlinable_calls > MOST_INLINED {
                    call.add_attribute(AttributeLoc::Function, self.unit.no_inline);
                }
                call
            }
            Callee::Indirect { code, .. } => self.throwing_call(prototype.ty, *code, &arguments)?,
        };
        let returned = call.try_as_basic_value();
        let in_registers = prototype.results.iter().filter(|(place, _)| !matches!(place, Place::Overflow(_))).count();
        let mut register = 0;
        for &(place, ty) in &prototype.results {
            let value = if let Place::Overflow(slot) = place {
                self.load_overflow(ty, slot)?
            } else {
                register += 1;
                match returned {
                    ValueKind::Basic(BasicValueEnum::StructValue(all)) if in_registers > 1 => {
                        self.builder.build_extract_value(all, register - 1, "")?
                    }
                    ValueKind::Basic(one) => one,
                    ValueKind::Instruction(_) => return Err(Error::Codegen("a call returns no value".into())),
                }
            };
            self.push(value);
        }
        Ok(())
    }

    /// Returns from the function with the values on top of the stack.
    pub(crate) fn emit_return(&mut self) -> Result<()> {
        if self.convention == Convention::Universal {
            return self.universal_return();
        }
        let prototype = self.unit.prototype(self.ty);
        let first = self.stack.len() - prototype.results.len();
        let mut registers = Vec::new();
        for (&(place, _), value) in prototype.results.iter().zip(self.stack.split_off(first)) {
            match place {
                Place::Overflow(slot) => {
                    self.store_overflow(value, slot)?;
                }
                Place::Int(_) | Place::Vec(_) => registers.push(value),
            }
        }
        match registers[..] {
            [] => self.builder.build_return(None)?,
            [ref one] => self.builder.build_return(Some(one))?,
            _ => self.builder.build_aggregate_return(&registers)?,
        };
        Ok(())
    }
}
