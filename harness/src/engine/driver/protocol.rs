//! What the harness and a driver say to each other. `DRIVERS.md` describes it for those who write drivers.

use crate::engine::value::{Heap, Ref, Value};
use crate::engine::{EITHER, Stop};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Version of the protocol.
pub(crate) const VERSION: u32 = 2;

/// A request with the number that its answer has to have.
#[derive(Debug, Serialize)]
pub(super) struct Numbered<'a> {
    pub(super) id: u64,
    #[serde(flatten)]
    pub(super) request: &'a Request<'a>,
}

/// A request, in one line.
#[derive(Debug, Serialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Request<'a> {
    Hello { protocol: u32 },
    Session { mode: &'a str, features: &'a [&'a str] },
    Compile { wasm: &'a str },
    Validate { wasm: &'a str },
    Instantiate { module: usize },
    Register { name: &'a str, instance: usize },
    Invoke { instance: usize, name: &'a str, params: &'a [String], results: &'a [String], args: &'a [WireValue] },
    Get { instance: usize, name: &'a str, r#type: &'a str, mutable: bool },
}

/// Understands the answer to the request with number `id`: either that it worked, or how it stopped.
///
/// # Errors
///
/// Says what makes no sense.
pub(super) fn answer<T: DeserializeOwned>(line: &str, id: u64) -> Result<Result<T, Stop>, String> {
    let mut answer: Map<String, Json> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    match answer.remove("id") {
        Some(its) if its == id => {}
        Some(its) => return Err(format!("it has the `id` {its}, not {id}")),
        None => return Err("it has no `id`".to_owned()),
    }
    match answer.remove("ok") {
        Some(ok) => serde_json::from_value(ok).map(Ok).map_err(|error| format!("`ok`: {error}")),
        None => match serde_json::from_value::<WireStop>(Json::Object(answer)) {
            Ok(stop) => Ok(Err(stop.into())),
            Err(error) => Err(format!("it has no `ok`, and how it stopped is not clear: {error}")),
        },
    }
}

/// Understands the answer to the first request. Drivers of other versions may say all else in other ways, so the version
/// comes first.
///
/// # Errors
///
/// Says what makes no sense, or which version it is.
pub(super) fn hello(line: &str, id: u64) -> Result<Hello, String> {
    let said: Json = serde_json::from_str(line).unwrap_or_default();
    match &said["ok"]["protocol"] {
        Json::Number(version) if version.as_u64() != Some(VERSION.into()) => {
            Err(format!("it speaks version {version} of the protocol, not {VERSION}"))
        }
        _ => answer::<Hello>(line, id)?.map_err(|stop| format!("it says {stop}")),
    }
}

/// A value, as a driver writes it.
///
/// # Errors
///
/// Says what is no value.
pub(super) fn value(written: Json) -> Result<Value, String> {
    let text = written.to_string();
    serde_json::from_value::<WireValue>(written).map_err(|_| format!("`{text}` is no value"))?.try_into()
}

/// What a driver says of itself.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Hello {
    /// Version of the protocol; see [`hello`].
    #[expect(dead_code, reason = "it has to be there, and has been looked at by then")]
    protocol: u32,
    /// Version of the engine.
    pub(super) version: String,
    /// Features that it does not have.
    #[serde(default)]
    pub(super) missing: Vec<String>,
    /// Whether a session can be without features that the engine has.
    #[serde(default)]
    pub(super) selects_features: bool,
}

/// How a request stopped.
#[derive(Debug, Deserialize)]
pub(super) struct WireStop {
    stop: String,
    #[serde(default)]
    message: String,
    /// Of a trap: what the suite may call it.
    #[serde(default, rename = "as")]
    names: Vec<String>,
    #[serde(default)]
    feature: String,
    #[serde(default)]
    what: String,
}

impl From<WireStop> for Stop {
    fn from(stop: WireStop) -> Self {
        let message = stop.message;
        match stop.stop.as_str() {
            "trap" if stop.names.is_empty() => Self::Trap(message),
            "trap" => Self::Trap(stop.names.join(EITHER)),
            "exhaustion" => Self::Exhaustion(message),
            "exception" => Self::Exception(message),
            "suspension" => Self::Suspension(message),
            "invalid" => Self::Invalid(message),
            "unlinkable" => Self::Unlinkable(message),
            "unsupported" => Self::Unsupported { feature: stop.feature, what: stop.what },
            "error" => Self::Error(message),
            other => Self::Error(format!("the driver stops with `{other}`, which is none of the protocol: {message}")),
        }
    }
}

/// A value. Numbers that JSON readers may round are strings; bits are in hexadecimal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum WireValue {
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
        /// Of a null: its heap type.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        heap: Option<String>,
        /// Of a value of the host: its number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        host: Option<u32>,
        /// What the driver knows it by: the same reference has the same number only if it is the same thing.
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

    #[test]
    fn a_stop_is_told_by_its_name() {
        let stop = |text: &str| answer::<u32>(&text.replace('{', r#"{"id":3,"#), 3).unwrap().unwrap_err();
        assert_eq!(stop(r#"{"stop":"trap","message":"boom"}"#), Stop::Trap("boom".to_owned()));
        assert_eq!(stop(r#"{"stop":"trap","message":"x","as":["a","b"]}"#), Stop::Trap("a|b".to_owned()));
        assert!(matches!(stop(r#"{"stop":"dance"}"#), Stop::Error(_)));
    }

    #[test]
    fn an_answer_belongs_to_its_request() {
        assert_eq!(answer::<u32>(r#"{"ok":7,"id":3}"#, 3), Ok(Ok(7)));
        for (text, words) in [
            (r#"{"ok":7}"#, "no `id`"),
            (r#"{"id":2,"ok":7}"#, "`id` 2, not 3"),
            (r#"{"id":"3","ok":7}"#, "not 3"),
            (r#"{"id":3,"ok":-7}"#, "`ok`: "),
            (r#"{"id":3}"#, "no `ok`"),
            (r#"{"id":3,"stop":1}"#, "not clear"),
            ("[]", "expected a map"),
            ("nonsense", "expected"),
        ] {
            let fault = answer::<u32>(text, 3).unwrap_err();
            assert!(fault.contains(words), "{text}: {fault}");
        }
    }

    #[test]
    fn a_driver_of_another_version_is_known_by_it() {
        let fault = hello(r#"{"ok":{"protocol":1,"version":"7"}}"#, 0).unwrap_err();
        assert_eq!(fault, format!("it speaks version 1 of the protocol, not {VERSION}"));
        assert!(hello(r#"{"id":0,"ok":{"version":"7"}}"#, 0).unwrap_err().contains("missing field `protocol`"));
        assert!(hello(r#"{"id":0,"stop":"error","message":"no"}"#, 0).unwrap_err().contains("it says error: no"));
    }
}
