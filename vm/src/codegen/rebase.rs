//! Rebasing of address counters that count up to zero: afterwards they begin at the array that they index.
//!
//! clang's WebAssembly back end turns `for (i = 0; i < N; i++) a[i]` into a counter from `-4 * N` up to 0 and an
//! address `counter + (a + 4 * N)`. That sum wraps in each iteration, so its zero extension does not distribute over
//! it, and LLVM's loop passes see no array in it. Adding the smallest such constant to the counter changes nothing
//! modulo 2^32, and the sums no longer wrap. Without this, the loop vectoriser finds nothing.

use super::ir::{operand, users};
use crate::error::{Error, Result};
use inkwell::IntPredicate;
use inkwell::builder::Builder;
use inkwell::module::Module;
use inkwell::values::{
    AnyValue, AnyValueEnum, BasicValue, BasicValueEnum, InstructionOpcode, InstructionValue, IntValue,
};

/// A counter `start, start + step, ...` of constants that is used in sums that wrap.
struct Counter<'ctx> {
    phi: InstructionValue<'ctx>,
    /// Index of the operand of the phi that is the start.
    start: u32,
    next: InstructionValue<'ctx>,
    /// The constant that is added to every value of the counter.
    shift: u64,
}

/// Rebases all such counters of a module. Locals must be SSA values already.
pub(super) fn rebase_counters(module: &Module<'_>) -> Result<()> {
    let builder = module.get_context().create_builder();
    for function in module.get_functions() {
        for block in function.get_basic_block_iter() {
            let phis = block.get_instructions().take_while(|i| i.get_opcode() == InstructionOpcode::Phi);
            let counters: Vec<_> = phis.filter_map(counter).collect();
            for counter in counters {
                rebase(&counter, &builder)?;
            }
        }
    }
    Ok(())
}

/// Returns an integer operand.
fn int_operand(instruction: InstructionValue<'_>, index: u32) -> Option<IntValue<'_>> {
    operand(instruction, index).filter(|value| value.is_int_value()).map(BasicValueEnum::into_int_value)
}

/// Returns the constant `c` of an instruction `value + c`.
fn addend(instruction: InstructionValue<'_>, value: InstructionValue<'_>) -> Option<u64> {
    (instruction.get_opcode() == InstructionOpcode::Add
        && int_operand(instruction, 0)?.as_instruction_value() == Some(value))
    .then(|| int_operand(instruction, 1)?.get_zero_extended_constant())?
}

/// Returns the counter of a phi, if it is one to rebase.
fn counter(phi: InstructionValue<'_>) -> Option<Counter<'_>> {
    if phi.get_num_operands() != 2 || int_operand(phi, 0)?.get_type().get_bit_width() != 32 {
        return None;
    }
    let constant = |index| int_operand(phi, index).and_then(IntValue::get_zero_extended_constant);
    let start_operand = (0..2).find(|&index| constant(index).is_some())?;
    let start = constant(start_operand)?;
    let next = int_operand(phi, 1 - start_operand)?.as_instruction_value()?;
    let step = addend(next, phi)?;
    let is_negative = |n: u64| n >= 1 << 31;
    if !is_negative(start) || is_negative(step) {
        return None;
    }
    let sums = users(phi).into_iter().filter(|&user| user != next).filter_map(|user| addend(user, phi));
    let wraps = |shift: &u64| start + shift >= 1 << 32;
    let shift = sums.filter(wraps).min()?;
    Some(Counter { phi, start: start_operand, next, shift })
}

/// Rebases one counter and all its uses.
fn rebase(counter: &Counter<'_>, builder: &Builder<'_>) -> Result<()> {
    let not_constant = || Error::Codegen("a counter without constant start and step".into());
    let start = int_operand(counter.phi, counter.start).ok_or_else(not_constant)?;
    let ty = start.get_type();
    let plus = |n: IntValue<'_>, shift: u64| {
        let n = n.get_zero_extended_constant().ok_or_else(not_constant)?;
        Ok::<_, Error>(ty.const_int(n.wrapping_add(shift) & u64::from(u32::MAX), false))
    };
    let back = counter.shift.wrapping_neg();
    for (value, other) in [(counter.phi, counter.next), (counter.next, counter.phi)] {
        // The value as it was before, for users that are neither sums nor exit tests.
        let mut before = None;
        for user in users(value).into_iter().filter(|&user| user != other) {
            if addend(user, value).is_some() {
                let constant = int_operand(user, 1).ok_or_else(not_constant)?;
                set_operand(user, 1, plus(constant, back)?);
                forget_wrapping(user);
            } else if let Some(limit) = limit(user, value) {
                set_operand(user, 1, plus(limit, counter.shift)?);
            } else {
                let before = match before {
                    Some(before) => before,
                    None => *before.insert(undone(value, plus(ty.const_zero(), back)?, builder)?),
                };
                for index in 0..user.get_num_operands() {
                    if operand(user, index).and_then(|o| o.as_instruction_value()) == Some(value) {
                        set_operand(user, index, before);
                    }
                }
            }
        }
    }
    set_operand(counter.phi, counter.start, plus(start, counter.shift)?);
    forget_wrapping(counter.next);
    Ok(())
}

/// Returns the constant that a value is compared with for equality.
fn limit<'ctx>(user: InstructionValue<'ctx>, value: InstructionValue<'ctx>) -> Option<IntValue<'ctx>> {
    if !matches!(user.get_icmp_predicate()?, IntPredicate::EQ | IntPredicate::NE) {
        return None;
    }
    let compared = int_operand(user, 0)?.as_instruction_value() == Some(value);
    int_operand(user, 1).filter(|limit| compared && limit.get_zero_extended_constant().is_some())
}

/// Computes `value + back` as soon as `value` is defined.
fn undone<'ctx>(
    value: InstructionValue<'ctx>,
    back: IntValue<'ctx>,
    builder: &Builder<'ctx>,
) -> Result<IntValue<'ctx>> {
    let after = std::iter::successors(value.get_next_instruction(), |i| i.get_next_instruction())
        .find(|i| i.get_opcode() != InstructionOpcode::Phi);
    match (after, value.get_parent()) {
        (Some(after), Some(block)) => builder.position_at(block, &after),
        _ => return Err(Error::Codegen("a counter is the last instruction of its block".into())),
    }
    let int = int_of(value).ok_or_else(|| Error::Codegen("a counter is no integer".into()))?;
    Ok(builder.build_int_add(int, back, "")?)
}

/// Returns the integer that an instruction computes.
fn int_of(value: InstructionValue<'_>) -> Option<IntValue<'_>> {
    match value.as_any_value_enum() {
        AnyValueEnum::IntValue(int) => Some(int),
        AnyValueEnum::PhiValue(phi) => Some(phi.as_basic_value().into_int_value()),
        _ => None,
    }
}

/// Replaces an operand that exists.
fn set_operand<'ctx>(instruction: InstructionValue<'ctx>, index: u32, value: impl BasicValue<'ctx>) {
    assert!(instruction.set_operand(index, value), "an instruction has no operand of this index");
}

/// Clears the no-wrap flags: they held for the numbers before.
#[expect(clippy::expect_used, reason = "an invariant of what was found, not of input")]
fn forget_wrapping(sum: InstructionValue<'_>) {
    sum.set_no_unsigned_wrap_flag(false).expect("sums can wrap");
    sum.set_no_signed_wrap_flag(false).expect("sums can wrap");
}
