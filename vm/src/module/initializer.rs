//! Parsing of constant expressions and element segments.

use super::convert;
use super::description::{ConstExpr, ConstOp, ElementItems, ElementMode, ElementSegment};
use super::unsupported::unsupported;
use crate::error::Result;
use crate::types::RefType;
use wasmparser::Operator;

/// Parses an element segment.
pub(super) fn element_segment(segment: wasmparser::Element<'_>, offset: u64) -> Result<ElementSegment> {
    let mode = match segment.kind {
        wasmparser::ElementKind::Passive => ElementMode::Passive,
        wasmparser::ElementKind::Declared => ElementMode::Declared,
        wasmparser::ElementKind::Active { table_index, offset_expr } => {
            ElementMode::Active { table: table_index.unwrap_or(0), offset: const_expr(&offset_expr)? }
        }
    };
    let (ty, items) = match segment.items {
        wasmparser::ElementItems::Functions(indices) => {
            (RefType::FUNCREF, ElementItems::Funcs(indices.into_iter().collect::<Result<_, _>>()?))
        }
        wasmparser::ElementItems::Expressions(ty, exprs) => {
            let exprs = exprs.into_iter().map(|expr| const_expr(&expr?)).collect::<Result<_>>()?;
            (convert::ref_type(ty, offset)?, ElementItems::Exprs(exprs))
        }
    };
    Ok(ElementSegment { mode, ty, items })
}

/// Parses a constant expression.
pub(super) fn const_expr(expr: &wasmparser::ConstExpr<'_>) -> Result<ConstExpr> {
    let mut ops = Vec::with_capacity(1);
    for op in expr.get_operators_reader().into_iter_with_offsets() {
        let (op, offset) = op?;
        ops.push(match op {
            Operator::I32Const { value } => ConstOp::I32(value),
            Operator::I64Const { value } => ConstOp::I64(value),
            Operator::F32Const { value } => ConstOp::F32(value.bits()),
            Operator::F64Const { value } => ConstOp::F64(value.bits()),
            Operator::V128Const { value } => ConstOp::V128(u128::from_le_bytes(*value.bytes())),
            Operator::GlobalGet { global_index } => ConstOp::GlobalGet(global_index),
            Operator::RefNull { hty } => {
                convert::heap_type(hty, offset)?;
                ConstOp::RefNull
            }
            Operator::RefFunc { function_index } => ConstOp::RefFunc(function_index),
            Operator::I32Add => ConstOp::I32Add,
            Operator::I32Sub => ConstOp::I32Sub,
            Operator::I32Mul => ConstOp::I32Mul,
            Operator::I64Add => ConstOp::I64Add,
            Operator::I64Sub => ConstOp::I64Sub,
            Operator::I64Mul => ConstOp::I64Mul,
            Operator::RefI31 => ConstOp::RefI31,
            Operator::AnyConvertExtern | Operator::ExternConvertAny => ConstOp::Convert,
            Operator::StructNew { struct_type_index } => ConstOp::StructNew(struct_type_index),
            Operator::StructNewDefault { struct_type_index } => ConstOp::StructNewDefault(struct_type_index),
            Operator::StructNewDesc { struct_type_index } => ConstOp::StructNewDesc(struct_type_index),
            Operator::StructNewDefaultDesc { struct_type_index } => ConstOp::StructNewDefaultDesc(struct_type_index),
            Operator::ArrayNew { array_type_index } => ConstOp::ArrayNew(array_type_index),
            Operator::ArrayNewDefault { array_type_index } => ConstOp::ArrayNewDefault(array_type_index),
            Operator::ArrayNewFixed { array_type_index, array_size } => {
                ConstOp::ArrayNewFixed(array_type_index, array_size)
            }
            Operator::End => break,
            // Validation allows constant operators only, and all others belong to this proposal.
            other => {
                return Err(unsupported("custom_descriptors", &format!("{other:?} in a constant expression"), offset));
            }
        });
    }
    Ok(ConstExpr(ops))
}
