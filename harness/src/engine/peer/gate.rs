//! Which modules are an engine's to judge: those that need no feature it lacks.

use super::{Done, Stop, inexpressible};
use crate::features;
use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

/// What a script allows, against what an engine can do and cannot leave.
///
/// Without it an engine that lacks a feature would pass whenever a module that uses the feature has to be rejected, and
/// one that cannot switch a feature off would fail whenever an old script has a module rejected that newer versions of
/// the specification accept.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Gate {
    /// What the script's modules may use.
    script: WasmFeatures,
    /// What the engine has.
    able: WasmFeatures,
    /// What the engine has on whatever it is told.
    fixed: WasmFeatures,
}

impl Gate {
    /// A gate for a script that allows `script`, before an engine that has `able` and cannot switch off `fixed`.
    pub(in super::super) fn new(script: WasmFeatures, able: WasmFeatures, fixed: WasmFeatures) -> Self {
        Self { script: script.union(WasmFeatures::MVP), able, fixed }
    }

    /// The features that the engine should have on for the script.
    pub(in super::super) fn on(&self) -> WasmFeatures {
        self.script.intersection(self.able)
    }

    /// Stops a module whose validity depends on a feature that the engine does not have.
    pub(super) fn admit(&self, wasm: &[u8]) -> Done<()> {
        let lacking = self.script.difference(self.able);
        if lacking.is_empty() {
            return Ok(());
        }
        let Err(refusal) = check(wasm, self.on()) else { return Ok(()) };
        let mut missing = refusal.missing_wasm_feature().filter(|flag| lacking.intersects(*flag));
        match check(wasm, self.script) {
            Ok(()) => {
                let needed = features::required(wasm, self.script).unwrap_or_default();
                missing = missing.or_else(|| lacking.iter().find(|flag| needed.contains(&name(*flag).as_str())));
            }
            // It would be rejected whatever the engine had.
            Err(error) if same(&refusal, &error) => return Ok(()),
            Err(_) => {
                let helps = |flag: &WasmFeatures| {
                    check(wasm, self.on().union(*flag)).map_or_else(|error| !same(&error, &refusal), |()| true)
                };
                missing = missing.or_else(|| lacking.iter().find(helps));
            }
        }
        let missing = missing.or_else(|| lacking.iter().next()).map(name).unwrap_or_default();
        Err(inexpressible(&missing, refusal.message()))
    }

    /// Stops a module that the engine accepted only because it has features on that the script does not allow.
    pub(super) fn confirm(&self, wasm: &[u8]) -> Done<()> {
        let extra = self.fixed.difference(self.script);
        if extra.is_empty() || check(wasm, self.script).is_ok() {
            return Ok(());
        }
        let all = self.script.union(extra);
        let Some(needed) = features::required(wasm, all) else { return Ok(()) };
        let extra = features::names(extra);
        let feature = needed.into_iter().find(|name| extra.contains(name)).unwrap_or("unknown");
        Err(inexpressible(feature, "the engine cannot switch it off"))
    }
}

fn check(wasm: &[u8], features: WasmFeatures) -> Result<(), BinaryReaderError> {
    Validator::new_with_features(features).validate_all(wasm).map(|_| ())
}

/// Name of a feature in reports; those that are part of 1.0 and can be lacking all the same have none there.
fn name(feature: WasmFeatures) -> String {
    let listed = features::names(feature).first().map(|name| (*name).to_owned());
    listed.or_else(|| feature.iter_names().next().map(|(name, _)| name.to_lowercase())).unwrap_or_default()
}

fn same(a: &BinaryReaderError, b: &BinaryReaderError) -> bool {
    a.offset() == b.offset() && a.message() == b.message()
}

/// The features of the harness's `wasmparser` that are not in `able`, by name.
pub(in super::super) fn missing(able: WasmFeatures) -> Vec<String> {
    let core = crate::suite::subjects().map_or(WasmFeatures::empty(), |all| all.iter().map(|s| s.features).collect());
    features::names(core.difference(able)).into_iter().map(str::to_owned).collect()
}

/// The stop for a module that the engine does not take although it is valid.
pub(in super::super) fn refused(reason: impl Into<String>) -> Stop {
    Stop::Invalid(reason.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wasm(text: &str) -> Vec<u8> {
        let buffer = wast::parser::ParseBuffer::new(text).unwrap();
        wast::parser::parse::<wast::Wat<'_>>(&buffer).unwrap().encode().unwrap()
    }

    fn feature(done: Done<()>) -> Option<String> {
        match done {
            Ok(()) => None,
            Err(Stop::Unsupported { feature, .. }) => Some(feature),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn modules_with_what_the_engine_lacks_are_not_its_to_judge() {
        let gate = Gate::new(WasmFeatures::WASM3, WasmFeatures::WASM2, WasmFeatures::WASM2);
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
        let gate = Gate::new(WasmFeatures::WASM1, WasmFeatures::WASM2, WasmFeatures::WASM2);
        let two = wasm("(module (table 0 funcref) (table 0 funcref))");
        assert_eq!(feature(gate.confirm(&two)).as_deref(), Some("reference_types"));
        assert_eq!(feature(gate.confirm(&wasm("(module (func))"))), None);
        assert_eq!(
            feature(gate.confirm(&wasm("(module (func (result i32)))"))),
            None,
            "the engine was wrong to accept it"
        );
        let free = Gate::new(WasmFeatures::WASM1, WasmFeatures::WASM2, WasmFeatures::empty());
        assert_eq!(feature(free.confirm(&two)), None, "the engine was wrong to accept it");
    }
}
