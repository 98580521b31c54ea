//! Values in scripts: arguments, and patterns that results must match.
//! Spec: <https://github.com/WebAssembly/spec/tree/main/interpreter#scripts>

use crate::engine::value::{F32, F64, Heap, Ref, Value};
use wast::core::{AbstractHeapType, HeapType, NanPattern, V128Pattern, WastArgCore, WastRetCore};
use wast::{WastArg, WastRet};

/// Converts an argument; `None` if it is not a value of core wasm.
pub(crate) fn argument(arg: &WastArg<'_>) -> Option<Value> {
    let WastArg::Core(arg) = arg else { return None };
    Some(match arg {
        WastArgCore::I32(n) => Value::I32(*n),
        WastArgCore::I64(n) => Value::I64(*n),
        WastArgCore::F32(n) => Value::F32(n.bits),
        WastArgCore::F64(n) => Value::F64(n.bits),
        WastArgCore::V128(lanes) => Value::V128(u128::from_le_bytes(lanes.to_le_bytes())),
        WastArgCore::RefNull(ty) => Value::Ref(Ref::Null(heap(ty))),
        WastArgCore::RefExtern(number) => Value::Ref(Ref::Extern(Some(*number))),
        WastArgCore::RefHost(number) => Value::Ref(Ref::Host(*number)),
    })
}

fn heap(ty: &HeapType<'_>) -> Heap {
    let HeapType::Abstract { ty, .. } = ty else { return Heap::Concrete };
    match ty {
        AbstractHeapType::Func => Heap::Func,
        AbstractHeapType::NoFunc => Heap::NoFunc,
        AbstractHeapType::Extern => Heap::Extern,
        AbstractHeapType::NoExtern => Heap::NoExtern,
        AbstractHeapType::Any => Heap::Any,
        AbstractHeapType::Eq => Heap::Eq,
        AbstractHeapType::I31 => Heap::I31,
        AbstractHeapType::Struct => Heap::Struct,
        AbstractHeapType::Array => Heap::Array,
        AbstractHeapType::None => Heap::None,
        AbstractHeapType::Exn => Heap::Exn,
        AbstractHeapType::NoExn => Heap::NoExn,
        AbstractHeapType::Cont => Heap::Cont,
        AbstractHeapType::NoCont => Heap::NoCont,
    }
}

/// A float type of patterns, for scalars and for lanes.
trait Float {
    type Bits: Copy + PartialEq;
    fn bits(&self) -> Self::Bits;
    /// A NaN of either sign whose payload is just the quiet bit.
    fn is_canonical_nan(bits: Self::Bits) -> bool;
    /// A NaN of either sign whose quiet bit is set.
    fn is_arithmetic_nan(bits: Self::Bits) -> bool;
    const CANONICAL: Self::Bits;
}

impl Float for wast::token::F32 {
    type Bits = u32;
    fn bits(&self) -> u32 {
        self.bits
    }
    fn is_canonical_nan(bits: u32) -> bool {
        bits & 0x7fff_ffff == 0x7fc0_0000
    }
    fn is_arithmetic_nan(bits: u32) -> bool {
        bits & 0x7fc0_0000 == 0x7fc0_0000
    }
    const CANONICAL: u32 = 0x7fc0_0000;
}

impl Float for wast::token::F64 {
    type Bits = u64;
    fn bits(&self) -> u64 {
        self.bits
    }
    fn is_canonical_nan(bits: u64) -> bool {
        bits & 0x7fff_ffff_ffff_ffff == 0x7ff8_0000_0000_0000
    }
    fn is_arithmetic_nan(bits: u64) -> bool {
        bits & 0x7ff8_0000_0000_0000 == 0x7ff8_0000_0000_0000
    }
    const CANONICAL: u64 = 0x7ff8_0000_0000_0000;
}

fn float_matches<F: Float>(pattern: &NanPattern<F>, bits: F::Bits) -> bool {
    match pattern {
        NanPattern::CanonicalNan => F::is_canonical_nan(bits),
        NanPattern::ArithmeticNan => F::is_arithmetic_nan(bits),
        NanPattern::Value(value) => value.bits() == bits,
    }
}

fn float_sample<F: Float>(pattern: &NanPattern<F>) -> F::Bits {
    match pattern {
        NanPattern::CanonicalNan | NanPattern::ArithmeticNan => F::CANONICAL,
        NanPattern::Value(value) => value.bits(),
    }
}

/// Splits a vector into its lanes, lane 0 first.
fn lanes<const N: usize>(bits: u128) -> [u64; N] {
    let width = 128 / N;
    let mask = u64::MAX >> (64 - width);
    std::array::from_fn(|lane| (bits >> (lane * width)) as u64 & mask)
}

/// Joins lanes of `width` bits to a vector, lane 0 first.
fn vector(width: usize, lanes: impl IntoIterator<Item = u64>) -> u128 {
    lanes.into_iter().enumerate().fold(0, |bits, (lane, value)| bits | u128::from(value) << (lane * width))
}

fn v128_matches(pattern: &V128Pattern, bits: u128) -> bool {
    match pattern {
        V128Pattern::F32x4(expected) => {
            expected.iter().zip(lanes::<4>(bits)).all(|(lane, bits)| float_matches(lane, bits as u32))
        }
        V128Pattern::F64x2(expected) => {
            expected.iter().zip(lanes::<2>(bits)).all(|(lane, bits)| float_matches(lane, bits))
        }
        integers => v128_sample(integers) == bits,
    }
}

fn v128_sample(pattern: &V128Pattern) -> u128 {
    match pattern {
        V128Pattern::I8x16(lanes) => vector(8, lanes.iter().map(|lane| u64::from(*lane as u8))),
        V128Pattern::I16x8(lanes) => vector(16, lanes.iter().map(|lane| u64::from(*lane as u16))),
        V128Pattern::I32x4(lanes) => vector(32, lanes.iter().map(|lane| u64::from(*lane as u32))),
        V128Pattern::I64x2(lanes) => vector(64, lanes.iter().map(|lane| *lane as u64)),
        V128Pattern::F32x4(lanes) => vector(32, lanes.iter().map(|lane| u64::from(float_sample(lane)))),
        V128Pattern::F64x2(lanes) => vector(64, lanes.iter().map(float_sample)),
    }
}

/// Whether a value matches what a script expects.
pub(crate) fn matches(expected: &WastRet<'_>, actual: &Value) -> bool {
    match expected {
        WastRet::Core(expected) => core_matches(expected, actual),
        _ => false,
    }
}

fn core_matches(expected: &WastRetCore<'_>, actual: &Value) -> bool {
    use WastRetCore as E;
    match (expected, actual) {
        (E::I32(a), Value::I32(b)) => a == b,
        (E::I64(a), Value::I64(b)) => a == b,
        (E::F32(a), Value::F32(b)) => float_matches(a, *b),
        (E::F64(a), Value::F64(b)) => float_matches(a, *b),
        (E::V128(a), Value::V128(b)) => v128_matches(a, *b),
        (E::Either(cases), actual) => cases.iter().any(|case| core_matches(case, actual)),
        (expected, Value::Ref(actual)) => reference_matches(expected, *actual),
        _ => false,
    }
}

fn reference_matches(expected: &WastRetCore<'_>, actual: Ref) -> bool {
    use WastRetCore as E;
    match expected {
        E::RefNull(None) => matches!(actual, Ref::Null(_)),
        E::RefNull(Some(ty)) => matches!(actual, Ref::Null(found) if found.shares_null(heap(ty))),
        E::RefExtern(None) => matches!(actual, Ref::Extern(_)),
        E::RefExtern(Some(number)) => actual == Ref::Extern(Some(*number)),
        E::RefHost(number) => actual == Ref::Host(*number),
        E::RefFunc(_) => actual == Ref::Func,
        E::RefAny => {
            matches!(actual, Ref::Any | Ref::Host(_) | Ref::Eq | Ref::I31 | Ref::I31Shared | Ref::Struct | Ref::Array)
        }
        E::RefEq => matches!(actual, Ref::Eq | Ref::I31 | Ref::I31Shared | Ref::Struct | Ref::Array),
        E::RefArray => actual == Ref::Array,
        E::RefStruct => actual == Ref::Struct,
        E::RefI31 => actual == Ref::I31,
        E::RefI31Shared => actual == Ref::I31Shared,
        E::I32(_) | E::I64(_) | E::F32(_) | E::F64(_) | E::V128(_) | E::Either(_) => false,
    }
}

/// A value that matches what a script expects.
pub(crate) fn sample(expected: &WastRet<'_>) -> Option<Value> {
    match expected {
        WastRet::Core(expected) => core_sample(expected),
        _ => None,
    }
}

fn core_sample(expected: &WastRetCore<'_>) -> Option<Value> {
    use WastRetCore as E;
    Some(match expected {
        E::I32(n) => Value::I32(*n),
        E::I64(n) => Value::I64(*n),
        E::F32(pattern) => Value::F32(float_sample(pattern)),
        E::F64(pattern) => Value::F64(float_sample(pattern)),
        E::V128(pattern) => Value::V128(v128_sample(pattern)),
        E::RefNull(ty) => Value::Ref(Ref::Null(ty.as_ref().map_or(Heap::Any, heap))),
        E::RefExtern(number) => Value::Ref(Ref::Extern(*number)),
        E::RefHost(number) => Value::Ref(Ref::Host(*number)),
        E::RefFunc(_) => Value::Ref(Ref::Func),
        E::RefAny => Value::Ref(Ref::Any),
        E::RefEq => Value::Ref(Ref::Eq),
        E::RefArray => Value::Ref(Ref::Array),
        E::RefStruct => Value::Ref(Ref::Struct),
        E::RefI31 => Value::Ref(Ref::I31),
        E::RefI31Shared => Value::Ref(Ref::I31Shared),
        E::Either(cases) => core_sample(cases.first()?)?,
    })
}

/// Formats what a script expects, as scripts write it.
pub(crate) fn show(expected: &[WastRet<'_>]) -> String {
    if expected.is_empty() {
        return "nothing".to_owned();
    }
    let shown = expected.iter().map(|expected| match expected {
        WastRet::Core(expected) => show_core(expected),
        _ => "(component value)".to_owned(),
    });
    shown.collect::<Vec<_>>().join(" ")
}

fn show_core(expected: &WastRetCore<'_>) -> String {
    use WastRetCore as E;
    match expected {
        E::F32(pattern) => format!("(f32.const {})", show_float(pattern, |value| F32(value.bits).to_string())),
        E::F64(pattern) => format!("(f64.const {})", show_float(pattern, |value| F64(value.bits).to_string())),
        E::V128(V128Pattern::F32x4(lanes)) => show_lanes("f32x4", lanes, |value| F32(value.bits).to_string()),
        E::V128(V128Pattern::F64x2(lanes)) => show_lanes("f64x2", lanes, |value| F64(value.bits).to_string()),
        E::RefNull(None) => "(ref.null)".to_owned(),
        E::Either(cases) => format!("(either {})", cases.iter().map(show_core).collect::<Vec<_>>().join(" ")),
        other => core_sample(other).map_or_else(String::new, |value| value.to_string()),
    }
}

fn show_float<F>(pattern: &NanPattern<F>, show: impl Fn(&F) -> String) -> String {
    match pattern {
        NanPattern::CanonicalNan => "nan:canonical".to_owned(),
        NanPattern::ArithmeticNan => "nan:arithmetic".to_owned(),
        NanPattern::Value(value) => show(value),
    }
}

fn show_lanes<F>(shape: &str, lanes: &[NanPattern<F>], show: impl Fn(&F) -> String) -> String {
    let lanes = lanes.iter().map(|lane| show_float(lane, &show)).collect::<Vec<_>>().join(" ");
    format!("(v128.const {shape} {lanes})")
}

#[cfg(test)]
mod tests {
    use super::*;
    use wast::parser::{self, ParseBuffer};

    fn check(expected: &str, actual: Value) -> bool {
        let buffer = ParseBuffer::new(expected).expect("lexes");
        let expected = parser::parse::<Paren<'_>>(&buffer).expect("parses").0;
        if let Some(sample) = sample(&expected) {
            assert!(matches(&expected, &sample), "a sample matches its own pattern");
        }
        matches(&expected, &actual)
    }

    struct Paren<'a>(WastRet<'a>);
    impl<'a> parser::Parse<'a> for Paren<'a> {
        fn parse(parser: parser::Parser<'a>) -> parser::Result<Self> {
            parser.parens(parser::Parser::parse).map(Self)
        }
    }

    #[test]
    fn nans_by_their_payload() {
        for sign in [0, 1 << 31] {
            assert!(check("(f32.const nan:canonical)", Value::F32(0x7fc0_0000 | sign)));
            assert!(!check("(f32.const nan:canonical)", Value::F32(0x7fc0_0001 | sign)));
            assert!(check("(f32.const nan:arithmetic)", Value::F32(0x7fc0_0001 | sign)));
            assert!(!check("(f32.const nan:arithmetic)", Value::F32(0x7fa0_0000 | sign)), "signalling");
            assert!(!check("(f32.const nan:arithmetic)", Value::F32(0x7f80_0000 | sign)), "infinity");
        }
        assert!(check("(f64.const nan:canonical)", Value::F64(0xfff8_0000_0000_0000)));
        assert!(!check("(f64.const nan:canonical)", Value::F64(0x7ff8_0000_0000_0001)));
        assert!(check("(f64.const nan:arithmetic)", Value::F64(0x7ffc_0000_0000_0000)));
        assert!(!check("(f64.const nan:arithmetic)", Value::F64(0x7ff4_0000_0000_0000)));
        assert!(check("(f32.const -nan:0x200000)", Value::F32(0xffa0_0000)), "this one and no other");
        assert!(!check("(f32.const nan:0x200000)", Value::F32(0xffa0_0000)));
    }

    #[test]
    fn zeros_have_signs_and_types_matter() {
        assert!(check("(f64.const -0)", Value::F64(1 << 63)));
        assert!(!check("(f64.const 0)", Value::F64(1 << 63)));
        assert!(!check("(i32.const 1)", Value::I64(1)));
        assert!(!check("(f32.const 0)", Value::I32(0)));
    }

    #[test]
    fn vectors_of_every_shape() {
        let bits = 0x0f0e_0d0c_0b0a_0908_0706_0504_0302_0100_u128;
        for expected in [
            "(v128.const i8x16 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15)",
            "(v128.const i16x8 0x0100 0x0302 0x0504 0x0706 0x0908 0x0b0a 0x0d0c 0x0f0e)",
            "(v128.const i32x4 0x03020100 0x07060504 0x0b0a0908 0x0f0e0d0c)",
            "(v128.const i64x2 0x0706050403020100 0x0f0e0d0c0b0a0908)",
        ] {
            assert!(check(expected, Value::V128(bits)), "{expected}");
            assert!(!check(expected, Value::V128(bits ^ 1 << 127)), "{expected}: the last lane counts");
        }
        let nans = 0x7fc0_0001_ffc0_0000_0000_0000_3f80_0000_u128;
        assert!(check("(v128.const f32x4 1 0 nan:canonical nan:arithmetic)", Value::V128(nans)));
        assert!(!check("(v128.const f32x4 1 0 nan:canonical nan:canonical)", Value::V128(nans)));
        let nans = 0xfff8_0000_0000_0000_3ff0_0000_0000_0000_u128;
        assert!(check("(v128.const f64x2 1 nan:canonical)", Value::V128(nans)));
        assert!(!check("(v128.const f64x2 nan:canonical 1)", Value::V128(nans)));
    }

    #[test]
    fn either_of_several() {
        let expected = "(either (i32.const 1) (either (i32.const 2) (f32.const nan:canonical)))";
        assert!(check(expected, Value::I32(1)));
        assert!(check(expected, Value::I32(2)));
        assert!(check(expected, Value::F32(0xffc0_0000)));
        assert!(!check(expected, Value::I32(3)));
    }

    #[test]
    fn references_of_every_kind() {
        let all = [
            Ref::Null(Heap::Func),
            Ref::Null(Heap::None),
            Ref::Func,
            Ref::Extern(None),
            Ref::Extern(Some(1)),
            Ref::Host(1),
            Ref::Any,
            Ref::Eq,
            Ref::I31,
            Ref::I31Shared,
            Ref::Struct,
            Ref::Array,
            Ref::Exn,
            Ref::Cont,
        ];
        let allowed = |expected: &str| {
            let fits = all.into_iter().filter(|actual| check(expected, Value::Ref(*actual)));
            fits.map(|actual| actual.to_string()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(allowed("(ref.null)"), "(ref.null func) (ref.null none)");
        assert_eq!(allowed("(ref.null nofunc)"), "(ref.null func)");
        assert_eq!(allowed("(ref.null any)"), "(ref.null none)");
        assert_eq!(allowed("(ref.null extern)"), "");
        assert_eq!(allowed("(ref.func)"), "(ref.func)");
        assert_eq!(allowed("(ref.extern)"), "(ref.extern) (ref.extern 1)");
        assert_eq!(allowed("(ref.extern 1)"), "(ref.extern 1)");
        assert_eq!(allowed("(ref.extern 2)"), "");
        assert_eq!(allowed("(ref.host 1)"), "(ref.host 1)");
        assert_eq!(
            allowed("(ref.any)"),
            "(ref.host 1) (ref.any) (ref.eq) (ref.i31) (ref.i31_shared) (ref.struct) (ref.array)"
        );
        assert_eq!(allowed("(ref.eq)"), "(ref.eq) (ref.i31) (ref.i31_shared) (ref.struct) (ref.array)");
        assert_eq!(allowed("(ref.i31)"), "(ref.i31)");
        assert_eq!(allowed("(ref.i31_shared)"), "(ref.i31_shared)");
        assert_eq!(allowed("(ref.struct)"), "(ref.struct)");
        assert_eq!(allowed("(ref.array)"), "(ref.array)");
    }
}
