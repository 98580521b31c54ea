//! A loaded library, which answers requests.

use super::api::{self, Api, Engine, ForeignApi, Owned};
use super::error::error;
use super::export_order;
use super::foreign::ForeignObjects;
use super::probe::Probes;
use super::session::CApiSession;
use crate::engine::driver::protocol::{self, Hello, Request};
use crate::engine::error::SessionResult;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::path::Path;

/// A loaded library, and the session that it is in.
pub(super) struct Library {
    api: &'static Api,
    foreigns: &'static Result<ForeignApi, String>,
    engine: Owned<Engine>,
    version: String,
    session: Option<CApiSession>,
    pub(super) probes: Probes,
}

impl Library {
    pub(super) fn open(path: &Path) -> Result<Self, String> {
        let library = api::open(path)?;
        // SAFETY: who says that the library implements `wasm.h` is taken at their word; it can't be checked.
        let api: &'static Api = Box::leak(Box::new(unsafe { Api::load(library) }?));
        // SAFETY: likewise.
        let foreigns: &'static _ = Box::leak(Box::new(unsafe { ForeignApi::load(library) }));
        // SAFETY: the engine is ours.
        let engine = unsafe { Owned::new(api, api.wasm_engine_new(), Api::wasm_engine_delete) };
        let engine = engine.ok_or("it makes no engine")?;
        let (version, mut probes) = (version(path), Probes::new(path));
        let mut session =
            CApiSession::new(api, &engine, ForeignObjects::new(foreigns)).map_err(|error| error.to_string())?;
        export_order::check(&mut session, &mut probes)?;
        drop(session);
        Ok(Self { api, foreigns, engine, version, session: None, probes })
    }

    pub(super) fn answer(&mut self, request: Request<'_>) -> SessionResult<Value> {
        let session = match (&request, &mut self.session) {
            (Request::Hello { .. }, _) => {
                return Ok(json!(Hello {
                    protocol: protocol::VERSION,
                    version: self.version.clone(),
                    missing: Vec::new(),
                    selects_features: false,
                }));
            }
            (Request::Session { .. }, session) => {
                // The old one is gone before there is a new one.
                *session = None;
                *session = Some(CApiSession::new(self.api, &self.engine, ForeignObjects::new(self.foreigns))?);
                return Ok(Value::Null);
            }
            (_, Some(session)) => session,
            (_, None) => return Err(error("there is no session yet")),
        };
        Ok(match request {
            Request::Hello { .. } | Request::Session { .. } => Value::Null,
            Request::Compile { wasm } => json!(session.compile(&wasm.0)?),
            Request::Validate { wasm } => json!(session.validate(&wasm.0)?),
            Request::Instantiate { module } => json!(session.instantiate(module)?),
            Request::Register { name, instance } => json!(session.register(name.into_owned(), instance)?),
            Request::Invoke { instance, name, params, results, args } => {
                let types = [&params[..], &results[..]].concat();
                json!(session.invoke(instance, &name, &types, &args, &mut self.probes)?)
            }
            Request::Get { instance, name, r#type, .. } => {
                json!(session.get(instance, &name, r#type.into_owned(), &mut self.probes)?)
            }
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
