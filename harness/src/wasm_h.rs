//! A driver for engines with the standard C API, `wasm.h`: loads any shared library that has it.
//!
//! It speaks the protocol of `DRIVERS.md`. What the header has no words for is `unsupported`: `v128` and the types of
//! references beyond `externref` and `funcref` in the signature of what is called. What an instance exports can be of
//! any type: it is handed on to other instances as it is.

mod api;
mod crash;
mod host;
mod names;
mod order;
mod probe;
mod session;
mod traps;

pub(crate) use probe::Kind;

use crate::engine::driver::protocol::{self, WireValue};
use crate::engine::{Done, EITHER, Stop};
use crate::escape;
use api::{Api, Engine, Foreigns, Owned};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use host::Hosts;
use probe::Probes;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};
use session::Session;
use sha2::{Digest, Sha256};
use std::io::{self, BufRead, Write};
use std::path::Path;

/// Names the library, where the command line does not.
pub(crate) const VARIABLE: &str = "WASSAY_WASM_H";

/// A request, as the harness sends it.
#[derive(Debug, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
enum Request {
    Hello {},
    Session {},
    Compile { wasm: Binary },
    Validate { wasm: Binary },
    Instantiate { module: usize },
    Register { name: String, instance: usize },
    Invoke { instance: usize, name: String, params: Vec<String>, results: Vec<String>, args: Vec<WireValue> },
    Get { instance: usize, name: String, r#type: String },
}

/// Bytes, which travel in base64.
#[derive(Debug)]
struct Binary(Vec<u8>);

impl From<Vec<u8>> for Binary {
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        BASE64_STANDARD.decode(text).map(Self).map_err(serde::de::Error::custom)
    }
}

/// Answers requests until there are no more.
///
/// # Errors
///
/// When requests can't be read or answers can't be written.
pub(crate) fn serve(path: &Path) -> io::Result<()> {
    crash::name_the_function();
    let mut library = Library::open(path).map_err(|why| format!("`{}`: {why}", escape::path(path)));
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        let id = line["id"].clone();
        let request = serde_json::from_value(line).map_err(|error| Stop::Error(format!("no request: {error}")));
        let done = request.and_then(|request| match &mut library {
            Ok(library) => library.answer(request),
            Err(why) => Err(Stop::Error(why.clone())),
        });
        let mut answer = done.map_or_else(stopped, |ok| json!({ "ok": ok }));
        answer["id"] = id;
        let mut answer = serde_json::to_vec(&answer)?;
        answer.push(b'\n');
        out.write_all(&answer)?;
        out.flush()?;
    }
    Ok(())
}

/// Tries something that a library may crash on.
///
/// # Errors
///
/// Says what does not work, if it lives to say it.
pub(crate) fn probe(path: &Path, kind: Kind) -> Result<(), String> {
    crash::name_the_function();
    probe::here(path, kind)
}

/// A loaded library, and the session that it is in.
struct Library {
    api: &'static Api,
    foreigns: &'static Result<Foreigns, String>,
    engine: Owned<Engine>,
    version: String,
    session: Option<Session>,
    probes: Probes,
}

impl Library {
    fn open(path: &Path) -> Result<Self, String> {
        let library = api::open(path)?;
        // SAFETY: who says that the library implements `wasm.h` is taken at their word; it can't be checked.
        let api: &'static Api = Box::leak(Box::new(unsafe { Api::load(library) }?));
        // SAFETY: likewise.
        let foreigns: &'static _ = Box::leak(Box::new(unsafe { Foreigns::load(library) }));
        // SAFETY: the engine is ours.
        let engine = unsafe { Owned::new(api, api.wasm_engine_new(), Api::wasm_engine_delete) };
        let engine = engine.ok_or("it makes no engine")?;
        let (version, mut probes) = (version(path), Probes::new(path));
        let mut session = Session::new(api, &engine, Hosts::new(foreigns)).map_err(|stop| stop.to_string())?;
        order::check(&mut session, &mut probes)?;
        drop(session);
        Ok(Self { api, foreigns, engine, version, session: None, probes })
    }

    fn answer(&mut self, request: Request) -> Done<Value> {
        let session = match (&request, &mut self.session) {
            (Request::Hello {}, _) => {
                return Ok(json!({
                    "protocol": protocol::VERSION,
                    "version": self.version,
                    "selects_features": false,
                }));
            }
            (Request::Session {}, session) => {
                // The old one is gone before there is a new one.
                *session = None;
                *session = Some(Session::new(self.api, &self.engine, Hosts::new(self.foreigns))?);
                return Ok(Value::Null);
            }
            (_, Some(session)) => session,
            (_, None) => return Err(Stop::Error("there is no session yet".to_owned())),
        };
        Ok(match request {
            Request::Hello {} | Request::Session {} => Value::Null,
            Request::Compile { wasm } => json!(session.compile(&wasm.0)?),
            Request::Validate { wasm } => json!(session.validate(&wasm.0)?),
            Request::Instantiate { module } => json!(session.instantiate(module)?),
            Request::Register { name, instance } => json!(session.register(name, instance)?),
            Request::Invoke { instance, name, params, results, args } => {
                let types = [params, results].concat();
                json!(session.invoke(instance, &name, &types, &args, &mut self.probes)?)
            }
            Request::Get { instance, name, r#type } => json!(session.get(instance, &name, r#type, &mut self.probes)?),
        })
    }
}

/// The header tells no version: the library is known by its file's name and the hash of what is in it.
fn version(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // What the loader finds by name alone is not looked for a second time.
    let Ok(bytes) = std::fs::read(path) else { return name };
    let hash: String = Sha256::digest(bytes)[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name} {hash}")
}

/// How a request stopped, in the protocol's words.
fn stopped(stop: Stop) -> Value {
    let plain = |kind: &str, message: String| json!({ "stop": kind, "message": message });
    match stop {
        Stop::Trap(message) => {
            let names: Vec<_> = message.split(EITHER).collect();
            json!({ "stop": "trap", "message": names[0], "as": if names.len() > 1 { &names[..] } else { &[] } })
        }
        Stop::Exhaustion(message) => plain("exhaustion", message),
        Stop::Exception(message) => plain("exception", message),
        Stop::Suspension(message) => plain("suspension", message),
        Stop::Invalid(message) => plain("invalid", message),
        Stop::Unlinkable(message) => plain("unlinkable", message),
        Stop::Unsupported { feature, what } => json!({ "stop": "unsupported", "feature": feature, "what": what }),
        Stop::Error(message) => plain("error", message),
    }
}
