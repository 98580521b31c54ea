//! Values of constant expressions.
//! Spec: <https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions>

use super::instance::InstanceData;
use crate::abi;
use crate::module::description::{ConstExpr, ConstOp};

/// The value of `expr`, as it lies in a global's cell.
///
/// # Safety
/// The store must not be running, and what the expression refers to must be in the instance's context already.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "operands are as wide as their operator says, and integers have no sign"
)]
pub(crate) unsafe fn evaluate(expr: &ConstExpr, instance: &InstanceData) -> u128 {
    // Nearly all are one operator, and then this is no allocation.
    let mut stack = Vec::new();
    let mut top = 0;
    for &op in &expr.0 {
        // The second operand is on top, the first one below.
        let mut fold = |f: fn(u64, u64) -> u64| u128::from(f(stack.pop().unwrap_or(0) as u64, top as u64));
        top = match op {
            ConstOp::I32Add => fold(|a, b| (a as u32).wrapping_add(b as u32).into()),
            ConstOp::I32Sub => fold(|a, b| (a as u32).wrapping_sub(b as u32).into()),
            ConstOp::I32Mul => fold(|a, b| (a as u32).wrapping_mul(b as u32).into()),
            ConstOp::I64Add => fold(u64::wrapping_add),
            ConstOp::I64Sub => fold(u64::wrapping_sub),
            ConstOp::I64Mul => fold(u64::wrapping_mul),
            ConstOp::RefI31 => u128::from(abi::i31(top as u32)),
            ConstOp::Convert => top,
            push => {
                if expr.0.len() > 1 {
                    stack.push(top);
                }
                match push {
                    ConstOp::I32(value) => (value as u32).into(),
                    ConstOp::I64(value) => (value as u64).into(),
                    ConstOp::F32(bits) => bits.into(),
                    ConstOp::F64(bits) => bits.into(),
                    ConstOp::V128(bits) => bits,
                    // SAFETY: globals are cells of 16 bytes, 16-byte aligned; the caller says it is there.
                    ConstOp::GlobalGet(index) => unsafe { instance.global(index).cast::<u128>().read() },
                    ConstOp::RefFunc(index) => instance.func_ref(index).as_ptr() as u128,
                    // Null; the operators with operands are above.
                    _ => 0,
                }
            }
        };
    }
    top
}
