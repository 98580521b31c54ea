//! Values in messages of the driver protocol.

use crate::engine::value::{Heap, Ref, Value};
use serde::{Deserialize, Serialize};

/// Decodes a value.
///
/// # Errors
///
/// A message with the text that is not a value.
pub(in super::super) fn decode(written: serde_json::Value) -> Result<Value, String> {
    let text = written.to_string();
    serde_json::from_value::<WireValue>(written).map_err(|_| format!("`{text}` is no value"))?.try_into()
}

/// A value in a message. Numbers that JSON parsers may round are strings; bits are hexadecimal.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(in super::super) enum WireValue {
    I32 {
        i32: i32,
    },
    I64 {
        i64: String,
    },
    F32 {
        f32: String,
    },
    F64 {
        f64: String,
    },
    V128 {
        v128: String,
    },
    Ref {
        r#ref: String,
        /// The heap type of a null.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heap: Option<String>,
        /// The number of a value of the host.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<u32>,
        /// The driver's number of the reference. The same number is the same reference.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<u64>,
    },
}

impl From<Value> for WireValue {
    fn from(value: Value) -> Self {
        let plain = |name: &str| Self::Ref { r#ref: name.to_owned(), heap: None, host: None, id: None };
        let host = |name: &str, host| Self::Ref { r#ref: name.to_owned(), heap: None, host, id: None };
        match value {
            Value::I32(i32) => Self::I32 { i32 },
            Value::I64(n) => Self::I64 { i64: n.to_string() },
            Value::F32(bits) => Self::F32 { f32: format!("{bits:#x}") },
            Value::F64(bits) => Self::F64 { f64: format!("{bits:#x}") },
            Value::V128(bits) => Self::V128 { v128: format!("{bits:#x}") },
            Value::Ref(Ref::Null(heap)) => {
                let heap = Some(heap.name().trim_start_matches('$').to_owned());
                Self::Ref { r#ref: "null".to_owned(), heap, host: None, id: None }
            }
            Value::Ref(Ref::Extern(number)) => host("extern", number),
            Value::Ref(Ref::Host(number)) => host("host", Some(number)),
            Value::Ref(Ref::Func) => plain("func"),
            Value::Ref(Ref::Any) => plain("any"),
            Value::Ref(Ref::Eq) => plain("eq"),
            Value::Ref(Ref::I31) => plain("i31"),
            Value::Ref(Ref::I31Shared) => plain("i31_shared"),
            Value::Ref(Ref::Struct) => plain("struct"),
            Value::Ref(Ref::Array) => plain("array"),
            Value::Ref(Ref::Exn) => plain("exn"),
            Value::Ref(Ref::Cont) => plain("cont"),
        }
    }
}

impl TryFrom<WireValue> for Value {
    type Error = String;

    fn try_from(value: WireValue) -> Result<Self, String> {
        fn bits(text: &str) -> Result<u128, String> {
            let digits = text.strip_prefix("0x").ok_or_else(|| format!("`{text}` does not begin with 0x"))?;
            u128::from_str_radix(digits, 16).map_err(|error| format!("`{text}`: {error}"))
        }
        fn narrow<T: TryFrom<u128>>(text: &str) -> Result<T, String> {
            T::try_from(bits(text)?).map_err(|_| format!("`{text}` has too many bits"))
        }
        Ok(match value {
            WireValue::I32 { i32 } => Self::I32(i32),
            WireValue::I64 { i64 } => Self::I64(i64.parse().map_err(|error| format!("`{i64}`: {error}"))?),
            WireValue::F32 { f32 } => Self::F32(narrow(&f32)?),
            WireValue::F64 { f64 } => Self::F64(narrow(&f64)?),
            WireValue::V128 { v128 } => Self::V128(bits(&v128)?),
            WireValue::Ref { r#ref, heap, host, id: _ } => Self::Ref(match r#ref.as_str() {
                "null" => Ref::Null(heap.as_deref().and_then(heap_type).unwrap_or(Heap::Concrete)),
                "func" => Ref::Func,
                "extern" => Ref::Extern(host),
                "host" => Ref::Host(host.ok_or("a value of the host without its number")?),
                "any" | "none" => Ref::Any,
                "eq" => Ref::Eq,
                "i31" => Ref::I31,
                "i31_shared" => Ref::I31Shared,
                "struct" => Ref::Struct,
                "array" => Ref::Array,
                "exn" => Ref::Exn,
                "cont" => Ref::Cont,
                other => return Err(format!("no reference is `{other}`")),
            }),
        })
    }
}

fn heap_type(name: &str) -> Option<Heap> {
    Some(match name {
        "func" => Heap::Func,
        "nofunc" => Heap::NoFunc,
        "extern" => Heap::Extern,
        "noextern" => Heap::NoExtern,
        "any" => Heap::Any,
        "eq" => Heap::Eq,
        "i31" => Heap::I31,
        "struct" => Heap::Struct,
        "array" => Heap::Array,
        "none" => Heap::None,
        "exn" => Heap::Exn,
        "noexn" => Heap::NoExn,
        "cont" => Heap::Cont,
        "nocont" => Heap::NoCont,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_way_there_and_back() {
        for value in [
            Value::I32(-1),
            Value::I64(i64::MIN),
            Value::F32(0x7fa0_0000),
            Value::F64(0xfff0_0000_0000_0001),
            Value::V128(u128::MAX - 7),
            Value::Ref(Ref::Null(Heap::NoExtern)),
            Value::Ref(Ref::Extern(Some(7))),
            Value::Ref(Ref::Host(3)),
            Value::Ref(Ref::Struct),
        ] {
            let line = serde_json::to_string(&WireValue::from(value)).unwrap();
            let back: WireValue = serde_json::from_str(&line).unwrap();
            assert_eq!(Value::try_from(back).unwrap(), value, "{line}");
        }
        let wide: WireValue = serde_json::from_str(r#"{"f32":"0x100000000"}"#).unwrap();
        assert!(Value::try_from(wide).is_err());
    }
}
