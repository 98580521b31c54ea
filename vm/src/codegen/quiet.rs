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
//! are removed here, after the last pass. Instruction selection folds identities too, so the operands must leave it no
//! identity to find. What is left over becomes a multiplication by one that LLVM does not fold.

use super::ir::{callee, operand, uncast};
use crate::error::{Error, Result};
use crate::lower::KEEP_QUIET as KEEP;
use inkwell::context::Context;
use inkwell::intrinsics::Intrinsic;
use inkwell::llvm_sys::core::LLVMIsAConstantFP;
use inkwell::module::Module;
use inkwell::types::VectorType;
use inkwell::values::{
    AsValueRef, BasicValue, BasicValueEnum, FloatValue, InstructionOpcode as Op, InstructionValue, PhiValue,
    VectorValue,
};

/// Values looked at before giving up, which keeps the quieting.
const MOST: u32 = 64;

/// Removes the calls of [`KEEP`] whose operand is quiet anyway.
///
/// # Errors
/// [`Error::Codegen`] where LLVM is not as we know it.
pub(super) fn remove_superfluous<'ctx>(module: &Module<'ctx>, context: &'ctx Context) -> Result<()> {
    for function in module.get_functions() {
        for block in function.get_basic_block_iter() {
            let mut next = block.get_first_instruction();
            while let Some(instruction) = next {
                next = instruction.get_next_instruction();
                let Some(value) = operand(instruction, 0).filter(|_| is_quieting(instruction)) else { continue };
                let made = value.as_instruction_value();
                if let Some(made) = made.filter(|_| (Search { left: MOST, phis: Vec::new() }).is_quiet(Some(value))) {
                    instruction.replace_all_uses_with(&made);
                    instruction.erase_from_basic_block();
                } else if let BasicValueEnum::VectorValue(pair) = value
                    && pair.get_type().get_size() == 2
                    && pair.get_type().get_element_type() == context.f32_type().into()
                {
                    widen(instruction, pair, module, context)?;
                }
            }
        }
    }
    Ok(())
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

fn is_quieting(instruction: InstructionValue<'_>) -> bool {
    instruction.get_opcode() == Op::Call && callee(instruction).is_some_and(|name| name.starts_with(KEEP))
}

/// A value, or none where an operand is no value.
type Maybe<'ctx> = Option<BasicValueEnum<'ctx>>;

struct Search<'ctx> {
    left: u32,
    phis: Vec<InstructionValue<'ctx>>,
}

impl<'ctx> Search<'ctx> {
    /// Whether a value is never a signalling NaN, as machine code computes it.
    fn is_quiet(&mut self, value: Maybe<'ctx>) -> bool {
        let Some(value) = value.filter(|_| self.step()) else { return false };
        let Some(made) = value.as_instruction_value() else { return is_number(value) };
        match made.get_opcode() {
            Op::FAdd | Op::FSub | Op::FMul | Op::FDiv => !self.may_vanish(made),
            Op::FPTrunc => operand(made, 0).is_some_and(is_no_extension),
            Op::FPExt | Op::SIToFP | Op::UIToFP => true,
            Op::FNeg | Op::Freeze | Op::ExtractElement => self.is_quiet(operand(made, 0)),
            Op::InsertElement | Op::ShuffleVector => {
                self.is_quiet(operand(made, 0)) && (is_poison(operand(made, 1)) || self.is_quiet(operand(made, 1)))
            }
            Op::Select => self.is_quiet(operand(made, 1)) && self.is_quiet(operand(made, 2)),
            Op::Phi => self.is_quiet_phi(made),
            Op::Call => match callee(made).as_deref().and_then(intrinsic) {
                Some("canonicalize" | "sqrt" | "floor" | "ceil" | "trunc" | "roundeven") => true,
                Some("fma") => !self.may_vanish(made),
                Some("fabs" | "copysign") => self.is_quiet(operand(made, 0)),
                _ => false,
            },
            _ => false,
        }
    }

    /// Going round a loop makes nothing signalling.
    fn is_quiet_phi(&mut self, phi: InstructionValue<'ctx>) -> bool {
        if self.phis.contains(&phi) {
            return true;
        }
        self.phis.push(phi);
        PhiValue::try_from(phi).is_ok_and(|phi| phi.get_incomings().all(|(value, _)| self.is_quiet(Some(value))))
    }

    /// Whether instruction selection may find that arithmetic gives an operand as it is.
    fn may_vanish(&mut self, arithmetic: InstructionValue<'ctx>) -> bool {
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
            self.may_be(operand(arithmetic, index), &is_identity)
        })
    }

    /// Whether instruction selection may find a constant with a property in a value, or in lanes or choices of it.
    fn may_be(&mut self, value: Maybe<'ctx>, is: &dyn Fn(f64) -> bool) -> bool {
        const ANY: &dyn Fn(f64) -> bool = &|c| c.abs() == 1.0 || c == 0.0;
        let Some(value) = value.filter(|_| self.step()) else { return true };
        let Some(made) = value.as_instruction_value() else {
            return is_constant(value) && constants(value).is_none_or(|lanes| lanes.into_iter().any(is));
        };
        match made.get_opcode() {
            Op::Load | Op::Phi | Op::FAdd | Op::FSub | Op::FMul | Op::FDiv | Op::ExtractValue | Op::Invoke => false,
            Op::Select => self.may_be(operand(made, 1), is) || self.may_be(operand(made, 2), is),
            Op::ExtractElement | Op::Freeze => self.may_be(operand(made, 0), is),
            Op::InsertElement | Op::ShuffleVector => [0, 1].into_iter().any(|index| {
                let part = operand(made, index);
                !is_poison(part) && self.may_be(part, is)
            }),
            Op::FNeg | Op::FPExt | Op::FPTrunc => self.may_be(operand(made, 0), ANY),
            Op::SIToFP | Op::UIToFP | Op::BitCast => self.may_be_known(operand(made, 0)),
            Op::Call => match callee(made).as_deref().and_then(intrinsic) {
                None => false,
                Some("canonicalize" | "fabs" | "copysign" | "sqrt" | "floor" | "ceil" | "trunc" | "roundeven") => {
                    self.may_be(operand(made, 0), ANY)
                }
                Some("minimum" | "maximum" | "fma") => {
                    (0..2).all(|index| operand(made, index).is_some_and(is_constant))
                }
                Some(_) => true,
            },
            _ => true,
        }
    }

    /// Whether instruction selection may find an integer, or bits, to be one or a few constants.
    fn may_be_known(&mut self, value: Maybe<'ctx>) -> bool {
        let Some(value) = value.filter(|_| self.step()) else { return true };
        let Some(made) = value.as_instruction_value() else { return is_constant(value) };
        match made.get_opcode() {
            Op::Load | Op::Phi | Op::Add | Op::Sub | Op::Mul | Op::FAdd | Op::FSub | Op::FMul | Op::FDiv => false,
            Op::SExt | Op::ZExt | Op::Trunc | Op::BitCast | Op::ShuffleVector | Op::ExtractElement => {
                self.may_be_known(operand(made, 0))
            }
            Op::Call => callee(made).is_none_or(|name| intrinsic(&name).is_some()),
            _ => true,
        }
    }

    fn step(&mut self) -> bool {
        let goes_on = self.left > 0;
        self.left -= u32::from(goes_on);
        goes_on
    }
}

/// Whether instruction selection cannot find that a value was extended: it takes `fptrunc(fpext(x))` for `x`.
fn is_no_extension(value: BasicValueEnum<'_>) -> bool {
    match value.as_instruction_value() {
        None => !is_constant(value),
        Some(made) => uncast(made).is_none_or(|source| {
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

/// `sqrt` of `llvm.sqrt.f64`; none for a function that is no intrinsic.
fn intrinsic(name: &str) -> Option<&str> {
    name.strip_prefix("llvm.")?.split('.').next()
}

fn is_constant(value: BasicValueEnum<'_>) -> bool {
    match value {
        BasicValueEnum::FloatValue(float) => float.is_const(),
        BasicValueEnum::IntValue(int) => int.is_const(),
        BasicValueEnum::VectorValue(vector) => vector.is_const(),
        _ => true,
    }
}

fn is_poison(value: Maybe<'_>) -> bool {
    match value {
        Some(BasicValueEnum::FloatValue(float)) => float.is_undef(),
        Some(BasicValueEnum::VectorValue(vector)) => vector.is_undef(),
        _ => false,
    }
}

/// A constant of which no lane is a NaN.
fn is_number(value: BasicValueEnum<'_>) -> bool {
    is_constant(value) && constants(value).is_some_and(|lanes| !lanes.into_iter().any(f64::is_nan))
}

/// The lanes of a constant, or none if one of them is no plain number.
fn constants(value: BasicValueEnum<'_>) -> Option<Vec<f64>> {
    let lane = |float: FloatValue<'_>| {
        // SAFETY: the value is alive, as is the module that it belongs to.
        let is_plain = unsafe { !LLVMIsAConstantFP(float.as_value_ref()).is_null() };
        // Anything else, an expression for example, LLVM could not tell the number of.
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
