//! Constant expressions.

use serde::{Deserialize, Serialize};

/// A constant expression: operators in postfix order, without `end`. It has been validated, so evaluation needs no
/// checks.
/// Spec: <https://webassembly.github.io/spec/core/valid/instructions.html#constant-expressions>
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ConstExpr(pub Vec<ConstOp>);

/// One operator of a [`ConstExpr`].
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum ConstOp {
    /// `i32.const`
    I32(i32),
    /// `i64.const`
    I64(i64),
    /// `f32.const`, as bits.
    F32(u32),
    /// `f64.const`, as bits.
    F64(u64),
    /// `v128.const`, little-endian.
    V128(u128),
    /// `global.get`
    GlobalGet(u32),
    /// `ref.null`
    RefNull,
    /// `ref.func`
    RefFunc(u32),
    /// `i32.add`
    I32Add,
    /// `i32.sub`
    I32Sub,
    /// `i32.mul`
    I32Mul,
    /// `i64.add`
    I64Add,
    /// `i64.sub`
    I64Sub,
    /// `i64.mul`
    I64Mul,
    /// `ref.i31`
    RefI31,
    /// `struct.new` of a type.
    StructNew(u32),
    /// `struct.new_default` of a type.
    StructNewDefault(u32),
    /// `struct.new_desc` of a type.
    StructNewDesc(u32),
    /// `struct.new_default_desc` of a type.
    StructNewDefaultDesc(u32),
    /// `array.new` of a type.
    ArrayNew(u32),
    /// `array.new_default` of a type.
    ArrayNewDefault(u32),
    /// `array.new_fixed` of a type and a length.
    ArrayNewFixed(u32, u32),
    /// `any.convert_extern` or `extern.convert_any`, which do not change the representation of a reference.
    Convert,
}
