//! Lowering of one function body: its locals, then its operators one after the other.

use super::function::{Local, Lowering};
use super::instruction::{loaded, set_alignment};
use super::unit::Unit;
use super::unit::prototype::Convention;
use crate::abi::{self, Place};
use crate::error::{Error, Result};
use crate::llvm::symbol::symbol;
use crate::module::convert;
use crate::module::hints::BranchHints;
use crate::module::survey::{self, Survey};
use inkwell::types::BasicTypeEnum;
use inkwell::values::BasicValueEnum;
use std::collections::HashMap;
use wasmparser::FunctionBody;

/// Approximate length of a basic block, in instructions, after which a new one begins where LLVM's passes do not run.
/// Where fast instruction selection gives up, LLVM selects the rest of the block in a way that takes quadratic time.
const LONGEST_PLAIN_BLOCK: u64 = 500;

/// Lowers a body into `unit`. `index` is that of the function in the index space of the module.
pub(crate) fn lower_function(
    unit: &Unit<'_, '_>,
    index: u32,
    body: &FunctionBody<'_>,
    hints: &BranchHints,
) -> Result<()> {
    let description = unit.description;
    let ty = description.functions[index as usize];
    let Survey { tail_calls, resume_clauses, locals, .. } =
        survey::survey(description, description.signature(ty), body)?;
    let convention = if tail_calls { Convention::Universal } else { Convention::Natural };
    let function = unit.function(index, convention);
    unit.add_definition_attributes(function);
    let offset = narrow(body.range().start)?;
    let subprogram = unit.lines.subprogram(&symbol(index), offset);
    function.set_subprogram(subprogram);

    let builder = unit.context.create_builder();
    builder.position_at_end(unit.context.append_basic_block(function, ""));
    let context = function.get_first_param().map(BasicValueEnum::into_pointer_value);
    let context = context.ok_or_else(|| Error::Codegen("a function without a context parameter".into()))?;
    let mut lowering = Lowering {
        unit,
        builder,
        function,
        ty,
        convention,
        context,
        locals: HashMap::new(),
        stack: Vec::new(),
        frames: Vec::new(),
        resume_clauses: None,
        reachable: true,
        dead_depth: 0,
        inline_allocations: 0,
        inlinable_calls: 0,
        subprogram,
        offset,
        hints,
        index,
        start: offset,
    };
    lowering.set_location();
    if resume_clauses != 0 {
        let bytes = resume_clauses.checked_mul(abi::continuation::HANDLER_SIZE).ok_or_else(too_many_clauses)?;
        let bytes = unit.types.i8.array_type(bytes);
        let room = lowering.builder.build_alloca(bytes, "")?;
        set_alignment(loaded(&room), 8);
        lowering.resume_clauses = Some(room);
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
                lowering.continue_in(next);
            }
        } else {
            lowering.skip(&operator)?;
        }
    }
    Ok(())
}

/// Returns an offset in the bytes of the module as 32 bits.
fn narrow(offset: u64) -> Result<u32> {
    u32::try_from(offset).map_err(|_| Error::Limit("a module of more than 4 GiB".into()))
}

fn too_many_clauses() -> Error {
    Error::Limit("the handler clauses of a `resume` do not fit in a stack frame".into())
}

impl<'ctx> Lowering<'_, 'ctx, '_> {
    /// Creates the locals that the body uses; their indices come in ascending order. The parameters come first. Those
    /// in the overflow area are read before anything else, since the next call overwrites it. Other locals are zero.
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
                } else if self.convention == Convention::Universal {
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

    /// Creates the stack slot of a local.
    fn declare_local(&mut self, index: u32, ty: BasicTypeEnum<'ctx>) -> Result<Local<'ctx>> {
        let local = Local { slot: self.builder.build_alloca(ty, "")?, ty };
        self.locals.insert(index, local);
        Ok(local)
    }
}
