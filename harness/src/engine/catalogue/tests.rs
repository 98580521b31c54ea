//! Tests of the shipped catalogue, and of every fault that a description can have.

use super::load::{SHIPPED, is_description, parse};
use super::*;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_shipped_catalogue_has_no_faults() {
    assert_eq!(faults(), [] as [String; 0]);
    let shipped = crate::data::texts(SHIPPED);
    let files: Vec<_> = shipped.iter().map(|(name, _)| Path::new(name)).filter(|path| is_description(path)).collect();
    assert_eq!(files.len(), all().len(), "a name is given twice");
    for file in files {
        let name = file.file_stem().and_then(|name| name.to_str()).unwrap();
        assert!(all().iter().any(|runtime| runtime.name == name), "{name}.toml holds an engine of another name");
    }
}

/// The list "Awesome WebAssembly Runtimes", in its order, with the present names.
const LIST: [&str; 28] = [
    "cmm_of_wasm",
    "eos-vm",
    "fdvm",
    "innative",
    "life",
    "lucet",
    "wasm3",
    "motor",
    "py-wasm",
    "serverless-wasm",
    "swam",
    "vmir",
    "wac",
    "wagon",
    "wasmkit",
    "warpy",
    "wasmer",
    "wasmi",
    "wasmo",
    "wasmrt",
    "wasmtime",
    "wasmvm",
    "wasvm",
    "wavm",
    "webassembly",
    "wamr",
    "twvm",
    "wasmedge",
];

#[test]
fn every_row_of_the_list_is_there_once() {
    let rows: Vec<(u8, &str)> =
        all().iter().filter_map(|runtime| Some((runtime.row?, runtime.name.as_str()))).collect();
    let list: BTreeSet<(u8, &str)> = (1..).zip(LIST).collect();
    assert_eq!(rows.iter().copied().collect::<BTreeSet<_>>(), list);
    assert_eq!(rows.len(), LIST.len(), "a row is there twice");
}

#[test]
fn every_entry_says_what_there_is_to_say() {
    for runtime in all() {
        let Runtime { name, title, status, link, get, .. } = runtime;
        for (key, text) in [("title", title), ("status", status), ("link", link), ("get", get)] {
            assert!(!text.is_empty(), "{name}: `{key}` says nothing");
        }
        assert!(link.starts_with("https://"), "{name}: {link}");
        assert!(!runtime.platforms.is_empty(), "{name}: `platforms` says nothing");
        let compiles = runtime.execution.iter().any(|way| way != "interpreter");
        assert_eq!(compiles, !runtime.compiler.is_empty(), "{name}: `compiler` and `execution` do not fit");
        // Known failures of an installed program are those of one version.
        if let Drive::Runner { measured, .. } = &runtime.drive {
            let rows = include_str!("../../../data/expectations.csv");
            let known = rows.lines().any(|row| row.split(',').nth(3) == Some(name));
            assert!(measured.is_some() || !known, "{name}: with which version were its failures measured?");
        }
    }
}

#[test]
fn engines_in_process_have_features() {
    let manifest: toml::Table = include_str!("../../../Cargo.toml").parse().unwrap();
    let Some(features) = manifest.get("features").and_then(toml::Value::as_table) else {
        let built = crate::engine::built_in::built_in();
        assert!(built.iter().all(|engine| ["vm", "fake"].contains(&engine.name())), "engines without features");
        return;
    };
    for runtime in all() {
        if let Drive::InProcess { feature } = &runtime.drive {
            assert!(feature.is_empty() || features.contains_key(feature), "{}: no feature `{feature}`", runtime.name);
        }
    }
}

#[test]
fn every_fault_is_found() {
    let driver = "kind = 'driver'\n[[drive.mode]]\nname = 'a'\nabout = ''\ncommand = ['x']";
    let runner = "kind = 'runner'\nversion = []\n[[drive.mode]]\nname = 'a'\nabout = ''\ncommand = ['x', '{script}']";
    let cases = [
        ("frobs = 1\n", driver, "unknown field `frobs`"),
        ("", "kind = 'dance'", "unknown variant `dance`"),
        ("", "", "kind"),
        ("", "kind = 'driver'\nmode = []", "it has no mode"),
        ("", "kind = 'runner'\nversion = []\nmode = []", "it has no mode"),
        ("", "kind = 'driver'\n[[drive.mode]]\nname = 'a'\nabout = ''\ncommand = []", "mode `a` has no command"),
        ("", "kind = 'driver'\n[[drive.mode]]\nname = ''\nabout = ''\ncommand = ['x']", "mode 1 has no name"),
        ("", "kind = 'driver'\n[[drive.mode]]\nname = 'a'\ncommand = ['x']", "missing field `about`"),
        (
            "",
            "kind = 'runner'\nversion = []\n[[drive.mode]]\nname = 'a'\nabout = ''\ncommand = ['x']",
            "the command of mode `a` has no `{script}`",
        ),
        ("", "kind = 'none'\nwhy = ''", "`why` says nothing"),
        ("row = 300\n", driver, "row"),
        ("name = ''\n", driver, "no name of an engine"),
        ("name = 'A b'\n", driver, "no name of an engine"),
        ("name = 'vm'\n", driver, "the name of an engine of this program"),
        ("execution = ['magic']\n", driver, "`execution` has `magic`"),
    ];
    for (line, drive, words) in cases {
        assert!(fault(line, drive).unwrap().contains(words), "{line}{drive}: {:?}", fault(line, drive));
    }
    let twice = format!("{driver}\n{}", driver.replace("kind = 'driver'\n", ""));
    assert!(fault("", &twice).unwrap().contains("two modes `a`"));
    for (pattern, words) in [("passed = '('", "`passed` is no pattern"), ("failed = '('", "`failed` is no pattern")] {
        let drive = runner.replace("version = []", &format!("version = []\n{pattern}"));
        assert!(fault("", &drive).unwrap().contains(words), "{pattern}: {:?}", fault("", &drive));
    }
    assert_eq!((fault("", driver), fault("", runner)), (None, None));
}

/// The fault of a description in which `line` replaces the line with the same key, or is added.
fn fault(line: &str, drive: &str) -> Option<String> {
    let mut text = String::new();
    for (key, value) in [
        ("name", "'a'"),
        ("title", "'A'"),
        ("languages", "[]"),
        ("compiler", "''"),
        ("execution", "[]"),
        ("interop", "[]"),
        ("features", "[]"),
        ("host_apis", "[]"),
        ("standards", "[]"),
        ("platforms", "[]"),
        ("status", "''"),
        ("link", "''"),
        ("get", "''"),
    ] {
        if !line.starts_with(&format!("{key} ")) {
            text += &format!("{key} = {value}\n");
        }
    }
    let text = format!("{text}{line}[drive]\n{drive}\n");
    let mut faults = Vec::new();
    parse(Path::new("a.toml"), &text, &mut faults);
    faults.pop()
}
