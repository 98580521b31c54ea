//! Probes: for each feature the smallest module that needs it, given to an engine to find out whether it has the feature.
//!
//! This is the one way in which the harness knows what an engine has. Documentation and switches of engines are no
//! substitute: an engine may be built without a feature, or accept a switch and then not know the operators.
//!
//! - An engine in this process is given all probes before its first script ([`supported`]). Its modules are checked against
//!   the result before the engine sees them, so that it does not pass by rejecting what it does not know.
//! - A driver or runner is given the probes of a module's features when it has rejected the module
//!   ([`ProbeResults::first_missing`]). If it rejects a probe too, the module is `unsupported`, otherwise the rejection is
//!   a failure.

use std::collections::HashMap;
use wasmparser::WasmFeatures;
use wast::Wat;
use wast::parser::{ParseBuffer, parse};

/// The probes: name of the feature in reports, and text of the module.
const PROBES: &[(&str, &str)] = &[
    ("acquire_release_atomics", "(memory 1 1 shared) (func (drop (i32.atomic.load acqrel (i32.const 0))))"),
    ("bulk_memory", "(memory 1) (func (memory.fill (i32.const 0) (i32.const 0) (i32.const 0)))"),
    ("compact_imports", "(import \"a\" (item \"b\" (func)) (item \"c\" (func)))"),
    ("custom_descriptors", "(rec (type $a (descriptor $b) (struct)) (type $b (describes $a) (struct)))"),
    ("custom_page_sizes", "(memory 1 (pagesize 1))"),
    ("exceptions", "(func (try_table))"),
    ("extended_const", "(global i32 (i32.add (i32.const 1) (i32.const 2)))"),
    ("function_references", "(type $f (func)) (func (param (ref $f)))"),
    ("gc", "(type $s (struct)) (func (drop (struct.new $s)))"),
    ("gc_types", "(func (param externref))"),
    ("legacy_exceptions", "(func try catch_all end)"),
    ("memory64", "(memory i64 1)"),
    ("memory_control", "(memory 1) (func (memory.discard (i32.const 0) (i32.const 0)))"),
    ("multi_memory", "(memory 1) (memory 1)"),
    (
        "multibyte_array_access",
        "(type $a (array i8)) (func (param (ref $a)) (drop (i32.load (type $a) (local.get 0) (i32.const 0))))",
    ),
    ("multi_value", "(func (result i32 i32) (i32.const 0) (i32.const 0))"),
    ("mutable_global", "(global (export \"g\") (mut i32) (i32.const 0))"),
    ("reference_types", "(func (drop (ref.null func)))"),
    ("relaxed_simd", "(func (param v128) (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))"),
    ("saturating_float_to_int", "(func (param f32) (drop (i32.trunc_sat_f32_s (local.get 0))))"),
    ("shared_everything_threads", "(global (shared i32) (i32.const 0))"),
    ("sign_extension", "(func (param i32) (drop (i32.extend8_s (local.get 0))))"),
    ("simd", "(func (param v128) (drop (v128.not (local.get 0))))"),
    ("stack_switching", "(type $f (func)) (type $c (cont $f)) (func (param (ref null $c)))"),
    ("tail_call", "(func $f (return_call $f))"),
    ("threads", "(memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0))))"),
    ("wide_arithmetic", "(func (param i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 0)))"),
];

/// The probe of a feature; `None` for features that have none.
#[must_use]
pub fn module(feature: &str) -> Option<Vec<u8>> {
    let (_, text) = PROBES.iter().find(|(name, _)| *name == feature)?;
    let text = format!("(module {text})");
    let buffer = ParseBuffer::new(&text).ok()?;
    parse::<Wat<'_>>(&buffer).ok()?.encode().ok()
}

/// The features that have a probe.
#[must_use]
pub fn all() -> WasmFeatures {
    PROBES.iter().map(|(name, _)| super::named(name)).collect()
}

/// The features whose probes an engine accepts, and floats, which every engine has. `accepts` gives the engine a probe with
/// the features that the probe needs, and no others: some compilers refuse `gc_types`, which `wasmparser` counts to 1.0.
pub fn supported(mut accepts: impl FnMut(&[u8], WasmFeatures) -> bool) -> WasmFeatures {
    let mut features = WasmFeatures::FLOATS;
    for (name, _) in PROBES {
        let Some(probe) = module(name) else { continue };
        let needed = super::required(&probe, WasmFeatures::all()).unwrap_or_default();
        let needed = needed.into_iter().map(super::named).fold(WasmFeatures::FLOATS, WasmFeatures::union);
        let needed = if super::accepts(&probe, needed) { needed } else { needed.union(WasmFeatures::MVP) };
        if accepts(&probe, needed) {
            features |= super::named(name);
        }
    }
    features
}

/// The probes that an engine has accepted or rejected so far.
#[derive(Debug, Default)]
pub struct ProbeResults(HashMap<&'static str, bool>);

impl ProbeResults {
    /// Finds the first of the features `needed` that an engine lacks. `accepts` gives the engine a probe; each probe is
    /// given once.
    pub fn first_missing(
        &mut self,
        needed: &[&'static str],
        mut accepts: impl FnMut(&[u8]) -> bool,
    ) -> Option<&'static str> {
        needed.iter().copied().find(|feature| {
            let accepted = self.0.entry(feature);
            !*accepted.or_insert_with(|| module(feature).is_none_or(|module| accepts(&module)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_probe_needs_its_feature() {
        for (feature, _) in PROBES {
            let module = module(feature).unwrap_or_else(|| panic!("the probe of {feature} is no module"));
            let needed = crate::features::required(&module, WasmFeatures::all());
            let needed = needed.unwrap_or_else(|| panic!("the probe of {feature} is invalid"));
            assert!(needed.contains(feature) || *feature == "gc_types", "{feature}: {needed:?}");
        }
    }

    #[test]
    fn each_feature_of_a_proposal_has_a_probe() {
        for subject in crate::suite::subjects().unwrap() {
            for feature in crate::features::names(subject.features) {
                assert!(module(feature).is_some(), "{}: {feature}", subject.name);
            }
        }
    }

    #[test]
    fn an_engine_gets_each_probe_once() {
        let mut results = ProbeResults::default();
        let mut asked = 0;
        for _ in 0..2 {
            let missing = results.first_missing(&["simd", "tail_call"], |_| {
                asked += 1;
                asked == 1
            });
            assert_eq!(missing, Some("tail_call"));
        }
        assert_eq!(asked, 2);
    }
}
