//! Estimates of the number of LLVM instructions and checks that an operator becomes.

use crate::abi;
use crate::types::FuncType;
use wasmparser::Operator;

/// Estimates the instructions that pass the arguments and results of a call. Values without a register go through
/// memory.
pub(super) fn passed(ty: &FuncType) -> u64 {
    let (parameters, results) = (ty.params.len() as u64, ty.results.len() as u64);
    let outside = |count: u64, registers: usize| count.saturating_sub(registers as u64);
    parameters.min(8) + results.min(4) + 4 * (outside(parameters, abi::INT_PARAMS) + outside(results, abi::INT_RESULTS))
}

/// Estimates the numbers of instructions and of checks that an operator becomes, apart from its arguments.
#[expect(unreachable_patterns, reason = "operators that are named are in their proposal's group too")]
pub(crate) fn size(operator: &Operator<'_>) -> (u64, u64) {
    macro_rules! by_proposal {
        ($( @$proposal:ident $op:ident $({ $($arg:ident: $argty:ty),* })? => $visit:ident ($($ann:tt)*))*) => {
            match operator {
                Operator::Nop | Operator::Drop | Operator::End | Operator::Else
                | Operator::Block { .. } | Operator::Loop { .. }
                | Operator::I32Const { .. } | Operator::I64Const { .. } | Operator::RefNull { .. } => (0, 0),
                Operator::LocalGet { .. } | Operator::LocalSet { .. } | Operator::LocalTee { .. } => (1, 0),
                Operator::I32DivS | Operator::I64DivS => (12, 2),
                Operator::I32DivU | Operator::I64DivU | Operator::I32RemS | Operator::I64RemS
                | Operator::I32RemU | Operator::I64RemU => (7, 1),
                Operator::I32TruncF32S | Operator::I32TruncF32U | Operator::I32TruncF64S | Operator::I32TruncF64U
                | Operator::I64TruncF32S | Operator::I64TruncF32U | Operator::I64TruncF64S | Operator::I64TruncF64U => (12, 2),
                Operator::Call { .. } => (4, 0),
                Operator::CallIndirect { .. } | Operator::ReturnCallIndirect { .. } => (30, 4),
                Operator::CallRef { .. } | Operator::ReturnCallRef { .. } => (9, 1),
                Operator::Unreachable => (2, 0),
                Operator::TableGet { .. } | Operator::TableSet { .. } => (10, 1),
                Operator::MemoryGrow { .. } | Operator::MemorySize { .. } => (8, 0),
                Operator::StructGet { .. } | Operator::StructGetS { .. } | Operator::StructGetU { .. } | Operator::StructSet { .. } => (6, 1),
                Operator::ArrayGet { .. } | Operator::ArrayGetS { .. } | Operator::ArrayGetU { .. } | Operator::ArraySet { .. } => (12, 2),
                Operator::RefI31 | Operator::I31GetS | Operator::I31GetU => (5, 1),
                $( Operator::$op { .. } => match stringify!($proposal) {
                    "gc" | "custom_descriptors" => (30, 5),
                    "bulk_memory" | "stack_switching" | "exceptions" | "legacy_exceptions" => (16, 1),
                    "threads" => (10, 1),
                    "simd" | "relaxed_simd" | "wide_arithmetic" => (6, 0),
                    _ => (3, 0),
                }, )*
                _ => (3, 0),
            }
        };
    }
    wasmparser::for_each_operator!(by_proposal)
}

/// Tests whether an operator begins or ends a basic block.
pub(super) fn is_control(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::BrTable { .. }
            | Operator::Return
            | Operator::Unreachable
    )
}
