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
use inkwell::builder::Builder;
use inkwell::debug_info::DISubprogram;
use inkwell::types::BasicTypeEnum;
use inkwell::values::{BasicValueEnum, FloatValue, FunctionValue, InstructionOpcode, IntValue, PointerValue};
use wasmparser::{FunctionBody, Operator};

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
    pub(super) locals: Vec<Local<'ctx>>,
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
    let Survey { tail_calls, clauses } = survey(body)?;
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
        ty: unit.description.functions[index as usize],
        wearing,
        context,
        locals: Vec::new(),
        stack: Vec::new(),
        frames: Vec::new(),
        clauses: None,
        reachable: true,
        dead_depth: 0,
        objects: 0,
        subprogram,
        offset,
        hints,
        index,
        start: offset,
    };
    lowering.mark();
    if clauses != 0 {
        let bytes = clauses.checked_mul(abi::stack::HANDLER_SIZE).ok_or_else(too_many_clauses)?;
        let bytes = unit.types.i8.array_type(bytes);
        let room = lowering.builder.build_alloca(bytes, "")?;
        set_alignment(loaded(&room), 8);
        lowering.clauses = Some(room);
    }
    lowering.declare_locals(body)?;
    lowering.open_function()?;
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        lowering.offset = narrow(offset)?;
        if lowering.reachable {
            lowering.operator(&operator)?;
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

/// What has to be known of a body before its first operator is lowered.
#[derive(Default)]
struct Survey {
    /// Whether it contains tail calls.
    tail_calls: bool,
    /// Most clauses of a `resume`.
    clauses: u32,
}

fn survey(body: &FunctionBody<'_>) -> Result<Survey> {
    let mut survey = Survey::default();
    for operator in body.get_operators_reader()? {
        match operator? {
            Operator::ReturnCall { .. } | Operator::ReturnCallIndirect { .. } | Operator::ReturnCallRef { .. } => {
                survey.tail_calls = true;
            }
            Operator::Resume { resume_table, .. }
            | Operator::ResumeThrow { resume_table, .. }
            | Operator::ResumeThrowRef { resume_table, .. } => {
                let clauses = u32::try_from(resume_table.len()).map_err(|_| too_many_clauses())?;
                survey.clauses = survey.clauses.max(clauses);
            }
            _ => {}
        }
    }
    Ok(survey)
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Parameters come first, from registers and, first thing, from the overflow area; other locals are zero.
    fn declare_locals(&mut self, body: &FunctionBody<'_>) -> Result<()> {
        let prototype = self.unit.prototype(self.ty);
        let mut register = 1;
        let mut values = Vec::new();
        for &(place, ty) in &prototype.params {
            let value = if let Place::Overflow(slot) = place {
                self.load_overflow(ty, slot)?
            } else if self.wearing == Wearing::Universal {
                self.universal_parameter(place, ty)?
            } else {
                register += 1;
                self.function.get_nth_param(register - 1).ok_or_else(|| Error::Codegen("missing parameter".into()))?
            };
            values.push(value);
        }
        for value in values {
            let local = self.declare_local(value.get_type())?;
            self.builder.build_store(local.slot, value)?;
        }
        let parameters = self.locals.len();
        let mut declarations = body.get_locals_reader()?;
        for _ in 0..declarations.get_count() {
            let offset = declarations.original_position();
            let (count, ty) = declarations.read()?;
            let ty = self.unit.value_type(convert::val_type(ty, offset)?);
            for _ in 0..count {
                self.declare_local(ty)?;
            }
        }
        for local in &self.locals[parameters..] {
            self.builder.build_store(local.slot, local.ty.const_zero())?;
        }
        Ok(())
    }

    fn declare_local(&mut self, ty: BasicTypeEnum<'ctx>) -> Result<Local<'ctx>> {
        let local = Local { slot: self.builder.build_alloca(ty, "")?, ty };
        self.locals.push(local);
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
