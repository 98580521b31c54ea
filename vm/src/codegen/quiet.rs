//! The quieting of signalling NaNs, kept through LLVM's passes and instruction selection.
//!
//! To LLVM `x * 1.0` is `x`, also where `x` is a signalling NaN (<https://llvm.org/docs/LangRef.html#floatnan>), while
//! WebAssembly wants a quiet one (<https://webassembly.github.io/spec/core/exec/numerics.html#nan-propagation>). And LLVM
//! comes to know factors in many ways: by conversions, calls that are inlined, loops that are unrolled, values that pass
//! through memory. So `lower` gives each result that can lose its quieting through `llvm.canonicalize`
//! ([`KEEP`]), which quiets by definition, whatever its operand was made to be, and which is inlined, hoisted and
//! vectorised as any operator.
//!
//! Nearly all of these are superfluous: an addition that is still there when machine code is made quiets by itself. Those
//! are removed after the last pass ([`remove`]). Instruction selection folds identities too, so the operands must leave it
//! no identity to find (`search`). What is left over becomes a multiplication by one that LLVM does not fold.
//!
//! Passes that vectorise and unroll decide by counting instructions. They see the code without the calls
//! ([`take_out`], [`put_back`]) where nothing that they find out can make one necessary.

mod search;

use super::ir::{callee, is_arithmetic, operand, users};
use crate::error::{Error, Result};
use crate::llvm::intrinsics::KEEP_QUIET as KEEP;
use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::module::Module;
use inkwell::types::VectorType;
use inkwell::values::{AnyValue, BasicValue, BasicValueEnum, InstructionOpcode as Op, InstructionValue, VectorValue};
use search::Search;

/// Whether a module has float arithmetic that may lose its quieting.
pub(super) fn is_needed(module: &Module<'_>) -> bool {
    module.get_functions().any(|function| function.get_name().to_string_lossy().starts_with(KEEP))
}

/// Removes the calls of [`KEEP`] whose operand is quiet anyway, for good: machine code is made next.
///
/// # Errors
/// [`Error::Codegen`] where LLVM is not as we know it.
pub(super) fn remove<'ctx>(module: &Module<'ctx>, context: &'ctx Context) -> Result<()> {
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

/// Takes calls of [`KEEP`] out for a pass that replaces no load by what was stored, and nothing that is computed from
/// loads and arguments by a constant; [`put_back`] is to follow.
///
/// # Errors
/// None of its own.
pub(super) fn take_out(module: &Module<'_>) -> Result<()> {
    each(module, |call| {
        if let Some(value) = operand(call, 0).filter(|_| is_quieting(call))
            && Search::new().is_lasting(Some(value))
        {
            replace(call, value);
        }
        Ok(())
    })
}

/// Gives the result of all arithmetic through [`KEEP`] that is not: all of it comes from operators that are to quiet.
///
/// # Errors
/// [`Error::Codegen`] where LLVM is not as we know it.
pub(super) fn put_back<'ctx>(module: &Module<'ctx>, context: &'ctx Context) -> Result<()> {
    let broken = || Error::Codegen("keeping results quiet".into());
    let builder = context.create_builder();
    each(module, |made| {
        if !is_arithmetic(made) || matches!(users(made)[..], [only] if is_quieting(only)) {
            return Ok(());
        }
        let value = BasicValueEnum::try_from(made.as_any_value_enum()).map_err(|()| broken())?;
        builder.position_before(&made.get_next_instruction().ok_or_else(broken)?);
        let keep = Intrinsic::find(KEEP).and_then(|found| found.get_declaration(module, &[value.get_type()]));
        let call = builder.build_call(keep.ok_or_else(broken)?, &[value.into()], "")?;
        let kept = call.try_as_basic_value().basic().and_then(|kept| kept.as_instruction_value()).ok_or_else(broken)?;
        made.replace_all_uses_with(&kept);
        kept.set_operand(0, value);
        Ok(())
    })
}

/// Does something with each instruction, which may erase it or put others after it.
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

fn replace<'ctx>(call: InstructionValue<'ctx>, value: BasicValueEnum<'ctx>) {
    if let Some(made) = value.as_instruction_value() {
        call.replace_all_uses_with(&made);
        call.erase_from_basic_block();
    }
}

fn is_quieting(made: InstructionValue<'_>) -> bool {
    made.get_opcode() == Op::Call && callee(made).is_some_and(|name| name.starts_with(KEEP))
}

/// Quiets two lanes as two of four: LLVM 22 has a type too few for two, and aborts.
fn widen<'ctx>(
    quieting: InstructionValue<'ctx>,
    pair: VectorValue<'ctx>,
    module: &Module<'ctx>,
    context: &'ctx Context,
) -> Result<()> {
    let broken = || Error::Codegen("quieting a pair of floats".into());
    let builder = context.create_builder();
    builder.position_before(&quieting);
    let lanes = |lanes: &[u64]| {
        VectorType::const_vector(
            &lanes.iter().map(|&lane| context.i32_type().const_int(lane, false)).collect::<Vec<_>>(),
        )
    };
    let four = builder.build_shuffle_vector(pair, pair, lanes(&[0, 1, 0, 1]), "")?;
    let intrinsic = Intrinsic::find(KEEP).and_then(|found| found.get_declaration(module, &[four.get_type().into()]));
    let call = builder.build_call(intrinsic.ok_or_else(broken)?, &[four.into()], "")?;
    let quiet = call.try_as_basic_value().basic().ok_or_else(broken)?.into_vector_value();
    let two = builder.build_shuffle_vector(quiet, quiet, lanes(&[0, 1]), "")?;
    quieting.replace_all_uses_with(&two.as_instruction().ok_or_else(broken)?);
    quieting.erase_from_basic_block();
    Ok(())
}
