//! Values, as scripts write them and engines return them.
//!
//! Floats are bits. Scripts distinguish NaNs by their payload, and a float register may quiet a signalling NaN.

use std::fmt;

/// A value of any type that a script can pass or an engine can return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// `i32`.
    I32(i32),
    /// `i64`.
    I64(i64),
    /// `f32`, as bits.
    F32(u32),
    /// `f64`, as bits.
    F64(u64),
    /// `v128`, lane 0 in the lowest bits.
    V128(u128),
    /// A reference.
    Ref(Ref),
}

/// A reference, as far as scripts can distinguish it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ref {
    /// A null. An engine that does not know the exact type gives the top type of the hierarchy.
    Null(Heap),
    /// A function.
    Func,
    /// An external reference, with its number if the script created it (`ref.extern 7`).
    Extern(Option<u32>),
    /// A host reference as a value of `any` (`ref.host 7`).
    Host(u32),
    /// A value of the `any` hierarchy whose type the engine does not tell.
    Any,
    /// A value of `eq` whose type the engine does not tell.
    Eq,
    /// An `i31`.
    I31,
    /// A shared `i31`.
    I31Shared,
    /// A struct.
    Struct,
    /// An array.
    Array,
    /// An exception.
    Exn,
    /// A continuation.
    Cont,
}

/// Heap type of a null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heap {
    /// `func`, the top type of functions.
    Func,
    /// `nofunc`.
    NoFunc,
    /// `extern`, the top type of external references.
    Extern,
    /// `noextern`.
    NoExtern,
    /// `any`, the top type of data references.
    Any,
    /// `eq`.
    Eq,
    /// `i31`.
    I31,
    /// `struct`.
    Struct,
    /// `array`.
    Array,
    /// `none`.
    None,
    /// `exn`, the top type of exceptions.
    Exn,
    /// `noexn`.
    NoExn,
    /// `cont`, the top type of continuations.
    Cont,
    /// `nocont`.
    NoCont,
    /// A type that the module defines.
    Concrete,
}

impl Heap {
    /// Name in the text format.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Func => "func",
            Self::NoFunc => "nofunc",
            Self::Extern => "extern",
            Self::NoExtern => "noextern",
            Self::Any => "any",
            Self::Eq => "eq",
            Self::I31 => "i31",
            Self::Struct => "struct",
            Self::Array => "array",
            Self::None => "none",
            Self::Exn => "exn",
            Self::NoExn => "noexn",
            Self::Cont => "cont",
            Self::NoCont => "nocont",
            Self::Concrete => "$concrete",
        }
    }

    /// The top type of the hierarchy; `None` for a concrete type, whose hierarchy is not known.
    #[must_use]
    pub fn top(self) -> Option<Self> {
        match self {
            Self::Func | Self::NoFunc => Some(Self::Func),
            Self::Extern | Self::NoExtern => Some(Self::Extern),
            Self::Any | Self::Eq | Self::I31 | Self::Struct | Self::Array | Self::None => Some(Self::Any),
            Self::Exn | Self::NoExn => Some(Self::Exn),
            Self::Cont | Self::NoCont => Some(Self::Cont),
            Self::Concrete => None,
        }
    }

    /// Whether both types can have the same null. Each hierarchy has one null.
    #[must_use]
    pub fn shares_null(self, other: Self) -> bool {
        match (self.top(), other.top()) {
            (Some(a), Some(b)) => a == b,
            _ => true,
        }
    }
}

impl fmt::Display for Ref {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null(heap) => write!(f, "(ref.null {})", heap.name()),
            Self::Func => f.write_str("(ref.func)"),
            Self::Extern(Some(number)) => write!(f, "(ref.extern {number})"),
            Self::Extern(None) => f.write_str("(ref.extern)"),
            Self::Host(number) => write!(f, "(ref.host {number})"),
            Self::Any => f.write_str("(ref.any)"),
            Self::Eq => f.write_str("(ref.eq)"),
            Self::I31 => f.write_str("(ref.i31)"),
            Self::I31Shared => f.write_str("(ref.i31_shared)"),
            Self::Struct => f.write_str("(ref.struct)"),
            Self::Array => f.write_str("(ref.array)"),
            Self::Exn => f.write_str("(ref.exn)"),
            Self::Cont => f.write_str("(ref.cont)"),
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::I32(n) => write!(f, "(i32.const {n})"),
            Self::I64(n) => write!(f, "(i64.const {n})"),
            Self::F32(bits) => write!(f, "(f32.const {})", F32(bits)),
            Self::F64(bits) => write!(f, "(f64.const {})", F64(bits)),
            Self::V128(bits) => {
                f.write_str("(v128.const i32x4")?;
                for lane in 0..4 {
                    write!(f, " {:#010x}", (bits >> (32 * lane)) as u32)?;
                }
                f.write_str(")")
            }
            Self::Ref(reference) => reference.fmt(f),
        }
    }
}

/// Formats the bits of an `f32` as the text format does.
pub(crate) struct F32(pub(crate) u32);

impl fmt::Display for F32 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bits) = *self;
        if bits & 0x7fff_ffff > 0x7f80_0000 {
            write!(f, "{}nan:{:#x}", if bits >> 31 == 1 { "-" } else { "" }, bits & 0x7f_ffff)
        } else {
            write!(f, "{:?}", f32::from_bits(bits))
        }
    }
}

/// Formats the bits of an `f64` as the text format does.
pub(crate) struct F64(pub(crate) u64);

impl fmt::Display for F64 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(bits) = *self;
        if bits & (u64::MAX >> 1) > 0x7ff0_0000_0000_0000 {
            write!(f, "{}nan:{:#x}", if bits >> 63 == 1 { "-" } else { "" }, bits & 0xf_ffff_ffff_ffff)
        } else {
            write!(f, "{:?}", f64::from_bits(bits))
        }
    }
}

/// Formats a list of values as scripts write them.
#[must_use]
pub fn list(values: &[Value]) -> String {
    if values.is_empty() {
        return "nothing".to_owned();
    }
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_values_as_scripts_write_them() {
        assert_eq!(Value::F32(0x7fc0_0000).to_string(), "(f32.const nan:0x400000)");
        assert_eq!(Value::F64(0xfff0_0000_0000_0001).to_string(), "(f64.const -nan:0x1)");
        assert_eq!(Value::F64((-0.0f64).to_bits()).to_string(), "(f64.const -0.0)");
        assert_eq!(
            Value::V128(1).to_string(),
            "(v128.const i32x4 0x00000001 0x00000000 0x00000000 0x00000000)",
            "lane 0 comes first"
        );
        assert_eq!(list(&[]), "nothing");
        assert_eq!(list(&[Value::I32(1), Value::Ref(Ref::Null(Heap::Any))]), "(i32.const 1) (ref.null any)");
    }

    #[test]
    fn one_null_a_hierarchy() {
        assert!(Heap::NoFunc.shares_null(Heap::Func));
        assert!(Heap::Concrete.shares_null(Heap::Any));
        assert!(!Heap::Extern.shares_null(Heap::Any));
    }
}
