//! What a module needs, measured: the smallest set of features under which `wasmparser` accepts it.

pub mod probe;

use std::sync::LazyLock;
use wasmparser::{BinaryReaderError, Validator, WasmFeatures};

/// Every feature that is more than what a module of 1.0 may be made of, by its name in reports. The halves of
/// [`HALVES`] have no name of their own.
static NAMES: LazyLock<Vec<(String, WasmFeatures)>> = LazyLock::new(|| {
    let extra = WasmFeatures::all().iter_names().filter(|(_, flag)| !WasmFeatures::MVP.contains(*flag));
    let mut names: Vec<_> = extra.map(|(name, flag)| (name.to_lowercase(), flag)).collect();
    names.sort_by(|a, b| a.0.cmp(&b.0));
    names
});

/// Halves of a proposal that `wasmparser` can have on alone; reports speak of proposals.
const HALVES: [(WasmFeatures, WasmFeatures); 2] = [
    (WasmFeatures::BULK_MEMORY_OPT, WasmFeatures::BULK_MEMORY),
    (WasmFeatures::CALL_INDIRECT_OVERLONG, WasmFeatures::REFERENCE_TYPES),
];

/// Names of the features without which `module` is invalid, sorted; `None` if it is invalid under `allowed` too.
///
/// No feature can be left out of the answer. It is found upwards, as `wasmparser` says in its error which feature it
/// misses: one validation for a module that needs nothing, two for one that needs one feature. Where it does not say,
/// features are dropped from `allowed` one at a time.
#[must_use]
pub fn required(module: &[u8], allowed: WasmFeatures) -> Option<Vec<&'static str>> {
    let allowed = allowed.union(WasmFeatures::MVP);
    let needed = grow(module, allowed).or_else(|| shrink(module, allowed))?;
    Some(names(needed))
}

/// Names of features that `module` makes use of, sorted; of one that is invalid, those that are met before what is wrong.
#[must_use]
pub fn mentioned(module: &[u8], allowed: WasmFeatures) -> Vec<&'static str> {
    let (features, _) = climb(module, allowed.union(WasmFeatures::MVP));
    names(features)
}

/// Names of features in reports, sorted.
#[must_use]
pub fn names(features: WasmFeatures) -> Vec<&'static str> {
    let halves = HALVES.iter().filter(|(half, _)| features.contains(*half));
    let features = halves.fold(features, |all, (_, whole)| all.union(*whole));
    NAMES.iter().filter(|(_, flag)| features.contains(*flag)).map(|(name, _)| name.as_str()).collect()
}

/// The feature that a name in reports stands for, with the halves that have no name of their own.
fn named(name: &str) -> WasmFeatures {
    let feature = WasmFeatures::from_name(&name.to_uppercase()).unwrap_or_default();
    let halves = HALVES.iter().filter(|(_, whole)| *whole == feature);
    halves.fold(feature, |all, (half, _)| all.union(*half))
}

fn accepts(module: &[u8], features: WasmFeatures) -> bool {
    Validator::new_with_features(features).validate_all(module).is_ok()
}

/// Adds the features to 1.0 that are missed one after the other; the last error stays if there is another one.
fn climb(module: &[u8], allowed: WasmFeatures) -> (WasmFeatures, Result<Vec<WasmFeatures>, BinaryReaderError>) {
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

fn grow(module: &[u8], allowed: WasmFeatures) -> Option<WasmFeatures> {
    let (mut features, added) = climb(module, allowed);
    let added = added.ok()?;
    // With one feature added nothing can be dropped: without it the module was refused.
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

fn whole(flag: WasmFeatures, allowed: WasmFeatures) -> WasmFeatures {
    let whole = HALVES.iter().find(|(half, whole)| *half == flag && allowed.contains(*whole));
    whole.map_or(flag, |(_, whole)| *whole)
}

fn shrink(module: &[u8], allowed: WasmFeatures) -> Option<WasmFeatures> {
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
