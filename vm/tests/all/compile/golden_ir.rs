//! Golden IR: the LLVM IR that each category of operators is lowered to.
//!
//! `tests/lower/<category>.wat` is a module, and `tests/lower/<category>.ll` the LLVM IR of its functions before any pass runs.
//! Each module begins with a comment that says what the IR shows. To add a category, add a `.wat` file.
//! `BLESS=1 cargo test -p wassay-vm --test all golden_ir` writes missing `.ll` files and rewrites those that have changed.

use crate::support::{self, llvm_ir};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use wasmparser::WasmFeatures;
use wassay_vm::{Config, Engine, MemoryMode, RelaxedSimd};

/// Returns an engine with all features, for a CPU that does not depend on the host.
fn engine(relaxed_simd: RelaxedSimd) -> Engine {
    let mut config = Config::new();
    config
        .features(WasmFeatures::all().iter_names().map(|(name, _)| name))
        .memory_mode(MemoryMode::Precise)
        .cpu("x86-64-v3")
        .relaxed_simd(relaxed_simd);
    Engine::new(&config).unwrap()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lower")
}

fn files(extension: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|e| e == extension)).collect();
    files.sort();
    files
}

#[test]
fn each_category_is_lowered_to_its_golden_ir() {
    let bless = std::env::var_os("BLESS").is_some();
    let (engine, fast) = (engine(RelaxedSimd::Deterministic), engine(RelaxedSimd::Fast));
    let mut wrong = String::new();
    let modules = files("wat");
    assert!(modules.len() >= 20, "{} categories", modules.len());
    for path in modules {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with(";; "), "{} does not say what it shows", path.display());
        let is_fast = path.file_stem().is_some_and(|name| name == "relaxed_simd_fast");
        let found = llvm_ir::functions(if is_fast { &fast } else { &engine }, &support::wat(&text)).join("\n");
        assert!(found.contains("define "), "{} has no function", path.display());
        let golden = path.with_extension("ll");
        if bless {
            std::fs::write(&golden, &found).unwrap();
            continue;
        }
        let expected = std::fs::read_to_string(&golden).unwrap_or_default();
        if let Some(line) = first_difference(&expected, &found) {
            writeln!(wrong, "{}:{line}", golden.display()).unwrap();
        }
    }
    assert!(wrong.is_empty(), "BLESS=1 rewrites these, if the change is meant:\n{wrong}");
}

/// Returns the number of the first line that differs, with both versions.
fn first_difference(expected: &str, found: &str) -> Option<String> {
    let end = "(the end)";
    let (mut left, mut right) = (expected.lines(), found.lines());
    for number in 1.. {
        match (left.next(), right.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => return Some(format!("{number}\n  -{}\n  +{}", a.unwrap_or(end), b.unwrap_or(end))),
        }
    }
    None
}

#[test]
fn every_golden_file_has_its_module() {
    for golden in files("ll") {
        assert!(golden.with_extension("wat").exists(), "{} belongs to no module", golden.display());
    }
}
