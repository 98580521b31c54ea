//! Tests of the descriptions: errors, bases and resolved features.

use super::*;

const VERSION: &str = "name = 'v'\ntitle = 't'\nversion = 'latest'\nphase = 5\nlink = 'l'\n";
const PROPOSAL: &str = "name = 'p'\ntitle = 't'\nphase = 1\nlink = 'l'\nadds = ['simd']\n";

fn fault(spec: &[(&str, &str)], proposals: &[(&str, &str)]) -> Fault {
    parse(spec, proposals).err().expect("must not be accepted")
}

#[test]
fn what_is_compiled_in_is_right() {
    let all = descriptions().unwrap();
    assert!(all.subjects.len() > 20);
    assert!(all.subjects.iter().all(|s| s.phase <= 5 && s.link.starts_with("https://")));
}

#[test]
fn faults_name_file_and_line() {
    let (file, line, what) = fault(&[("a.toml", "name = 'v'\nunknown = 1\n")], &[]);
    assert_eq!((file.as_str(), line), ("spec/a.toml", 2), "{what}");
    let (file, line, _) = fault(&[("a.toml", VERSION)], &[("b.toml", "name = 'x'\n\nphase = \n")]);
    assert_eq!((file.as_str(), line), ("proposals/b.toml", 3));
}

#[test]
fn names_must_be_known() {
    let (file, _, what) = fault(&[], &[("a.toml", &PROPOSAL.replace("simd", "smid"))]);
    assert_eq!((file.as_str(), what.as_str()), ("proposals/a.toml", "`wasmparser` has no feature called `smid`"));
    let group = format!("{VERSION}[[scripts]]\nsuite = 'nowhere'\nfiles = ['*.wast']\n");
    assert_eq!(fault(&[("a.toml", &group)], &[]).2, "no suite is called `nowhere`");
    let group = format!("{VERSION}[[scripts]]\nsuite = 's'\nfiles = ['*.wast']\nversion = '9.0'\n");
    assert_eq!(fault(&[("a.toml", &group)], &[]).2, "no version of the spec is called `9.0`");
    let group = format!("{VERSION}[[scripts]]\nsuite = 's'\nfiles = ['[']\n");
    assert!(fault(&[("a.toml", &group)], &[]).2.contains("character class"));
    let twice = VERSION.replace("'latest'", "'8.0'");
    assert_eq!(fault(&[("a.toml", VERSION), ("b.toml", &twice)], &[]).2, "the name `v` is taken");
}

#[test]
fn a_base_must_be_known_and_form_no_cycle() {
    let based = |text: &str, on: &str| format!("base = '{on}'\n{text}");
    let (file, _, what) = fault(&[("a.toml", &based(VERSION, "1.0"))], &[]);
    assert_eq!((file.as_str(), what.as_str()), ("spec/a.toml", "no version of the spec is called `1.0`, the `base`"));
    let (file, _, what) = fault(&[], &[("a.toml", &based(PROPOSAL, "q"))]);
    assert_eq!((file.as_str(), what.as_str()), ("proposals/a.toml", "no proposal is called `q`, the `base`"));
    // A version can't be the base of a proposal. The version for judging scripts is a key of their group.
    assert!(fault(&[("a.toml", VERSION)], &[("b.toml", &based(PROPOSAL, "latest"))]).2.starts_with("no proposal"));

    assert!(fault(&[("a.toml", &based(VERSION, "latest"))], &[]).2.contains("cycle"));
    let other = based(&PROPOSAL.replace("'p'", "'q'"), "p");
    let (file, _, what) = fault(&[], &[("a.toml", &based(PROPOSAL, "q")), ("b.toml", &other)]);
    assert_eq!(file, "proposals/b.toml");
    assert_eq!(what, "`base` leads back to `p`: bases form a cycle");
}

#[test]
fn features_add_to_those_of_the_base() {
    let old = VERSION.replace("latest", "1.0").replace("'v'", "'v1'");
    let new = format!("base = '1.0'\n{VERSION}");
    let first = format!("spec = '1.0'\n{PROPOSAL}");
    let second = PROPOSAL.replace("'p'", "'q'").replace("simd", "threads");
    let third = format!("base = 'q'\nspec = 'latest'\n{}", PROPOSAL.replace("'p'", "'r'").replace("simd", "gc"));
    let files = [("p.toml", &*first), ("q.toml", &*second), ("r.toml", &*third)];
    let all = parse(&[("a.toml", &old), ("b.toml", &new)], &files).map_err(|fault| fault.2).unwrap();
    let features: Vec<_> = all.subjects.iter().map(|s| s.features).collect();
    let (simd, threads, gc) = (WasmFeatures::SIMD, WasmFeatures::THREADS, WasmFeatures::GC);
    assert_eq!(features, [simd, simd | threads | gc, simd, threads, threads | gc]);
}

/// Versions have the features that `wasmparser` lists, except threads, which are in no version.
#[test]
fn versions_have_the_features_of_the_spec() {
    let features = |name| subject(name).unwrap().features | WasmFeatures::MVP;
    assert_eq!(features("wasm-v1"), WasmFeatures::WASM1);
    assert_eq!(features("wasm-v2"), WasmFeatures::WASM2);
    assert_eq!(features("wasm-v3"), WasmFeatures::WASM3 - WasmFeatures::THREADS);
    assert_eq!(features("wasm-latest"), features("wasm-v3"));
}

/// Proposals with a base have its features, too.
#[test]
fn proposals_have_the_features_of_their_bases() {
    let features = |name| subject(name).unwrap().features;
    let atomics = WasmFeatures::THREADS | WasmFeatures::ACQUIRE_RELEASE_ATOMICS;
    assert_eq!(features("threads"), WasmFeatures::THREADS);
    assert_eq!(features("acquire-release-atomics"), atomics);
    assert_eq!(features("shared-everything-threads"), atomics | WasmFeatures::SHARED_EVERYTHING_THREADS);
    assert_eq!(features("multibyte-array-access"), WasmFeatures::GC | WasmFeatures::MULTIBYTE_ARRAY_ACCESS);
}

#[test]
fn no_script_is_described_twice() {
    let all = descriptions().unwrap();
    for suite in crate::suite::load(&[]).unwrap() {
        for script in &suite.scripts {
            let groups = all.groups.iter().filter(|g| g.suite == suite.name && g.files.is_match(&script.file));
            let kinds: Vec<_> = groups.map(|g| all.subjects[g.subject].kind).collect();
            assert_eq!(kinds.iter().filter(|k| **k == SubjectKind::Proposal).count().max(1), 1, "{}", script.file);
        }
    }
}
