//! Search through operands: whether a value may be a signalling NaN.

use crate::codegen::intrinsic::Intrinsic::{
    Canonicalize, Ceil, CopySign, Fabs, Floor, Fma, Maximum, Minimum, RoundEven, Sqrt, Trunc,
};
use crate::codegen::intrinsic::{Callee, callee};
use crate::codegen::ir::{is_arithmetic, operand, uncast};
use inkwell::llvm_sys::core::LLVMIsAConstantFP;
use inkwell::values::{
    AsValueRef, BasicValue, BasicValueEnum, FloatValue, InstructionOpcode as Op, InstructionValue, PhiValue,
};

/// Number of values that a search visits before it gives up, which keeps the quieting.
const MAX_STEPS: u32 = 64;

/// A value, or none where an operand is no value.
type MaybeValue<'ctx> = Option<BasicValueEnum<'ctx>>;

/// The state of one search.
pub(super) struct Search<'ctx> {
    steps_left: u32,
    phis: Vec<InstructionValue<'ctx>>,
}

impl<'ctx> Search<'ctx> {
    pub(super) fn new() -> Self {
        Self { steps_left: MAX_STEPS, phis: Vec::new() }
    }

    /// Tests whether arithmetic never returns one of its operands, even if passes find out that loads and arguments
    /// are certain values.
    pub(super) fn never_folds(&mut self, value: MaybeValue<'ctx>) -> bool {
        let Some(instruction) = value.and_then(|value| value.as_instruction_value()) else { return false };
        let operands = if instruction.get_opcode() == Op::Call { 3 } else { 2 };
        is_arithmetic(instruction)
            && !self.may_fold(instruction)
            && (0..operands).all(|index| {
                let operand = operand(instruction, index);
                operand.is_some_and(is_constant) || self.is_unknown(operand)
            })
    }

    /// Tests whether a value depends on a load, an argument or a call, with no operation in between that could hide
    /// it.
    fn is_unknown(&mut self, value: MaybeValue<'ctx>) -> bool {
        let Some(value) = value.filter(|_| self.step()) else { return false };
        let Some(instruction) = value.as_instruction_value() else { return !is_constant(value) };
        match instruction.get_opcode() {
            Op::Load | Op::Invoke => true,
            Op::Call => match callee(instruction) {
                Callee::Unnamed | Callee::Function => true,
                Callee::Intrinsic(Canonicalize | Fma | Sqrt) => self.is_unknown(operand(instruction, 0)),
                Callee::Intrinsic(_) => false,
            },
            Op::FAdd | Op::FSub | Op::FMul | Op::FDiv => {
                self.is_unknown(operand(instruction, 0)) || self.is_unknown(operand(instruction, 1))
            }
            Op::FNeg | Op::FPExt | Op::FPTrunc | Op::BitCast => self.is_unknown(operand(instruction, 0)),
            _ => false,
        }
    }

    /// Tests whether a value is never a signalling NaN, as machine code computes it.
    pub(super) fn is_quiet(&mut self, value: MaybeValue<'ctx>) -> bool {
        let Some(value) = value.filter(|_| self.step()) else { return false };
        let Some(instruction) = value.as_instruction_value() else { return is_number(value) };
        match instruction.get_opcode() {
            Op::FAdd | Op::FSub | Op::FMul | Op::FDiv => !self.may_fold(instruction),
            Op::FPTrunc => operand(instruction, 0).is_some_and(is_no_extension),
            Op::FPExt | Op::SIToFP | Op::UIToFP => true,
            Op::FNeg | Op::Freeze | Op::ExtractElement => self.is_quiet(operand(instruction, 0)),
            Op::InsertElement | Op::ShuffleVector => {
                self.is_quiet(operand(instruction, 0))
                    && (is_poison(operand(instruction, 1)) || self.is_quiet(operand(instruction, 1)))
            }
            Op::Select => self.is_quiet(operand(instruction, 1)) && self.is_quiet(operand(instruction, 2)),
            Op::Phi => self.is_quiet_phi(instruction),
            Op::Call => match callee(instruction) {
                Callee::Intrinsic(Canonicalize | Sqrt | Floor | Ceil | Trunc | RoundEven) => true,
                Callee::Intrinsic(Fma) => !self.may_fold(instruction),
                Callee::Intrinsic(Fabs | CopySign) => self.is_quiet(operand(instruction, 0)),
                _ => false,
            },
            _ => false,
        }
    }

    /// A phi is quiet if all its incoming values are; one that depends on itself adds nothing signalling.
    fn is_quiet_phi(&mut self, phi: InstructionValue<'ctx>) -> bool {
        if self.phis.contains(&phi) {
            return true;
        }
        self.phis.push(phi);
        PhiValue::try_from(phi).is_ok_and(|phi| phi.get_incomings().all(|(value, _)| self.is_quiet(Some(value))))
    }

    /// Tests whether instruction selection may find that arithmetic returns one of its operands.
    fn may_fold(&mut self, arithmetic: InstructionValue<'ctx>) -> bool {
        let op = arithmetic.get_opcode();
        let operands = if op == Op::Call { 3 } else { 2 };
        (0..operands).any(|index| {
            let is_identity = move |c: f64| match op {
                Op::FAdd => c.to_bits() == (-0.0_f64).to_bits(),
                // `-0.0 - x` is a negation.
                Op::FSub => c.to_bits() == if index == 0 { (-0.0_f64).to_bits() } else { 0 },
                Op::FMul => c.abs() == 1.0,
                Op::FDiv => index == 1 && c.abs() == 1.0,
                _ => c.abs() == 1.0 || c == 0.0,
            };
            self.may_match(operand(arithmetic, index), &is_identity)
        })
    }

    /// Tests whether instruction selection may find that a value, or a lane or choice of it, is a constant for which
    /// `is` holds.
    fn may_match(&mut self, value: MaybeValue<'ctx>, is: &dyn Fn(f64) -> bool) -> bool {
        const ANY: &dyn Fn(f64) -> bool = &|c| c.abs() == 1.0 || c == 0.0;
        let Some(value) = value.filter(|_| self.step()) else { return true };
        let Some(instruction) = value.as_instruction_value() else {
            return is_constant(value) && constants(value).is_none_or(|lanes| lanes.into_iter().any(is));
        };
        match instruction.get_opcode() {
            Op::Load | Op::Phi | Op::FAdd | Op::FSub | Op::FMul | Op::FDiv | Op::ExtractValue | Op::Invoke => false,
            Op::Select => self.may_match(operand(instruction, 1), is) || self.may_match(operand(instruction, 2), is),
            Op::ExtractElement | Op::Freeze => self.may_match(operand(instruction, 0), is),
            Op::InsertElement | Op::ShuffleVector => [0, 1].into_iter().any(|index| {
                let part = operand(instruction, index);
                !is_poison(part) && self.may_match(part, is)
            }),
            Op::FNeg | Op::FPExt | Op::FPTrunc => self.may_match(operand(instruction, 0), ANY),
            Op::SIToFP | Op::UIToFP | Op::BitCast => self.may_be_constant(operand(instruction, 0)),
            Op::Call => match callee(instruction) {
                Callee::Unnamed | Callee::Function => false,
                Callee::Intrinsic(Canonicalize | Fabs | CopySign | Sqrt | Floor | Ceil | Trunc | RoundEven) => {
                    self.may_match(operand(instruction, 0), ANY)
                }
                Callee::Intrinsic(Minimum | Maximum | Fma) => {
                    (0..2).all(|index| operand(instruction, index).is_some_and(is_constant))
                }
                Callee::Intrinsic(_) => true,
            },
            _ => true,
        }
    }

    /// Tests whether instruction selection may find that an integer, or bits, are one of a few constants.
    fn may_be_constant(&mut self, value: MaybeValue<'ctx>) -> bool {
        let Some(value) = value.filter(|_| self.step()) else { return true };
        let Some(instruction) = value.as_instruction_value() else { return is_constant(value) };
        match instruction.get_opcode() {
            Op::Load | Op::Phi | Op::Add | Op::Sub | Op::Mul | Op::FAdd | Op::FSub | Op::FMul | Op::FDiv => false,
            Op::SExt | Op::ZExt | Op::Trunc | Op::BitCast | Op::ShuffleVector | Op::ExtractElement => {
                self.may_be_constant(operand(instruction, 0))
            }
            Op::Call => callee(instruction) != Callee::Function,
            _ => true,
        }
    }

    /// Counts one visited value. Returns false if the limit is reached.
    fn step(&mut self) -> bool {
        let goes_on = self.steps_left > 0;
        self.steps_left -= u32::from(goes_on);
        goes_on
    }
}

/// Tests whether instruction selection cannot find that a value was extended: it folds `fptrunc(fpext(x))` to `x`.
fn is_no_extension(value: BasicValueEnum<'_>) -> bool {
    match value.as_instruction_value() {
        None => !is_constant(value),
        Some(instruction) => uncast(instruction).is_none_or(|source| {
            !matches!(
                source.get_opcode(),
                Op::FPExt
                    | Op::FNeg
                    | Op::Freeze
                    | Op::Select
                    | Op::ExtractElement
                    | Op::InsertElement
                    | Op::ShuffleVector
            )
        }),
    }
}

fn is_constant(value: BasicValueEnum<'_>) -> bool {
    match value {
        BasicValueEnum::FloatValue(float) => float.is_const(),
        BasicValueEnum::IntValue(int) => int.is_const(),
        BasicValueEnum::VectorValue(vector) => vector.is_const(),
        _ => true,
    }
}

fn is_poison(value: MaybeValue<'_>) -> bool {
    match value {
        Some(BasicValueEnum::FloatValue(float)) => float.is_undef(),
        Some(BasicValueEnum::VectorValue(vector)) => vector.is_undef(),
        _ => false,
    }
}

/// Tests for a constant without NaN lanes.
fn is_number(value: BasicValueEnum<'_>) -> bool {
    is_constant(value) && constants(value).is_some_and(|lanes| !lanes.into_iter().any(f64::is_nan))
}

/// Returns the lanes of a constant; none if one of them is no plain number.
fn constants(value: BasicValueEnum<'_>) -> Option<Vec<f64>> {
    let lane = |float: FloatValue<'_>| {
        // SAFETY: the value is alive, and so is the module that it belongs to.
        let is_plain = unsafe { !LLVMIsAConstantFP(float.as_value_ref()).is_null() };
        // LLVM could not read the number of anything else, such as a constant expression.
        if is_plain { float.get_constant().map(|(number, _)| number) } else { None }
    };
    match value {
        BasicValueEnum::FloatValue(float) => Some(vec![lane(float)?]),
        BasicValueEnum::VectorValue(vector) => {
            let index = |at: u32| vector.get_type().get_context().i32_type().const_int(at.into(), false);
            let lanes = (0..vector.get_type().get_size()).map(|at| vector.const_extract_element(index(at)));
            lanes.map(|value| if value.is_float_value() { lane(value.into_float_value()) } else { None }).collect()
        }
        _ => None,
    }
}
