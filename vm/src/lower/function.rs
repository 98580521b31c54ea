//! The state while one function body is lowered, and the way through the body.

use super::control::Frame;
use super::promise::{loaded, set_alignment};
use super::prototype::Wearing;
use super::unit::Unit;
use crate::abi::{self, Place};
use crate::error::{Error, Result};
use crate::module::convert;
use crate::module::hints::BranchHints;
use crate::module::parse::unsupported;
use crate::module::survey::{self, Survey};
use inkwell::builder::Builder;
use inkwell::debug_info::DISubprogram;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, FloatValue, FunctionValue, InstructionOpcode, IntValue, PointerValue};
use std::collections::HashMap;
use wasmparser::FunctionBody;

/// Instructions in a block, about, where LLVM's passes do not run. Where its quick selection of instructions gives up it
/// selects the rest of the block in a way that takes quadratic time.
const LONGEST_PLAIN_BLOCK: u64 = 500;

/// One function on its way to LLVM IR. `stack` mirrors the operand stack, `frames` the control stack.
pub(super) struct Lowering<'u, 'ctx, 'm> {
    pub(super) unit: &'u Unit<'ctx, 'm>,
    pub(super) builder: Builder<'ctx>,
    pub(super) function: FunctionValue<'ctx>,
    /// Index of the function's type.
    pub(super) ty: u32,
    /// The prototype of `function`.
    pub(super) wearing: Wearing,
    /// The instance's context: the first argument.
    pub(super) context: PointerValue<'ctx>,
    /// Those that are used, by their indices.
    pub(super) locals: HashMap<u32, Local<'ctx>>,
    pub(super) stack: Vec<BasicValueEnum<'ctx>>,
    pub(super) frames: Vec<Frame<'ctx>>,
    /// Room in the frame for the clauses of a `resume`, if there are any.
    pub(super) clauses: Option<PointerValue<'ctx>>,
    /// False after an unconditional transfer, until the end of its block.
    pub(super) reachable: bool,
    /// Blocks opened since code became unreachable.
    pub(super) dead_depth: u32,
    /// Objects that the code so far makes without a call.
    pub(super) objects: u32,
    /// Calls so far of functions that the module defines.
    pub(super) own_calls: u32,
    subprogram: DISubprogram<'ctx>,
    /// Offset in the module's bytes of the operator at hand.
    offset: u32,
    hints: &'u BranchHints,
    /// Index of the function.
    index: u32,
    /// Offset in the module's bytes of the body.
    start: u32,
}

/// A local variable: a stack slot, which LLVM's passes turn into registers.
#[derive(Clone, Copy)]
pub(super) struct Local<'ctx> {
    pub(super) slot: PointerValue<'ctx>,
    pub(super) ty: BasicTypeEnum<'ctx>,
}

/// Lowers one body into `unit`. `index` is the function's, in the module's index space.
pub(crate) fn lower_function(
    unit: &Unit<'_, '_>,
    index: u32,
    body: &FunctionBody<'_>,
    hints: &BranchHints,
) -> Result<()> {
    let description = unit.description;
    let ty = description.functions[index as usize];
    let Survey { tail_calls, clauses, locals, .. } = survey::survey(description, description.signature(ty), body)?;
    let wearing = if tail_calls { Wearing::Universal } else { Wearing::Natural };
    let function = unit.function(index, wearing);
    unit.add_definition_attributes(function);
    let offset = narrow(body.range().start)?;
    let subprogram = unit.debug.subprogram(&super::symbol(index), offset);
    function.set_subprogram(subprogram);

    let builder = unit.context.create_builder();
    builder.position_at_end(unit.context.append_basic_block(function, ""));
    let context = function.get_first_param().map(BasicValueEnum::into_pointer_value);
    let context = context.ok_or_else(|| Error::Codegen("a function without a context".into()))?;
    let mut lowering = Lowering {
        unit,
        builder,
        function,
        ty,
        wearing,
        context,
        locals: HashMap::new(),
        stack: Vec::new(),
        frames: Vec::new(),
        clauses: None,
        reachable: true,
        dead_depth: 0,
        objects: 0,
        own_calls: 0,
        subprogram,
        offset,
        hints,
        index,
        start: offset,
    };
    lowering.mark();
    if clauses != 0 {
        let bytes = clauses.checked_mul(abi::continuation::HANDLER_SIZE).ok_or_else(too_many_clauses)?;
        let bytes = unit.types.i8.array_type(bytes);
        let room = lowering.builder.build_alloca(bytes, "")?;
        set_alignment(loaded(&room), 8);
        lowering.clauses = Some(room);
    }
    lowering.declare_locals(body, &locals)?;
    lowering.open_function()?;
    let mut operators = body.get_operators_reader()?;
    let mut straight = 0;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        lowering.offset = narrow(offset)?;
        if lowering.reachable {
            lowering.operator(&operator)?;
            straight += survey::size(&operator).0;
            if straight > LONGEST_PLAIN_BLOCK && !unit.options.optimize && lowering.reachable {
                straight = 0;
                let next = lowering.new_block();
                lowering.builder.build_unconditional_branch(next)?;
                lowering.go_on_in(next);
            }
        } else {
            lowering.skip(&operator)?;
        }
    }
    Ok(())
}

/// An offset in the module's bytes.
fn narrow(offset: u64) -> Result<u32> {
    u32::try_from(offset).map_err(|_| Error::Limit("a module has at most 4 GiB of bytes".into()))
}

fn too_many_clauses() -> Error {
    Error::Limit("the clauses of a `resume` would not fit in a frame".into())
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Makes room for the locals that are used, whose indices come in order. Parameters come first, from registers and,
    /// first thing, from the overflow area; other locals are zero.
    fn declare_locals(&mut self, body: &FunctionBody<'_>, used: &[u32]) -> Result<()> {
        let prototype = self.unit.prototype(self.ty);
        let parameters = used.partition_point(|&index| (index as usize) < prototype.params.len());
        let last = parameters.checked_sub(1).map(|last| used[last] as usize);
        let mut used = used.iter().copied().peekable();
        let mut register = 1;
        let mut values = Vec::new();
        for (index, &(place, ty)) in (0..).zip(last.map_or(&[][..], |last| &prototype.params[..=last])) {
            let in_register = !matches!(place, Place::Overflow(_));
            if used.next_if_eq(&index).is_some() {
                let value = if let Place::Overflow(slot) = place {
                    self.load_overflow(ty, slot)?
                } else if self.wearing == Wearing::Universal {
                    self.universal_parameter(place, ty)?
                } else {
                    self.function.get_nth_param(register).ok_or_else(|| Error::Codegen("missing parameter".into()))?
                };
                values.push((index, value));
            }
            register += u32::from(in_register);
        }
        for (index, value) in values {
            let local = self.declare_local(index, value.get_type())?;
            self.builder.build_store(local.slot, value)?;
        }
        let mut first = u32::try_from(prototype.params.len()).unwrap_or(u32::MAX);
        let mut declarations = body.get_locals_reader()?;
        let mut zeroed = Vec::new();
        for _ in 0..declarations.get_count() {
            let offset = declarations.original_position();
            let (count, ty) = declarations.read()?;
            let ty = self.unit.value_type(convert::val_type(ty, offset)?);
            first = first.saturating_add(count);
            while let Some(index) = used.next_if(|&index| index < first) {
                zeroed.push(self.declare_local(index, ty)?);
            }
        }
        for local in zeroed {
            self.builder.build_store(local.slot, local.ty.const_zero())?;
        }
        Ok(())
    }

    fn declare_local(&mut self, index: u32, ty: BasicTypeEnum<'ctx>) -> Result<Local<'ctx>> {
        let local = Local { slot: self.builder.build_alloca(ty, "")?, ty };
        self.locals.insert(index, local);
        Ok(local)
    }

    /// Gives the operator's offset to what is emitted next. Needed before whatever can trap or call.
    pub(super) fn mark(&self) {
        let location = self.unit.debug.location(self.unit.context, self.offset, self.subprogram);
        self.builder.set_current_debug_location(location);
    }

    /// Whether the branch at hand is likely taken, if the module says anything of it.
    pub(super) fn hint(&self) -> Option<bool> {
        self.hints.get(self.index, u64::from(self.offset) - u64::from(self.start))
    }

    /// The operator at hand is one of a proposal that is not built.
    pub(super) fn refuse(&self, proposal: &'static str, what: &str) -> Error {
        unsupported(proposal, what, self.offset.into())
    }

    pub(super) fn push(&mut self, value: impl Into<BasicValueEnum<'ctx>>) {
        self.stack.push(value.into());
    }

    pub(super) fn pop_int(&mut self) -> IntValue<'ctx> {
        self.pop().into_int_value()
    }

    pub(super) fn pop_float(&mut self) -> FloatValue<'ctx> {
        self.pop().into_float_value()
    }

    pub(super) fn pop_pointer(&mut self) -> PointerValue<'ctx> {
        self.pop().into_pointer_value()
    }

    /// Pops an `i32` as a truth value. Comparisons push a widened `i1`: that is looked through, which saves code
    /// where no pass runs.
    pub(super) fn pop_condition(&mut self) -> Result<IntValue<'ctx>> {
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

    /// Pushes a truth value as `i32`.
    pub(super) fn push_condition(&mut self, condition: IntValue<'ctx>) -> Result<()> {
        let value = self.builder.build_int_z_extend(condition, self.unit.types.i32, "")?;
        self.push(value);
        Ok(())
    }

    /// Calls an intrinsic that gives a value.
    pub(super) fn intrinsic(
        &self,
        name: &str,
        types: &[BasicTypeEnum<'ctx>],
        arguments: &[BasicValueEnum<'ctx>],
    ) -> Result<BasicValueEnum<'ctx>> {
        let function = self.unit.intrinsic(name, types)?;
        let arguments: Vec<_> = arguments.iter().map(|&a| a.into()).collect();
        let call = self.builder.build_call(function, &arguments, "")?;
        call.try_as_basic_value().basic().ok_or_else(|| Error::Codegen(format!("{name} gives no value")))
    }
}
