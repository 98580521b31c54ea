//! Messages of the driver protocol, which `DRIVERS.md` describes.

mod value;

pub(super) use value::WireValue;
pub(super) use value::decode as decode_value;

use crate::engine::error::{MESSAGE_SEPARATOR, SessionError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value as Json};
use std::borrow::Cow;

/// Version of the protocol.
pub(super) const VERSION: u32 = 2;

/// A request with the number that its answer must repeat.
#[derive(Debug, Serialize)]
pub(super) struct Numbered<'a> {
    pub(super) id: u64,
    #[serde(flatten)]
    pub(super) request: &'a Request<'a>,
}

/// A request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Request<'a> {
    Hello {
        #[serde(default)]
        protocol: u32,
    },
    Session {
        #[serde(default)]
        mode: Cow<'a, str>,
        #[serde(default)]
        features: Vec<Cow<'a, str>>,
    },
    Compile {
        wasm: Binary<'a>,
    },
    Validate {
        wasm: Binary<'a>,
    },
    Instantiate {
        module: usize,
    },
    Register {
        name: Cow<'a, str>,
        instance: usize,
    },
    Invoke {
        instance: usize,
        name: Cow<'a, str>,
        params: Cow<'a, [String]>,
        results: Cow<'a, [String]>,
        args: Cow<'a, [WireValue]>,
    },
    Get {
        instance: usize,
        name: Cow<'a, str>,
        r#type: Cow<'a, str>,
        #[serde(default)]
        mutable: bool,
    },
}

/// A binary module, which travels in base64.
#[derive(Debug)]
pub(super) struct Binary<'a>(pub(super) Cow<'a, [u8]>);

impl Serialize for Binary<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&BASE64_STANDARD.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Binary<'_> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let bytes = BASE64_STANDARD.decode(text).map_err(serde::de::Error::custom)?;
        Ok(Self(Cow::Owned(bytes)))
    }
}

/// Decodes the answer to request number `id`: the value of `ok`, or the error with which the request stopped.
///
/// # Errors
///
/// When the line is no answer to the request. The message says why.
pub(super) fn decode_answer<T: DeserializeOwned>(line: &str, id: u64) -> Result<Result<T, SessionError>, String> {
    let mut answer: Map<String, Json> = serde_json::from_str(line).map_err(|error| error.to_string())?;
    match answer.remove("id") {
        Some(its) if its == id => {}
        Some(its) => return Err(format!("it has the `id` {its}, not {id}")),
        None => return Err("it has no `id`".to_owned()),
    }
    match answer.remove("ok") {
        Some(ok) => serde_json::from_value(ok).map(Ok).map_err(|error| format!("`ok`: {error}")),
        None => match serde_json::from_value::<WireError>(Json::Object(answer)) {
            Ok(error) => Ok(Err(error.into())),
            Err(error) => Err(format!("it has neither `ok` nor a valid `stop`: {error}")),
        },
    }
}

/// Encodes the answer to the request with this `id`.
///
/// # Errors
///
/// When `serde_json` cannot encode it.
pub(super) fn encode_answer(id: Json, result: Result<Json, SessionError>) -> serde_json::Result<Vec<u8>> {
    let mut answer = match result {
        Ok(ok) => serde_json::json!({ "ok": ok }),
        Err(error) => serde_json::to_value(WireError::from(error))?,
    };
    answer["id"] = id;
    let mut line = serde_json::to_vec(&answer)?;
    line.push(b'\n');
    Ok(line)
}

/// Decodes the answer to the first request. The version is checked first, because a driver of another version may write
/// everything else in another form.
///
/// # Errors
///
/// When the line is no answer to the request, or is of another version. The message says why.
pub(super) fn decode_hello(line: &str, id: u64) -> Result<Hello, String> {
    let said: Json = serde_json::from_str(line).unwrap_or_default();
    match &said["ok"]["protocol"] {
        Json::Number(version) if version.as_u64() != Some(VERSION.into()) => {
            Err(format!("it speaks version {version} of the protocol, not {VERSION}"))
        }
        _ => decode_answer::<Hello>(line, id)?.map_err(|error| format!("it says {error}")),
    }
}

/// The answer to [`Request::Hello`]: a driver's description of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Hello {
    /// Version of the protocol.
    pub(super) protocol: u32,
    /// Version of the engine.
    pub(super) version: String,
    /// Features that the engine does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) missing: Vec<String>,
    /// Whether a session can be without features that the engine has.
    #[serde(default)]
    pub(super) selects_features: bool,
}

/// The error with which a request stopped.
#[derive(Debug, Default, Serialize, Deserialize)]
struct WireError {
    stop: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    message: String,
    /// For a trap: the names that the suite may have for it.
    #[serde(default, rename = "as", skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    feature: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    what: String,
}

impl From<WireError> for SessionError {
    fn from(error: WireError) -> Self {
        let message = error.message;
        match error.stop.as_str() {
            "trap" if error.names.is_empty() => Self::Trap(message),
            "trap" => Self::Trap(error.names.join(MESSAGE_SEPARATOR)),
            "exhaustion" => Self::Exhaustion(message),
            "exception" => Self::Exception(message),
            "suspension" => Self::Suspension(message),
            "invalid" => Self::Invalid(message),
            "unlinkable" => Self::Unlinkable(message),
            "unsupported" => Self::Unsupported { feature: error.feature, what: error.what },
            "error" => Self::Other(message),
            other => {
                Self::Other(format!("the driver stops with `{other}`, which the protocol does not have: {message}"))
            }
        }
    }
}

impl From<SessionError> for WireError {
    fn from(error: SessionError) -> Self {
        let plain = |stop: &str, message| Self { stop: stop.to_owned(), message, ..Self::default() };
        match error {
            SessionError::Trap(message) => {
                let names: Vec<_> = message.split(MESSAGE_SEPARATOR).map(str::to_owned).collect();
                let message = names[0].clone();
                Self { names: if names.len() > 1 { names } else { Vec::new() }, ..plain("trap", message) }
            }
            SessionError::Exhaustion(message) => plain("exhaustion", message),
            SessionError::Exception(message) => plain("exception", message),
            SessionError::Suspension(message) => plain("suspension", message),
            SessionError::Invalid(message) => plain("invalid", message),
            SessionError::Unlinkable(message) => plain("unlinkable", message),
            SessionError::Unsupported { feature, what } => {
                Self { feature, what, ..plain("unsupported", String::new()) }
            }
            SessionError::Other(message) => plain("error", message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_known_by_its_name() {
        let error = |text: &str| decode_answer::<u32>(&text.replace('{', r#"{"id":3,"#), 3).unwrap().unwrap_err();
        assert_eq!(error(r#"{"stop":"trap","message":"boom"}"#), SessionError::Trap("boom".to_owned()));
        assert_eq!(error(r#"{"stop":"trap","message":"x","as":["a","b"]}"#), SessionError::Trap("a|b".to_owned()));
        assert!(matches!(error(r#"{"stop":"dance"}"#), SessionError::Other(_)));
    }

    #[test]
    fn an_answer_belongs_to_its_request() {
        assert_eq!(decode_answer::<u32>(r#"{"ok":7,"id":3}"#, 3), Ok(Ok(7)));
        for (text, words) in [
            (r#"{"ok":7}"#, "no `id`"),
            (r#"{"id":2,"ok":7}"#, "`id` 2, not 3"),
            (r#"{"id":"3","ok":7}"#, "not 3"),
            (r#"{"id":3,"ok":-7}"#, "`ok`: "),
            (r#"{"id":3}"#, "neither `ok`"),
            (r#"{"id":3,"stop":1}"#, "nor a valid `stop`"),
            ("[]", "expected a map"),
            ("nonsense", "expected"),
        ] {
            let fault = decode_answer::<u32>(text, 3).unwrap_err();
            assert!(fault.contains(words), "{text}: {fault}");
        }
    }

    #[test]
    fn a_driver_of_another_version_is_known_by_it() {
        let fault = decode_hello(r#"{"ok":{"protocol":1,"version":"7"}}"#, 0).unwrap_err();
        assert_eq!(fault, format!("it speaks version 1 of the protocol, not {VERSION}"));
        assert!(decode_hello(r#"{"id":0,"ok":{"version":"7"}}"#, 0).unwrap_err().contains("missing field `protocol`"));
        assert!(
            decode_hello(r#"{"id":0,"stop":"error","message":"no"}"#, 0).unwrap_err().contains("it says error: no")
        );
    }

    #[test]
    fn errors_survive_the_way_there_and_back() {
        for error in [
            SessionError::Trap("boom".to_owned()),
            SessionError::Trap("a|b".to_owned()),
            SessionError::Exhaustion("call stack exhausted".to_owned()),
            SessionError::unsupported("simd", "v128"),
            SessionError::Other(String::new()),
        ] {
            let line = encode_answer(3.into(), Err(error.clone())).unwrap();
            assert_eq!(decode_answer::<u32>(std::str::from_utf8(&line).unwrap(), 3), Ok(Err(error)));
        }
    }
}
