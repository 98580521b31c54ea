//! One script's session in a driver.

use super::process::Process;
use super::signatures::{self, Signature};
use crate::engine::driver::protocol::{Binary, Request, WireValue, decode_value};
use crate::engine::error::{SessionError, SessionResult};
use crate::engine::interface::{InstanceId, ModuleId, Session};
use crate::engine::spectest;
use crate::engine::value::Value;
use crate::features;
use serde::de::{DeserializeOwned, IgnoredAny};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wasmparser::{Validator, WasmFeatures};

fn lock(process: &Mutex<Process>) -> MutexGuard<'_, Process> {
    process.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One script's modules and instances in a driver.
pub(super) struct DriverSession {
    process: Arc<Mutex<Process>>,
    features: WasmFeatures,
    selects_features: bool,
    /// Types of the exports of each module, by number.
    modules: Vec<Arc<HashMap<String, Signature>>>,
    /// Types of the exports of each instance, by number.
    instances: Vec<Arc<HashMap<String, Signature>>>,
}

impl DriverSession {
    /// Starts a session with the host module.
    pub(super) fn start(
        process: Arc<Mutex<Process>>,
        mode: &str,
        features: WasmFeatures,
        selects_features: bool,
    ) -> SessionResult<Self> {
        let names = features::names(features).into_iter().map(Cow::Borrowed).collect();
        lock(&process).ask::<IgnoredAny>(&Request::Session { mode: mode.into(), features: names })?;
        let mut session = Self { process, features, selects_features, modules: Vec::new(), instances: Vec::new() };
        session.add_host_module()?;
        Ok(session)
    }

    fn ask<T: DeserializeOwned>(&self, request: &Request<'_>) -> SessionResult<T> {
        lock(&self.process).ask(request)
    }

    /// Sends the host module to the driver as wasm. So drivers need not know it, and the types of its exports are known.
    fn add_host_module(&mut self) -> SessionResult<()> {
        let mut refused = None;
        for wasm in spectest::modules() {
            let done = self.compile(&wasm).and_then(|module| self.instantiate(module));
            match done {
                Ok(instance) => return self.register(spectest::NAME, instance),
                Err(stop) => refused = Some(stop),
            }
        }
        Err(refused.unwrap_or_else(|| SessionError::Other("no host module".to_owned())))
    }

    /// Finds the type of an export.
    fn export(&self, instance: InstanceId, name: &str) -> SessionResult<&Signature> {
        let exports =
            self.instances.get(instance.0).ok_or_else(|| SessionError::Other("no such instance".to_owned()))?;
        exports.get(name).ok_or_else(|| SessionError::Other(format!("no function or global `{name}` is exported")))
    }

    /// Whether a module is invalid only because the script does not allow a feature, and the engine has no switches for
    /// features. That the engine accepts it is then no fault of its validation.
    fn needs_feature_switch(&self, wasm: &[u8]) -> bool {
        let accepts = |features| Validator::new_with_features(features).validate_all(wasm).is_ok();
        !self.selects_features && !accepts(self.features) && accepts(WasmFeatures::all())
    }
}

impl Session for DriverSession {
    fn compile(&mut self, wasm: &[u8]) -> SessionResult<ModuleId> {
        let request = Request::Compile { wasm: Binary(wasm.into()) };
        let mut process = lock(&self.process);
        let module: usize = process.ask_about(wasm, &request, self.features)?;
        if module != self.modules.len() {
            process.abort(&format!("it calls module {} number {module}", self.modules.len()));
        }
        self.modules.push(Arc::new(signatures::exports(wasm)));
        Ok(ModuleId(module))
    }

    fn validate(&mut self, wasm: &[u8]) -> SessionResult<()> {
        let request = Request::Validate { wasm: Binary(wasm.into()) };
        lock(&self.process).ask_about::<IgnoredAny>(wasm, &request, self.features)?;
        if self.needs_feature_switch(wasm) {
            let what = "the engine can't do without a feature that makes the module valid".to_owned();
            return Err(SessionError::Unsupported { feature: "feature-selection".to_owned(), what });
        }
        Ok(())
    }

    fn instantiate(&mut self, module: ModuleId) -> SessionResult<InstanceId> {
        let exports =
            self.modules.get(module.0).cloned().ok_or_else(|| SessionError::Other("no such module".to_owned()))?;
        let mut process = lock(&self.process);
        let instance: usize = process.ask(&Request::Instantiate { module: module.0 })?;
        if instance != self.instances.len() {
            process.abort(&format!("it calls instance {} number {instance}", self.instances.len()));
        }
        self.instances.push(exports);
        Ok(InstanceId(instance))
    }

    fn register(&mut self, name: &str, instance: InstanceId) -> SessionResult<()> {
        self.ask::<IgnoredAny>(&Request::Register { name: name.into(), instance: instance.0 }).map(|_| ())
    }

    fn invoke(&mut self, instance: InstanceId, name: &str, args: &[Value]) -> SessionResult<Vec<Value>> {
        let Signature::Func { params, results } = self.export(instance, name)? else {
            return Err(SessionError::Other(format!("`{name}` is no function")));
        };
        let args: Vec<WireValue> = args.iter().map(|&value| value.into()).collect();
        let request = Request::Invoke {
            instance: instance.0,
            name: name.into(),
            params: params.into(),
            results: results.into(),
            args: args.into(),
        };
        let values: Vec<serde_json::Value> = self.ask(&request)?;
        values.into_iter().map(|value| decode_value(value).map_err(SessionError::Other)).collect()
    }

    fn get(&mut self, instance: InstanceId, name: &str) -> SessionResult<Value> {
        let Signature::Global { content, mutable } = self.export(instance, name)? else {
            return Err(SessionError::Other(format!("`{name}` is no global")));
        };
        let value = self.ask(&Request::Get {
            instance: instance.0,
            name: name.into(),
            r#type: content.into(),
            mutable: *mutable,
        })?;
        decode_value(value).map_err(SessionError::Other)
    }
}
