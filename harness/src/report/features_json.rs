//! The matrix in the form of `features.json`, from which webassembly.org makes its table of features
//! (<https://github.com/WebAssembly/website>): by hand there, measured here.
//!
//! A feature is there if all of its directives that ran pass; the version is the one that was measured, and the note says
//! how many passed. Where none ran, nothing is said.

use super::portability::Portability;
use super::{Counts, markdown};
use crate::model::Outcome;
use crate::suite::{Kind, subject, subjects};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Names of proposals there, where they are not ours in camel case.
const NAMES: [(&str, &str); 9] = [
    ("annotations", "customAnnotationSyntaxInTheTextFormat"),
    ("exceptions", "exceptionsFinal"),
    ("function-references", "typedFunctionReferences"),
    ("legacy-exceptions", "exceptions"),
    ("mutable-global", "mutableGlobals"),
    ("nontrapping-float-to-int", "saturatedFloatToInt"),
    ("sign-extension-ops", "signExtensions"),
    ("tail-call", "tailCall"),
    ("threads", "threads"),
];

/// Where engines live.
const HOMES: [(&str, &str); 8] = [
    ("vm", env!("CARGO_PKG_REPOSITORY")),
    ("wasmtime", "https://wasmtime.dev/"),
    ("wasmi", "https://github.com/wasmi-labs/wasmi"),
    ("wasmer", "https://wasmer.io/"),
    ("wasm3", "https://github.com/wasm3/wasm3"),
    ("wamr", "https://bytecodealliance.github.io/wamr.dev/"),
    ("node", "https://nodejs.org/"),
    ("stitch", "https://github.com/makepad/stitch"),
];

/// The whole table.
#[must_use]
pub(crate) fn table(lines: &[Portability]) -> Value {
    let mut features = Map::new();
    for subject in subjects().unwrap_or_default().iter().filter(|s| s.kind == Kind::Proposal) {
        let about = json!({ "description": subject.title, "url": subject.link, "phase": subject.phase.max(1) });
        features.insert(key(&subject.name), about);
    }
    let mut engines = Map::new();
    for (head, column, cells) in markdown::columns(lines) {
        let engine = lines.iter().find(|line| markdown::column(line) == column);
        let home = engine.and_then(|line| HOMES.iter().find(|(name, _)| *name == line.engine));
        let version = engine.map_or("", |line| &line.engine_version);
        let url = home.map_or("about:blank", |(_, url)| url);
        engines.insert(head, json!({ "url": url, "logo": "", "features": statuses(&cells, version) }));
    }
    json!({
        "$schema": "https://github.com/WebAssembly/website/raw/main/features.schema.json",
        "features": features,
        "browsers": engines,
    })
}

fn statuses(cells: &BTreeMap<&str, Counts>, version: &str) -> Value {
    let proposals = cells.iter().filter(|(name, _)| subject(name).is_some_and(|s| s.kind == Kind::Proposal));
    proposals.map(|(name, counts)| (key(name), status(counts, version))).collect::<Map<_, _>>().into()
}

fn status(counts: &Counts, version: &str) -> Value {
    let (passed, ran) = (counts.of(Outcome::Pass), counts.total() - counts.of(Outcome::Skip));
    let note = format!("{passed} of {ran} directives pass");
    match (passed, ran) {
        (_, 0) => Value::Null,
        (passed, ran) if passed < ran => json!([false, note]),
        _ if version.is_empty() => json!([true, note]),
        _ => json!([version, note]),
    }
}

/// What a proposal is called there.
fn key(proposal: &str) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(ours, _)| *ours == proposal) {
        return (*name).to_owned();
    }
    let mut words = proposal.split('-');
    let mut key = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        key.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        key.push_str(letters.as_str());
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_website() {
        for (ours, theirs) in [
            ("bulk-memory", "bulkMemory"),
            ("simd", "simd"),
            ("memory64", "memory64"),
            ("compact-import-section", "compactImportSection"),
            ("exceptions", "exceptionsFinal"),
            ("legacy-exceptions", "exceptions"),
        ] {
            assert_eq!(key(ours), theirs);
        }
        assert!(NAMES.iter().all(|(ours, _)| subject(ours).is_some()), "a proposal was renamed");
    }

    #[test]
    fn what_passes_is_there() {
        let mut counts = Counts::default();
        assert_eq!(status(&counts, "1"), Value::Null);
        counts.add(Outcome::Pass);
        counts.add(Outcome::Skip);
        assert_eq!(status(&counts, "1"), json!(["1", "1 of 1 directives pass"]));
        assert_eq!(status(&counts, ""), json!([true, "1 of 1 directives pass"]));
        for outcome in [Outcome::Xfail, Outcome::Fail, Outcome::Unsupported, Outcome::Crash] {
            let mut counts = counts;
            counts.add(outcome);
            assert_eq!(status(&counts, "1"), json!([false, "1 of 2 directives pass"]), "{outcome}");
        }
    }
}
