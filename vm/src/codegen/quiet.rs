//! Quieting of signalling NaNs, kept through LLVM's passes and instruction selection.
//!
//! To LLVM `x * 1.0` is `x`, even if `x` is a signalling NaN (<https://llvm.org/docs/LangRef.html#floatnan>), while
//! WebAssembly wants a quiet one (<https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation>). LLVM
//! learns factors in many ways: by conversions, inlined calls, unrolled loops, values that pass through memory. So
//! lowering passes each result that can lose its quieting through `llvm.canonicalize` ([`QUIETING`]). That quiets by
//! definition, whatever its operand turns into, and LLVM inlines, hoists and vectorises it like any operator.
//!
//! Nearly all of these calls are superfluous: an addition that still exists when machine code is made quiets by
//! itself. [`remove_superfluous`] removes those after the last pass. Instruction selection folds identities too, so the
//! operands must leave it no identity to find (`search`). A call that is left becomes a multiplication by one that LLVM
//! does not fold.
//!
//! Passes that vectorise and unroll decide by counting instructions. They see the code without the calls
//! ([`suspend`], [`restore`]) where nothing that they find out can make a call necessary.

mod search;

use super::intrinsic::Intrinsic::Canonicalize;
use super::intrinsic::{Callee, callee, intrinsic};
use super::ir::{is_arithmetic, operand, users};
use crate::error::{Error, Result};
use crate::llvm::intrinsics::QUIETING;
use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::Module;
use inkwell::types::VectorType;
use inkwell::values::{AnyValue, BasicValue, BasicValueEnum, InstructionOpcode as Op, InstructionValue, VectorValue};
use search::Search;

/// Tests whether a module has float arithmetic that may lose its quieting.
pub(super) fn is_present(module: &Module<'_>) -> bool {
    module.get_functions().any(|function| intrinsic(function) == Some(Canonicalize))
}

/// Removes the calls of [`QUIETING`] whose operand is quiet anyway. Machine code is made next.
///
/// # Errors
/// [`Error::Codegen`] if LLVM does not behave as expected.
pub(super) fn remove_superfluous<'ctx>(module: &Module<'ctx>, context: &'ctx Context) -> Result<()> {
    each(module, |call| {
        let Some(value) = operand(call, 0).filter(|_| is_quieting(call)) else { return Ok(()) };
        if Search::new().is_quiet(Some(value)) {
            replace(call, value);
        } else if let BasicValueEnum::VectorValue(pair) = value
            && pair.get_type().get_size() == 2
            && pair.get_type().get_element_type() == context.f32_type().into()
        {
            widen(call, pair, module, context)?;
        }
        Ok(())
    })
}

/// Removes calls of [`QUIETING`] for one pass; [`restore`] must follow.
///
/// The pass must not replace loads by stored values, and must not replace a value that is computed from loads and
/// arguments by a constant.
///
/// # Errors
/// None of its own.
pub(super) fn suspend(module: &Module<'_>) -> Result<()> {
    each(module, |call| {
        if let Some(value) = operand(call, 0).filter(|_| is_quieting(call))
            && Search::new().never_folds(Some(value))
        {
            replace(call, value);
        }
        Ok(())
    })
}

/// Passes the results of all arithmetic through [`QUIETING`] again, since all of it comes from operators that quiet.
///
/// # Errors
/// [`Error::Codegen`] if LLVM does not behave as expected.
pub(super) fn restore<'ctx>(module: &Module<'ctx>, context: &'ctx Context) -> Result<()> {
    let broken = || Error::Codegen("LLVM has no `canonicalize` for an arithmetic result".into());
    let builder = context.create_builder();
    each(module, |instruction| {
        if !is_arithmetic(instruction) || matches!(users(instruction)[..], [only] if is_quieting(only)) {
            return Ok(());
        }
        let value = BasicValueEnum::try_from(instruction.as_any_value_enum()).map_err(|()| broken())?;
        builder.position_before(&instruction.get_next_instruction().ok_or_else(broken)?);
        let keep = Intrinsic::find(QUIETING).and_then(|found| found.get_declaration(module, &[value.get_type()]));
        let call = builder.build_call(keep.ok_or_else(broken)?, &[value.into()], "")?;
        let kept = call.try_as_basic_value().basic().and_then(|kept| kept.as_instruction_value()).ok_or_else(broken)?;
        instruction.replace_all_uses_with(&kept);
        kept.set_operand(0, value);
        Ok(())
    })
}

/// Calls `act` for each instruction; `act` may erase the instruction or insert others after it.
fn each<'ctx>(module: &Module<'ctx>, mut act: impl FnMut(InstructionValue<'ctx>) -> Result<()>) -> Result<()> {
    for function in module.get_functions() {
        for block in function.get_basic_block_iter() {
            let mut next = block.get_first_instruction();
            while let Some(instruction) = next {
                next = instruction.get_next_instruction();
                act(instruction)?;
            }
        }
    }
    Ok(())
}

/// Replaces a call by a value.
fn replace<'ctx>(call: InstructionValue<'ctx>, value: BasicValueEnum<'ctx>) {
    if let Some(instruction) = value.as_instruction_value() {
        call.replace_all_uses_with(&instruction);
        call.erase_from_basic_block();
    }
}

/// Tests whether an instruction is a call of [`QUIETING`].
fn is_quieting(instruction: InstructionValue<'_>) -> bool {
    instruction.get_opcode() == Op::Call && callee(instruction) == Callee::Intrinsic(Canonicalize)
}

/// Quiets two lanes as two of four: LLVM 22 lacks a type for two and aborts.
fn widen<'ctx>(
    quieting: InstructionValue<'ctx>,
    pair: VectorValue<'ctx>,
    module: &Module<'ctx>,
    context: &'ctx Context,
) -> Result<()> {
    let broken = || Error::Codegen("LLVM has no `canonicalize` for four floats".into());
    let builder = context.create_builder();
    builder.position_before(&quieting);
    let lanes = |lanes: &[u64]| {
        VectorType::const_vector(
            &lanes.iter().map(|&lane| context.i32_type().const_int(lane, false)).collect::<Vec<_>>(),
        )
    };
    let four = builder.build_shuffle_vector(pair, pair, lanes(&[0, 1, 0, 1]), "")?;
    let intrinsic =
        Intrinsic::find(QUIETING).and_then(|found| found.get_declaration(module, &[four.get_type().into()]));
    let call = builder.build_call(intrinsic.ok_or_else(broken)?, &[four.into()], "")?;
    let quiet = call.try_as_basic_value().basic().ok_or_else(broken)?.into_vector_value();
    let two = builder.build_shuffle_vector(quiet, quiet, lanes(&[0, 1]), "")?;
    quieting.replace_all_uses_with(&two.as_instruction().ok_or_else(broken)?);
    quieting.erase_from_basic_block();
    Ok(())
}
