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

/// A loaded library with its current session.
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
        // SAFETY: the user claims that the library implements `wasm.h`. This cannot be checked.
        let api: &'static Api = Box::leak(Box::new(unsafe { Api::load(library) }?));
        // SAFETY: as above.
        let foreigns: &'static _ = Box::leak(Box::new(unsafe { ForeignApi::load(library) }));
        // SAFETY: `wasm_engine_new` passes ownership of the engine.
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
                // Deletes the old session before it creates the new one.
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

/// The version of a library: its file name and the beginning of its SHA-256. The header has no function for the version.
fn version(path: &Path) -> String {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // A library that the loader found by its name alone is not searched for again.
    let Ok(bytes) = std::fs::read(path) else { return name };
    let hash: String = Sha256::digest(bytes)[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{name} {hash}")
}
