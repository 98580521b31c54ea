//! Matrix as `features.json`, the data of the feature table of webassembly.org
//! (<https://github.com/WebAssembly/website>). The website maintains it by hand; here it is measured.
//!
//! An engine has a feature if all of the feature's directives that ran pass. The version is the measured one, and the
//! note has the number of passed directives. A feature without directives that ran has the value `null`. Directives
//! that contradict the current specification do not count. The reason of their expectation begins with `stale: `.

use super::counts::Counts;
use super::markdown;
use super::portability::PortabilityRow;
use crate::engine::catalogue;
use crate::model::{Outcome, Row};
use crate::suite::{SubjectKind, subject, subjects};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Names of proposals on the website that are not our names in camel case.
const NAMES: [(&str, &str); 10] = [
    ("annotations", "customAnnotationSyntaxInTheTextFormat"),
    ("exceptions", "exceptionsFinal"),
    ("function-references", "typedFunctionReferences"),
    ("js-promise-integration", "jspi"),
    ("legacy-exceptions", "exceptions"),
    ("mutable-global", "mutableGlobals"),
    ("nontrapping-float-to-int", "saturatedFloatToInt"),
    ("sign-extension-ops", "signExtensions"),
    ("tail-call", "tailCall"),
    ("threads", "threads"),
];

/// The website's category of all engines, since none is measured inside a browser.
const CATEGORY: &str = "Standalone Runtimes";

/// Prefix of the reason of an expectation for a directive that contradicts the current specification.
const STALE: &str = "stale: ";

/// Returns whether a row counts for the engine's features.
pub(crate) fn counts(row: &Row) -> bool {
    row.outcome != Outcome::Xfail || !row.detail.starts_with(STALE)
}

/// Builds the table from rows of `portability.csv`.
#[must_use]
pub(crate) fn table(lines: &[PortabilityRow]) -> Value {
    let mut features = Map::new();
    for subject in subjects().unwrap_or_default().iter().filter(|s| s.kind == SubjectKind::Proposal) {
        let about = json!({ "description": subject.title, "url": subject.link, "phase": subject.phase.max(1) });
        features.insert(key(&subject.name), about);
    }
    let mut engines = Map::new();
    for (head, column, cells) in markdown::columns(lines) {
        let engine = lines.iter().find(|line| markdown::column(line) == column);
        let home = engine.and_then(|line| catalogue::all().iter().find(|runtime| runtime.name == line.engine));
        let version = engine.map_or("", |line| &line.engine_version);
        let url = home.map_or("about:blank", |runtime| &runtime.link);
        engines.insert(head, json!({ "url": url, "category": CATEGORY, "features": statuses(&cells, version) }));
    }
    json!({
        "$schema": "https://github.com/WebAssembly/website/raw/main/features.schema.json",
        "features": features,
        "categories": [{ "name": CATEGORY, "queryKey": "standalones", "default": true }],
        "browsers": engines,
    })
}

fn statuses(cells: &BTreeMap<&str, Counts>, version: &str) -> Value {
    let proposals = cells.iter().filter(|(name, _)| subject(name).is_some_and(|s| s.kind == SubjectKind::Proposal));
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

/// Returns the name of a proposal on the website.
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
    fn proposals_have_the_names_of_the_website() {
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
    fn stale_directives_do_not_count() {
        let row = |outcome, detail: &str| Row {
            run: String::new(),
            suite: String::new(),
            revision: String::new(),
            file: String::new(),
            line: 1,
            directive: String::new(),
            proposal: String::new(),
            features: String::new(),
            engine: String::new(),
            engine_version: String::new(),
            mode: String::new(),
            target: String::new(),
            outcome,
            detail: detail.to_owned(),
            micros: 0,
        };
        assert!(!counts(&row(Outcome::Xfail, "stale: since 2.0 it may (fail: accepted it)")));
        assert!(counts(&row(Outcome::Xfail, "it does not do that (fail: refused it)")));
        assert!(counts(&row(Outcome::Fail, "stale: is what it says")));
    }

    #[test]
    fn an_engine_has_a_feature_if_all_directives_pass() {
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
