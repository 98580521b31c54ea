//! Whether an engine has a feature, found out by giving it the smallest module that needs it.
//!
//! An engine that rejects a valid module either lacks a feature that the module needs or is wrong about it. The probes tell
//! which: what is rejected along with its probe is `unsupported`, the rest is a failure.

use std::collections::HashMap;
use wasmparser::WasmFeatures;
use wast::Wat;
use wast::parser::{ParseBuffer, parse};

/// Features, as reports name them, and a module that needs each.
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
    ("reference_types", "(table 1 externref)"),
    ("relaxed_simd", "(func (param v128) (drop (i8x16.relaxed_swizzle (local.get 0) (local.get 0))))"),
    ("saturating_float_to_int", "(func (param f32) (drop (i32.trunc_sat_f32_s (local.get 0))))"),
    ("shared_everything_threads", "(global (shared i32) (i32.const 0))"),
    ("sign_extension", "(func (param i32) (drop (i32.extend8_s (local.get 0))))"),
    ("simd", "(func (param v128))"),
    ("stack_switching", "(type $f (func)) (type $c (cont $f)) (func (param (ref null $c)))"),
    ("tail_call", "(func $f (return_call $f))"),
    ("threads", "(memory 1 1 shared) (func (drop (i32.atomic.load (i32.const 0))))"),
    ("wide_arithmetic", "(func (param i64) (result i64 i64) (i64.mul_wide_s (local.get 0) (local.get 0)))"),
];

/// The smallest module that needs a feature; none for features that can't be told apart that way.
#[must_use]
pub fn module(feature: &str) -> Option<Vec<u8>> {
    let (_, text) = PROBES.iter().find(|(name, _)| *name == feature)?;
    let text = format!("(module {text})");
    let buffer = ParseBuffer::new(&text).ok()?;
    parse::<Wat<'_>>(&buffer).ok()?.encode().ok()
}

/// The features that an engine has, if it can be told which by whether it accepts the probes.
pub fn able(mut accepts: impl FnMut(&[u8]) -> bool) -> WasmFeatures {
    let has = PROBES.iter().filter(|(name, _)| module(name).is_some_and(|module| accepts(&module)));
    has.map(|(name, _)| super::named(name)).fold(WasmFeatures::MVP, WasmFeatures::union)
}

/// What is known of an engine's features.
#[derive(Debug, Default)]
pub struct Known(HashMap<&'static str, bool>);

impl Known {
    /// The first of the features that a module needs and an engine lacks. `accepts` asks the engine about a module.
    pub fn lacks(&mut self, needed: &[&'static str], mut accepts: impl FnMut(&[u8]) -> bool) -> Option<&'static str> {
        needed.iter().copied().find(|feature| {
            let known = self.0.entry(feature);
            !*known.or_insert_with(|| module(feature).is_none_or(|module| accepts(&module)))
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
    fn an_engine_is_asked_once() {
        let mut known = Known::default();
        let mut asked = 0;
        for _ in 0..2 {
            let lacks = known.lacks(&["simd", "tail_call"], |_| {
                asked += 1;
                asked == 1
            });
            assert_eq!(lacks, Some("tail_call"));
        }
        assert_eq!(asked, 2);
    }
}
