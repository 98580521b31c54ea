//! Fold barriers: keep loads that may trap whole and unconditional during instruction selection.
//!
//! A volatile load is not dropped, moved or narrowed by LLVM's passes, and most of instruction selection respects it
//! too. On x86-64 not all of it does. A load that is folded into the instruction that uses it takes on the semantics
//! of that instruction:
//!
//! - a conditional move with a memory operand is later split into a branch, with the load on one side;
//! - AVX-512's masked instructions do not fault in lanes that their mask leaves out, nor do expanding moves;
//! - instructions that use a part of a vector read only that part (`pmovzxbw`, `movss`, `cvtps2pd`).
//!
//! Each of these begins at an operation that selects between values or takes lanes from a vector. So where a value
//! that depends on such a load reaches one, it passes through an empty `asm` first. Then the load is folded at most
//! into the instruction that computes that value, which needs all of it and runs unconditionally. All other uses keep
//! their memory operands.

use super::intrinsic::Intrinsic::{Abs, SignedMax, SignedMin, UnsignedMax, UnsignedMin};
use super::intrinsic::{Callee, callee};
use super::ir::{operand, uncast, users};
use crate::error::{Error, Result};
use crate::llvm::opaque::empty_asm;
use inkwell::basic_block::BasicBlock;
use inkwell::builder::Builder;
use inkwell::context::Context;
use inkwell::llvm_sys::core::LLVMGetMaskValue;
use inkwell::module::Module;
use inkwell::types::{BasicType, BasicTypeEnum};
use inkwell::values::{
    AnyValue, AsValueRef, BasicValue, BasicValueEnum, FunctionValue, InstructionOpcode as Op, InstructionValue,
};
use std::collections::HashSet;

/// What an instruction does with a value that it uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It may be selected as an instruction that reads only a part of the value, or reads it under a condition.
    Selected,
    /// It needs the whole value, and its own result may be folded in turn.
    Computed,
    /// It needs the whole value, and nothing beyond can be folded with it.
    Whole,
}

/// Inserts a fold barrier behind each value that depends on a volatile load, where instruction selection could lose
/// the load. Without optimisation, scalar loads are not folded.
pub(super) fn insert_fold_barriers<'ctx>(module: &Module<'ctx>, context: &'ctx Context, optimized: bool) -> Result<()> {
    let builder = context.create_builder();
    for function in module.get_functions() {
        let loads = volatile_loads(function);
        let held = barrier_places(&loads, optimized);
        if held.iter().all(|(value, _)| register_type(*value, context).is_some()) {
            for (value, users) in held {
                insert_barrier(value, &users, &builder, context)?;
            }
        } else {
            // The value is a vector wider than 128 bits that was assembled from scalar loads: the barriers go behind
            // the loads.
            for load in loads {
                insert_barrier(load, &users(load), &builder, context)?;
            }
        }
    }
    Ok(())
}

/// Returns the volatile loads of a function.
fn volatile_loads(function: FunctionValue<'_>) -> Vec<InstructionValue<'_>> {
    let instructions = function.get_basic_block_iter().flat_map(BasicBlock::get_instructions);
    instructions.filter(|i| i.get_opcode() == Op::Load && i.get_volatile() == Ok(true)).collect()
}

/// Returns the values that depend on loads and reach an operation that selects or splits, each with those operations.
fn barrier_places<'ctx>(
    loads: &[InstructionValue<'ctx>],
    optimized: bool,
) -> Vec<(InstructionValue<'ctx>, Vec<InstructionValue<'ctx>>)> {
    let mut held = Vec::new();
    let mut seen: HashSet<_> = loads.iter().copied().collect();
    let mut work_list = loads.to_vec();
    while let Some(value) = work_list.pop() {
        let mut by = Vec::new();
        for user in users(value) {
            match classify(value, user) {
                Use::Whole => {}
                Use::Selected if optimized || value.get_type().is_vector_type() => by.push(user),
                Use::Selected | Use::Computed => {
                    if seen.insert(user) {
                        work_list.push(user);
                    }
                }
            }
        }
        // A one-bit value comes from a comparison, which is never conditional: there is no such scalar instruction.
        let is_bit = matches!(value.get_type(), ty if ty.is_int_type() && ty.into_int_type().get_bit_width() == 1);
        if !by.is_empty() && !is_bit {
            held.push((value, by));
        }
    }
    held
}

/// Classifies the use of a value by an instruction.
fn classify(value: InstructionValue<'_>, user: InstructionValue<'_>) -> Use {
    let vector = value.get_type().is_vector_type();
    let is_operand = |index| operand(user, index).and_then(|o| o.as_instruction_value()) == Some(value);
    let other = || operand(user, u32::from(is_operand(0)));
    match user.get_opcode() {
        Op::Select if is_operand(1) || is_operand(2) => Use::Selected,
        Op::And | Op::Or | Op::Xor if other().is_some_and(|other| may_be_mask(other, vector)) => Use::Selected,
        Op::Mul if !vector && other().is_some_and(|other| may_be_mask(other, false)) => Use::Selected,
        Op::Call if selects(user) => Use::Selected,
        Op::Call if !matches!(callee(user), Callee::Intrinsic(_)) => Use::Whole,
        Op::ShuffleVector if !is_operand(1) && is_full_splat(value, user) => Use::Computed,
        Op::ShuffleVector | Op::ExtractElement => Use::Selected,
        Op::InsertElement if is_operand(0) => Use::Selected,
        // Comparisons of vectors may be masked, and their result is in no register that an `asm` accepts.
        Op::ICmp | Op::FCmp | Op::Trunc if vector => Use::Selected,
        // An address; a value that is stored, passed or returned; a branch; and phis, because selection sees one block
        // at a time.
        Op::Load
        | Op::Store
        | Op::AtomicRMW
        | Op::AtomicCmpXchg
        | Op::GetElementPtr
        | Op::Invoke
        | Op::Return
        | Op::Br
        | Op::Switch
        | Op::Phi => Use::Whole,
        _ => Use::Computed,
    }
}

/// Tests whether a value may be a mask of all ones or zeros by a condition: `value & mask` is a selection then.
fn may_be_mask(value: BasicValueEnum<'_>, vector: bool) -> bool {
    let Some(instruction) = value.as_instruction_value() else { return vector };
    let Some(source) = uncast(instruction) else { return vector };
    match source.get_opcode() {
        Op::SExt | Op::ZExt | Op::AShr | Op::Sub | Op::Select | Op::ICmp | Op::FCmp => true,
        Op::And | Op::Or | Op::Xor | Op::ShuffleVector | Op::Call => vector,
        _ => false,
    }
}

/// Tests whether a shuffle fills a whole vector with a scalar: such a scalar is loaded whole.
fn is_full_splat(value: InstructionValue<'_>, shuffle: InstructionValue<'_>) -> bool {
    let Some(inserted) = uncast(value).filter(|instruction| instruction.get_opcode() == Op::InsertElement) else {
        return false;
    };
    let (Some(scalar), Ok(vector)) = (operand(inserted, 1), BasicTypeEnum::try_from(shuffle.get_type())) else {
        return false;
    };
    let BasicTypeEnum::VectorType(vector) = vector else { return false };
    let (Some(scalar), Some(lane)) = (bits(scalar.get_type()), bits(vector.get_element_type())) else { return false };
    let parts = (scalar / lane).max(1);
    (0..vector.get_size()).all(|at| mask_lane(shuffle, at) == (at % parts).cast_signed())
}

/// Returns the width of a number type in bits.
fn bits(ty: BasicTypeEnum<'_>) -> Option<u32> {
    match ty {
        BasicTypeEnum::IntType(int) => Some(int.get_bit_width()),
        BasicTypeEnum::FloatType(float) => Some(float.get_bit_width()),
        _ => None,
    }
}

/// Returns the lane that a shuffle takes for its result lane `at`; negative if any will do.
fn mask_lane(shuffle: InstructionValue<'_>, at: u32) -> i32 {
    // SAFETY: the instruction is a shuffle and alive, and `at` is below the number of lanes of its result type.
    unsafe { LLVMGetMaskValue(shuffle.as_value_ref(), at) }
}

/// Tests for intrinsics that are selected as comparisons and conditional moves.
fn selects(call: InstructionValue<'_>) -> bool {
    matches!(callee(call), Callee::Intrinsic(SignedMin | SignedMax | UnsignedMin | UnsignedMax | Abs))
}

/// Returns the type and the register constraint with which a value passes through an `asm`; none if it fits in no
/// register.
fn register_type<'ctx>(
    value: InstructionValue<'ctx>,
    context: &'ctx Context,
) -> Option<(BasicTypeEnum<'ctx>, &'static str)> {
    const GENERAL: &str = "=r,0";
    const VECTOR: &str = "=x,0";
    let ty = BasicTypeEnum::try_from(value.get_type()).ok()?;
    match ty {
        BasicTypeEnum::IntType(int) => matches!(int.get_bit_width(), 8 | 16 | 32 | 64).then_some((ty, GENERAL)),
        BasicTypeEnum::PointerType(_) => Some((ty, GENERAL)),
        BasicTypeEnum::FloatType(_) => Some((ty, VECTOR)),
        BasicTypeEnum::VectorType(vector) => match bits(vector.get_element_type())? * vector.get_size() {
            128 => Some((context.i64_type().vec_type(2).into(), VECTOR)),
            64 => Some((context.f64_type().into(), VECTOR)),
            32 => Some((context.f32_type().into(), VECTOR)),
            16 => Some((context.i16_type().into(), GENERAL)),
            8 => Some((context.i8_type().into(), GENERAL)),
            _ => None,
        },
        _ => None,
    }
}

/// Replaces a value in `users` by an opaque copy.
fn insert_barrier<'ctx>(
    held: InstructionValue<'ctx>,
    users: &[InstructionValue<'ctx>],
    builder: &Builder<'ctx>,
    context: &'ctx Context,
) -> Result<()> {
    let broken = |what: &str| Error::Codegen(format!("inserting a fold barrier: {what}"));
    let (ty, constraints) = register_type(held, context).ok_or_else(|| broken("the value fits in no register"))?;
    let value =
        BasicValueEnum::try_from(held.as_any_value_enum()).map_err(|()| broken("the instruction has no value"))?;
    let next = held.get_next_instruction().ok_or_else(|| broken("the value comes from a terminator"))?;
    builder.position_before(&next);
    let bits = builder.build_bit_cast(value, ty, "")?;
    let signature = ty.fn_type(&[ty.into()], false);
    let call = empty_asm(context, builder, signature, constraints, bits, false)?;
    let same = call.try_as_basic_value().basic().ok_or_else(|| broken("the `asm` has no result"))?;
    let copy = builder.build_bit_cast(same, value.get_type(), "")?;
    for user in users {
        for index in 0..user.get_num_operands() {
            if operand(*user, index) == Some(value) {
                user.set_operand(index, copy);
            }
        }
    }
    Ok(())
}
