//! The interface to an engine in this process, and the [`Engine`] that is made of it.

use super::feature_gate::{FeatureGate, FeatureSupport};
use super::session::StoreSession;
use super::store::EngineStore;
use crate::engine::error::Error;
use crate::engine::interface::{Engine, Mode, Session, unknown_mode};
use crate::features::{self, probe};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use wasmparser::WasmFeatures;

/// Name, version and modes of an engine.
pub(super) struct EngineInfo {
    /// Name, as `--engine` takes it.
    pub(super) name: &'static str,
    /// Version that each row of a report has.
    pub(super) version: &'static str,
    /// Description in one line.
    pub(super) about: &'static str,
    /// The modes that run when the call names none.
    pub(super) modes: &'static [Mode],
}

/// An engine that is linked into this program.
pub(super) trait InProcessEngine: Default + Send + Sync + 'static {
    /// Name, version and modes.
    const INFO: EngineInfo;
    /// The store that a script's modules live in.
    type Store: EngineStore;

    /// Whether the engine has a mode.
    fn has_mode(&self, mode: &str) -> bool {
        Self::INFO.modes.iter().any(|known| known.name == mode)
    }

    /// Creates a store for one script, with these features and no others, as far as the engine can switch them; or says
    /// why the engine does not start.
    fn start(&self, mode: &str, features: WasmFeatures) -> Result<Self::Store, String>;

    /// Whether the engine accepts a probe with these features on. The default validates the probe. An engine overrides it
    /// if its own answer is more precise: some accept a module and fail later for the lack of a feature.
    fn accepts(&self, mode: &str, features: WasmFeatures, probe: &[u8]) -> bool {
        self.start(mode, features).is_ok_and(|mut store| store.validate(probe).is_ok())
    }

    /// The features of a mode, measured with the probes. An engine overrides it if its errors name missing features, as
    /// those of the VM do: then there is nothing to measure.
    fn features(&self, mode: &str) -> FeatureSupport {
        let supported = probe::supported(|probe, needed| self.accepts(mode, needed, probe));
        let always_on = probe::supported(|probe, _| self.accepts(mode, WasmFeatures::MVP, probe));
        // A validator may accept an encoding whose feature the engine does not have.
        FeatureSupport { supported, always_on: always_on.intersection(supported) }
    }
}

/// An engine in this process, with the features of the modes that have been used.
#[derive(Default)]
pub(super) struct InProcess<E> {
    engine: E,
    features: Mutex<HashMap<String, FeatureSupport>>,
}

impl<E: InProcessEngine> InProcess<E> {
    fn features(&self, mode: &str) -> FeatureSupport {
        let mut features = self.features.lock().unwrap_or_else(PoisonError::into_inner);
        *features.entry(mode.to_owned()).or_insert_with(|| self.engine.features(mode))
    }
}

impl<E: InProcessEngine> Engine for InProcess<E> {
    fn name(&self) -> &'static str {
        E::INFO.name
    }

    fn version(&self) -> String {
        E::INFO.version.to_owned()
    }

    fn about(&self) -> &'static str {
        E::INFO.about
    }

    fn modes(&self) -> Vec<Mode> {
        E::INFO.modes.to_vec()
    }

    fn has_mode(&self, mode: &str) -> bool {
        self.engine.has_mode(mode)
    }

    fn missing(&self) -> Vec<String> {
        let supported = self.features(E::INFO.modes[0].name).supported;
        features::names(probe::all().difference(supported)).into_iter().map(str::to_owned).collect()
    }

    fn session(&self, mode: &str, features: WasmFeatures) -> Result<Box<dyn Session>, Error> {
        if !self.has_mode(mode) {
            return Err(unknown_mode(self, mode));
        }
        let gate = FeatureGate::new(features, self.features(mode));
        let store = self.engine.start(mode, gate.enabled());
        let store = store.map_err(|reason| Error::Start { engine: E::INFO.name, reason })?;
        Ok(Box::new(StoreSession::new(store, gate)))
    }
}
