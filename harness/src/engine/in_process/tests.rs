//! Tests of the features that the probes find in engines.

use super::engine::InProcessEngine;
use crate::features;

/// Names of the features that an engine has, and of those that it cannot switch off.
fn found<E: InProcessEngine>() -> [String; 2] {
    let support = E::default().features(E::INFO.modes[0].name);
    [support.supported, support.always_on].map(|features| features::names(features).join(" "))
}

#[cfg(feature = "stitch")]
#[test]
fn features_of_stitch() {
    let all = "bulk_memory multi_value mutable_global reference_types saturating_float_to_int sign_extension";
    assert_eq!(found::<super::stitch::Stitch>(), [all, all]);
}

#[cfg(feature = "wasm3")]
#[test]
fn features_of_wasm3() {
    let all = "bulk_memory compact_imports custom_page_sizes extended_const multi_value mutable_global reference_types \
               saturating_float_to_int sign_extension tail_call";
    assert_eq!(found::<super::wasm3::Wasm3>(), [all, all]);
}

#[cfg(feature = "wasmi")]
#[test]
fn features_of_wasmi() {
    let supported = "bulk_memory custom_page_sizes extended_const memory64 multi_memory multi_value mutable_global \
                     reference_types relaxed_simd saturating_float_to_int sign_extension simd tail_call wide_arithmetic";
    assert_eq!(found::<super::wasmi::Wasmi>(), [supported, ""]);
}

#[cfg(feature = "wasmer")]
#[test]
fn features_of_wasmer() {
    let [supported, always_on] = found::<super::wasmer::Wasmer>();
    println!("{supported}");
    assert_eq!(always_on, "mutable_global saturating_float_to_int sign_extension");
    assert!(!supported.contains("tail_call"), "{supported}");
}

#[cfg(feature = "wasmtime")]
#[test]
fn features_of_wasmtime() {
    let [supported, always_on] = found::<super::wasmtime::Wasmtime>();
    println!("{supported}");
    assert_eq!(always_on, "");
    for feature in ["gc", "tail_call", "threads", "exceptions", "memory64"] {
        assert!(supported.contains(feature), "{feature}: {supported}");
    }
}
