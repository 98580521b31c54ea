//! The features that a module needs: the smallest set with which `wasmparser` accepts it.

pub mod probe;

use std::sync::LazyLock;
use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

/// Every feature beyond 1.0, by its name in reports. The first of each pair in [`HALVES`] has no name of its own.
static NAMES: LazyLock<Vec<(String, WasmFeatures)>> = LazyLock::new(|| {
    let extra = WasmFeatures::all().iter_names().filter(|(_, flag)| !WasmFeatures::MVP.contains(*flag));
    let mut names: Vec<_> = extra.map(|(name, flag)| (name.to_lowercase(), flag)).collect();
    names.sort_by(|a, b| a.0.cmp(&b.0));
    names
});

/// Flags of `wasmparser` for a part of a proposal, and the flag of the whole proposal, which names both in reports.
const HALVES: [(WasmFeatures, WasmFeatures); 2] = [
    (WasmFeatures::BULK_MEMORY_OPT, WasmFeatures::BULK_MEMORY),
    (WasmFeatures::CALL_INDIRECT_OVERLONG, WasmFeatures::REFERENCE_TYPES),
];

/// Finds the names of the features without which `module` is invalid, sorted; `None` if it is invalid with all of `allowed`.
///
/// The set is minimal. Features are added one by one, because `wasmparser` names the missing feature in its error: this
/// takes one validation for a module that needs nothing and two for a module that needs one feature. Where `wasmparser` does
/// not name it, features are removed from `allowed` one by one.
#[must_use]
pub fn required(module: &[u8], allowed: WasmFeatures) -> Option<Vec<&'static str>> {
    let allowed = allowed.union(WasmFeatures::MVP);
    let needed = minimal_upwards(module, allowed).or_else(|| minimal_downwards(module, allowed))?;
    Some(names(needed))
}

/// Finds the names of the features that `module` uses, sorted. In an invalid module these are the features before its first
/// error.
#[must_use]
pub fn mentioned(module: &[u8], allowed: WasmFeatures) -> Vec<&'static str> {
    let (features, _) = add_missing(module, allowed.union(WasmFeatures::MVP));
    names(features)
}

/// Names of features in reports, sorted.
#[must_use]
pub fn names(features: WasmFeatures) -> Vec<&'static str> {
    let halves = HALVES.iter().filter(|(half, _)| features.contains(*half));
    let features = halves.fold(features, |all, (_, whole)| all.union(*whole));
    NAMES.iter().filter(|(_, flag)| features.contains(*flag)).map(|(name, _)| name.as_str()).collect()
}

/// The feature with this name in reports, with the flags that have no name of their own.
fn named(name: &str) -> WasmFeatures {
    let feature = WasmFeatures::from_name(&name.to_uppercase()).unwrap_or_default();
    let halves = HALVES.iter().filter(|(_, whole)| *whole == feature);
    halves.fold(feature, |all, (half, _)| all.union(*half))
}

fn accepts(module: &[u8], features: WasmFeatures) -> bool {
    Validator::new_with_features(features).validate_all(module).is_ok()
}

/// Adds missing features to 1.0, one after the other. Returns the features, and either those that were added or the error
/// that names no missing feature.
fn add_missing(module: &[u8], allowed: WasmFeatures) -> (WasmFeatures, Result<Vec<WasmFeatures>, BinaryReaderError>) {
    let mut features = WasmFeatures::MVP;
    let mut added = Vec::new();
    while let Err(error) = Validator::new_with_features(features).validate_all(module) {
        let missing = error.missing_wasm_feature().map(|flag| whole(flag, allowed));
        let missing = missing.filter(|flag| !features.contains(*flag) && allowed.contains(*flag));
        let Some(missing) = missing else { return (features, Err(error)) };
        features |= missing;
        added.push(missing);
    }
    (features, Ok(added))
}

/// The minimal features, found by adding to 1.0; `None` if `wasmparser` does not name what is missing.
fn minimal_upwards(module: &[u8], allowed: WasmFeatures) -> Option<WasmFeatures> {
    let (mut features, added) = add_missing(module, allowed);
    let added = added.ok()?;
    // A single feature is needed: without it the module was rejected.
    if added.len() > 1 {
        for flag in added {
            let less = features.difference(flag);
            if accepts(module, less) {
                features = less;
            }
        }
    }
    Some(features)
}

/// The whole proposal of a flag for a part of it, if it is allowed.
fn whole(flag: WasmFeatures, allowed: WasmFeatures) -> WasmFeatures {
    let whole = HALVES.iter().find(|(half, whole)| *half == flag && allowed.contains(*whole));
    whole.map_or(flag, |(_, whole)| *whole)
}

/// The minimal features, found by removing from `allowed`; `None` if the module is invalid.
fn minimal_downwards(module: &[u8], allowed: WasmFeatures) -> Option<WasmFeatures> {
    if !accepts(module, allowed) {
        return None;
    }
    let mut features = allowed;
    for (_, flag) in NAMES.iter() {
        let less = features.difference(*flag);
        if less != features && accepts(module, less) {
            features = less;
        }
    }
    Some(features)
}

#[cfg(test)]
mod tests;
