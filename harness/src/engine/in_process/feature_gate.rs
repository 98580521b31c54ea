//! The feature gate: keeps an engine from being judged by modules whose validity depends on a feature it lacks.

use crate::engine::error::{SessionError, SessionResult};
use crate::features;
use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

/// The features of an engine in one mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct FeatureSupport {
    /// Features that the engine has.
    pub(super) supported: WasmFeatures,
    /// Features that are on whatever the configuration says.
    pub(super) always_on: WasmFeatures,
}

/// Compares the features that a script allows with those that the engine has and those that it cannot switch off.
///
/// Without the gate, two verdicts would be wrong. An engine that lacks a feature would pass whenever a script has an
/// invalid module that uses the feature. An engine that cannot switch a feature off would fail whenever an old script has
/// a module rejected that newer versions of the spec accept.
#[derive(Clone, Copy, Debug)]
pub(super) struct FeatureGate {
    /// Features that the script's modules may use.
    script: WasmFeatures,
    engine: FeatureSupport,
}

impl FeatureGate {
    /// Creates the gate for a script that allows the features `script`.
    pub(super) fn new(script: WasmFeatures, engine: FeatureSupport) -> Self {
        Self { script: script.union(WasmFeatures::MVP), engine }
    }

    /// The features to switch on for the script.
    pub(super) fn enabled(&self) -> WasmFeatures {
        self.script.intersection(self.engine.supported)
    }

    /// Checks, before a module is compiled, that its validity does not depend on a feature that the engine lacks.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unsupported`] with the name of the feature.
    pub(super) fn admit(&self, wasm: &[u8]) -> SessionResult<()> {
        let lacking = self.script.difference(self.engine.supported);
        if lacking.is_empty() {
            return Ok(());
        }
        let Err(refusal) = check(wasm, self.enabled()) else { return Ok(()) };
        let mut missing = refusal.missing_wasm_feature().filter(|flag| lacking.intersects(*flag));
        match check(wasm, self.script) {
            Ok(()) => {
                let needed = features::required(wasm, self.script).unwrap_or_default();
                missing = missing.or_else(|| lacking.iter().find(|flag| needed.contains(&name(*flag).as_str())));
            }
            // The module is invalid for the same reason with all features of the script.
            Err(error) if same(&refusal, &error) => return Ok(()),
            Err(_) => {
                let helps = |flag: &WasmFeatures| {
                    check(wasm, self.enabled().union(*flag)).map_or_else(|error| !same(&error, &refusal), |()| true)
                };
                missing = missing.or_else(|| lacking.iter().find(helps));
            }
        }
        let missing = missing.or_else(|| lacking.iter().next()).map(name).unwrap_or_default();
        Err(SessionError::unsupported(&missing, refusal.message()))
    }

    /// Checks, after the engine has accepted a module, that it did so within the features of the script.
    ///
    /// # Errors
    ///
    /// [`SessionError::Unsupported`] with the name of the feature that makes the module valid and cannot be switched off.
    pub(super) fn confirm(&self, wasm: &[u8]) -> SessionResult<()> {
        let extra = self.engine.always_on.difference(self.script);
        if extra.is_empty() || check(wasm, self.script).is_ok() {
            return Ok(());
        }
        let all = self.script.union(extra);
        let Some(needed) = features::required(wasm, all) else { return Ok(()) };
        let extra = features::names(extra);
        let feature = needed.into_iter().find(|name| extra.contains(name)).unwrap_or("unknown");
        Err(SessionError::unsupported(feature, "the engine cannot switch it off"))
    }
}

fn check(wasm: &[u8], features: WasmFeatures) -> Result<(), BinaryReaderError> {
    Validator::new_with_features(features).validate_all(wasm).map(|_| ())
}

/// Name of a feature in reports. Features of 1.0 have no name in reports; an engine may lack one of them all the same, so
/// they go by the name of the flag.
fn name(feature: WasmFeatures) -> String {
    let listed = features::names(feature).first().map(|name| (*name).to_owned());
    listed.or_else(|| feature.iter_names().next().map(|(name, _)| name.to_lowercase())).unwrap_or_default()
}

fn same(a: &BinaryReaderError, b: &BinaryReaderError) -> bool {
    a.offset() == b.offset() && a.message() == b.message()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wasm(text: &str) -> Vec<u8> {
        let buffer = wast::parser::ParseBuffer::new(text).unwrap();
        wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap()
    }

    fn new_gate(script: WasmFeatures, supported: WasmFeatures, always_on: WasmFeatures) -> FeatureGate {
        FeatureGate::new(script, FeatureSupport { supported, always_on })
    }

    fn feature(done: SessionResult<()>) -> Option<String> {
        match done {
            Ok(()) => None,
            Err(SessionError::Unsupported { feature, .. }) => Some(feature),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn modules_with_what_the_engine_lacks_are_not_its_to_judge() {
        let gate = new_gate(WasmFeatures::WASM3, WasmFeatures::WASM2, WasmFeatures::WASM2);
        assert_eq!(feature(gate.admit(&wasm("(module (func))"))), None);
        assert_eq!(feature(gate.admit(&wasm("(module (type (struct)))"))).as_deref(), Some("gc"));
        let tail = wasm("(module (func return_call 0))");
        assert_eq!(feature(gate.admit(&tail)).as_deref(), Some("tail_call"));
        let invalid_tail = wasm("(module (func (result i32) return_call 1) (func))");
        assert_eq!(feature(gate.admit(&invalid_tail)).as_deref(), Some("tail_call"));
        assert_eq!(feature(gate.admit(&wasm("(module (func (result i32)))"))), None, "invalid everywhere");
        assert_eq!(feature(gate.admit(b"\0asm")), None, "malformed everywhere");
    }

    #[test]
    fn what_cannot_be_switched_off_is_no_failure() {
        let gate = new_gate(WasmFeatures::WASM1, WasmFeatures::WASM2, WasmFeatures::WASM2);
        let two = wasm("(module (table 0 funcref) (table 0 funcref))");
        assert_eq!(feature(gate.confirm(&two)).as_deref(), Some("reference_types"));
        assert_eq!(feature(gate.confirm(&wasm("(module (func))"))), None);
        assert_eq!(
            feature(gate.confirm(&wasm("(module (func (result i32)))"))),
            None,
            "the engine was wrong to accept it"
        );
        let free = new_gate(WasmFeatures::WASM1, WasmFeatures::WASM2, WasmFeatures::empty());
        assert_eq!(feature(free.confirm(&two)), None, "the engine was wrong to accept it");
    }
}
