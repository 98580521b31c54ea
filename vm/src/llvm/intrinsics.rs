//! Intrinsics by which lowering and code generation agree, and those that only some targets have.

/// Vector intrinsics of a target, by LLVM's names; none is overloaded. Where the target has none, lowering uses
/// generic operators.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VectorIntrinsics {
    /// `(<16 x i8> table, <16 x i8> indices)`: selects bytes of the table by the low four bits of each index; zero
    /// where the index has its top bit set.
    pub(crate) lookup: Option<&'static str>,
    /// `(<8 x i16>, <8 x i16>)`: products, shifted right by 15, rounded and wrapped.
    pub(crate) multiply_q15: Option<&'static str>,
    /// `(<16 x i8>, <16 x i8>)`: products of unsigned bytes and signed bytes; sums of neighbours, saturated, as `<8 x
    /// i16>`.
    pub(crate) dot_bytes: Option<&'static str>,
    /// `(<8 x i16>, <8 x i16>)`: signed products; sums of neighbours as `<4 x i32>`.
    pub(crate) dot_words: Option<&'static str>,
    /// Whether lanes of 8 bits can be shifted.
    pub(crate) byte_shifts: bool,
    /// `(<4 x float>)` to signed `<4 x i32>`: the smallest integer for a NaN and for numbers out of range.
    pub(crate) truncate_f32_s: Option<&'static str>,
    /// `(<2 x double>)` as above, with zeros in the upper lanes.
    pub(crate) truncate_f64_s: Option<&'static str>,
    /// `(<4 x float>, <4 x i32> otherwise, i8 mask)` to unsigned `<4 x i32>`: all ones for a NaN and for numbers out
    /// of range.
    pub(crate) truncate_f32_u: Option<&'static str>,
    /// `(<2 x double>, <4 x i32> otherwise, i8 mask)` as above, with zeros in the upper lanes.
    pub(crate) truncate_f64_u: Option<&'static str>,
    /// Whether `llvm.fma` on vectors is one instruction.
    pub(crate) fused: bool,
}

/// The intrinsic that quiets the result of arithmetic: it returns its operand, and a quiet NaN for a signalling one.
/// `codegen/quiet` removes it where machine code quiets anyway.
/// <https://llvm.org/docs/LangRef.html#llvm-canonicalize-intrinsic>
pub(crate) const QUIETING: &str = "llvm.canonicalize";
