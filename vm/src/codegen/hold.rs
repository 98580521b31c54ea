//! Loads that may trap, kept whole and unconditional through instruction selection.
//!
//! Volatile keeps LLVM's passes from dropping, moving or narrowing a load, and most of instruction selection heeds it. Not
//! all of it does on x86-64, because a load that is folded into the instruction that uses it takes that instruction's
//! semantics:
//!
//! - a conditional move with a memory operand is taken apart later, into a branch with the load on one side;
//! - AVX-512's masked instructions do not fault in lanes that their mask leaves out, nor do expanding moves;
//! - instructions that use a part of a vector read only that part (`pmovzxbw`, `movss`, `cvtps2pd`).
//!
//! Each of these begins at an operation that chooses between values or takes lanes from a vector. So where a value made
//! of such a load reaches one, it first passes an empty `asm`: the load is then folded no further than into what
//! computes that value, which needs all of it and runs unconditionally. Everything else still has its memory operands.

use super::ir::{callee, operand, uncast, users};
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

/// What becomes of a value in an instruction that uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// The instruction may be selected as one that reads less than all of the value, or reads it under a condition.
    Chosen,
    /// It needs the value, and what it gives may be folded in turn.
    Computed,
    /// It needs the value, and nothing beyond can be folded with it.
    Ended,
}

/// Puts what volatile loads give behind an `asm` where instruction selection could lose them. Without optimising, scalar
/// loads are not folded.
pub(super) fn hold_loads<'ctx>(module: &Module<'ctx>, context: &'ctx Context, optimized: bool) -> Result<()> {
    let builder = context.create_builder();
    for function in module.get_functions() {
        let loads = volatile_loads(function);
        let held = chosen_from(&loads, optimized);
        if held.iter().all(|(value, _)| register_type(*value, context).is_some()) {
            for (value, users) in held {
                hold(value, &users, &builder, context)?;
            }
        } else {
            // A vector wider than 128 bits, put together from scalar loads: these are held instead.
            for load in loads {
                hold(load, &users(load), &builder, context)?;
            }
        }
    }
    Ok(())
}

fn volatile_loads(function: FunctionValue<'_>) -> Vec<InstructionValue<'_>> {
    let instructions = function.get_basic_block_iter().flat_map(BasicBlock::get_instructions);
    instructions.filter(|i| i.get_opcode() == Op::Load && i.get_volatile() == Ok(true)).collect()
}

/// The values made of loads that are chosen from or taken apart, each with the instructions that do so.
fn chosen_from<'ctx>(
    loads: &[InstructionValue<'ctx>],
    optimized: bool,
) -> Vec<(InstructionValue<'ctx>, Vec<InstructionValue<'ctx>>)> {
    let mut held = Vec::new();
    let mut known: HashSet<_> = loads.iter().copied().collect();
    let mut open = loads.to_vec();
    while let Some(value) = open.pop() {
        let mut by = Vec::new();
        for user in users(value) {
            match fate(value, user) {
                Fate::Ended => {}
                Fate::Chosen if optimized || value.get_type().is_vector_type() => by.push(user),
                Fate::Chosen | Fate::Computed => {
                    if known.insert(user) {
                        open.push(user);
                    }
                }
            }
        }
        // A truth of one bit comes from a comparison, which is never conditional: there is no such scalar instruction.
        let is_bit = matches!(value.get_type(), ty if ty.is_int_type() && ty.into_int_type().get_bit_width() == 1);
        if !by.is_empty() && !is_bit {
            held.push((value, by));
        }
    }
    held
}

fn fate(value: InstructionValue<'_>, user: InstructionValue<'_>) -> Fate {
    let vector = value.get_type().is_vector_type();
    let is_operand = |index| operand(user, index).and_then(|o| o.as_instruction_value()) == Some(value);
    let other = || operand(user, u32::from(is_operand(0)));
    match user.get_opcode() {
        Op::Select if is_operand(1) || is_operand(2) => Fate::Chosen,
        Op::And | Op::Or | Op::Xor if other().is_some_and(|other| may_be_mask(other, vector)) => Fate::Chosen,
        Op::Mul if !vector && other().is_some_and(|other| may_be_mask(other, false)) => Fate::Chosen,
        Op::Call if chooses(user) => Fate::Chosen,
        Op::Call if !is_intrinsic(user) => Fate::Ended,
        Op::ShuffleVector if !is_operand(1) && fills(value, user) => Fate::Computed,
        Op::ShuffleVector | Op::ExtractElement => Fate::Chosen,
        Op::InsertElement if is_operand(0) => Fate::Chosen,
        // Comparisons of vectors may be masked, and their result is in no register that an `asm` takes.
        Op::ICmp | Op::FCmp | Op::Trunc if vector => Fate::Chosen,
        // An address, a value that is stored, passed on or returned, a branch; and phis, since selection sees one block
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
        | Op::Phi => Fate::Ended,
        _ => Fate::Computed,
    }
}

/// Whether lanes or a scalar may be all ones or zeros by a condition: `value & mask` is a choice.
fn may_be_mask(value: BasicValueEnum<'_>, vector: bool) -> bool {
    let Some(made) = value.as_instruction_value() else { return vector };
    let Some(source) = uncast(made) else { return vector };
    match source.get_opcode() {
        Op::SExt | Op::ZExt | Op::AShr | Op::Sub | Op::Select | Op::ICmp | Op::FCmp => true,
        Op::And | Op::Or | Op::Xor | Op::ShuffleVector | Op::Call => vector,
        _ => false,
    }
}

/// Whether a shuffle fills a vector with a scalar, all of it: such a scalar is loaded as it is.
fn fills(value: InstructionValue<'_>, shuffle: InstructionValue<'_>) -> bool {
    let Some(inserted) = uncast(value).filter(|made| made.get_opcode() == Op::InsertElement) else { return false };
    let (Some(scalar), Ok(vector)) = (operand(inserted, 1), BasicTypeEnum::try_from(shuffle.get_type())) else {
        return false;
    };
    let BasicTypeEnum::VectorType(vector) = vector else { return false };
    let (Some(scalar), Some(lane)) = (bits(scalar.get_type()), bits(vector.get_element_type())) else { return false };
    let parts = (scalar / lane).max(1);
    (0..vector.get_size()).all(|at| mask_lane(shuffle, at) == (at % parts).cast_signed())
}

/// Bits of a number.
fn bits(ty: BasicTypeEnum<'_>) -> Option<u32> {
    match ty {
        BasicTypeEnum::IntType(int) => Some(int.get_bit_width()),
        BasicTypeEnum::FloatType(float) => Some(float.get_bit_width()),
        _ => None,
    }
}

/// Which lane of its operands a shuffle takes; below zero if any does.
fn mask_lane(shuffle: InstructionValue<'_>, at: u32) -> i32 {
    // SAFETY: it is a shuffle, and alive, with a lane of that number: the type of its result has as many.
    unsafe { LLVMGetMaskValue(shuffle.as_value_ref(), at) }
}

fn is_intrinsic(call: InstructionValue<'_>) -> bool {
    callee(call).is_some_and(|name| name.starts_with("llvm."))
}

/// Intrinsics that are selected as comparisons and conditional moves.
fn chooses(call: InstructionValue<'_>) -> bool {
    const NAMES: [&str; 5] = ["llvm.smin.", "llvm.smax.", "llvm.umin.", "llvm.umax.", "llvm.abs."];
    callee(call).is_some_and(|name| NAMES.iter().any(|prefix| name.starts_with(prefix)))
}

/// How a value passes an `asm`: as which type, in which kind of register; `None` where it fits in none.
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

/// Gives `users` a copy of a value of which instruction selection does not know where it comes from.
fn hold<'ctx>(
    held: InstructionValue<'ctx>,
    users: &[InstructionValue<'ctx>],
    builder: &Builder<'ctx>,
    context: &'ctx Context,
) -> Result<()> {
    let broken = |what: &str| Error::Codegen(format!("holding a load: {what}"));
    let (ty, constraints) = register_type(held, context).ok_or_else(|| broken("no register"))?;
    let value = BasicValueEnum::try_from(held.as_any_value_enum()).map_err(|()| broken("no value"))?;
    let next = held.get_next_instruction().ok_or_else(|| broken("a terminator"))?;
    builder.position_before(&next);
    let bits = builder.build_bit_cast(value, ty, "")?;
    let signature = ty.fn_type(&[ty.into()], false);
    let call = empty_asm(context, builder, signature, constraints, bits, false)?;
    let same = call.try_as_basic_value().basic().ok_or_else(|| broken("no result"))?;
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
