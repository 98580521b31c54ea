//! What a target may name for what LLVM's generic operators do not reach. Nothing here names a target itself.

/// Intrinsics of a target, by LLVM's names, none of them overloaded; without one, generic operators do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct VectorIntrinsics {
    /// `(<16 x i8> table, <16 x i8> indices)`: the bytes of the table by the low four bits of each index, zero where
    /// the index has its top bit set.
    pub(crate) lookup: Option<&'static str>,
    /// `(<8 x i16>, <8 x i16>)`: the products, shifted right by 15, rounded and wrapped.
    pub(crate) multiply_q15: Option<&'static str>,
}
