//! Tag bits of references.
//!
//! A reference is a pointer, except for an `i31` and a value of the host. Their low bits tell them from pointers and from
//! null, which have neither bit set.

/// Tag bit of an `i31`. The number is in the 31 bits above it.
pub const TAG_I31: u64 = 1;
/// Tag bit of a value of the host, as `extern` or, converted by `any.convert_extern`, as `any`. The value's number is in
/// the bits above it.
pub const TAG_HOST: u64 = 2;

/// Returns the reference to the `i31` of the low 31 bits of `value`.
/// Spec: <https://webassembly.github.io/spec/core/exec/instructions.html#exec-ref-i31>
#[must_use]
pub fn i31(value: u32) -> u64 {
    u64::from(value << 1) | TAG_I31
}
