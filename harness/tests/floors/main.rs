//! The floors of both crates: which folder may name which, how large a circle of imports may be, and how long a file.
//!
//! `cargo test -p wassay --test floors -- --nocapture` prints each circle with its arrows.

mod imports;

use imports::{Crate, Imports};

/// Files in the largest circle that is allowed.
const LARGEST_CIRCLE: usize = 6;
/// Lines in the longest file that is allowed.
const LONGEST_FILE: usize = 500;

/// A floor: its name, and the files and folders on it, without `.rs`.
type Floor<'a> = (&'a str, &'a [&'a str]);

/// Floors of the VM, from the ground up. A file may name files on its own floor and on those below.
const VM: &[Floor<'_>] = &[
    ("vocabulary", &["trap", "shown", "types", "rooted", "error", "config"]),
    ("system", &["system"]),
    ("interface", &["abi"]),
    ("llvm", &["llvm"]),
    ("data", &["bulk", "artifact", "module", "type_registry"]),
    ("lower", &["lower"]),
    ("codegen", &["codegen"]),
    ("compile", &["compile"]),
    ("engine", &["engine"]),
    ("arch", &["runtime/arch"]),
    ("code", &["runtime/code"]),
    ("storage", &["runtime/storage"]),
    ("heap", &["runtime/heap"]),
    ("fiber", &["runtime/fiber"]),
    ("store", &["runtime/store"]),
    ("entry", &["runtime/entry"]),
    ("instantiation", &["runtime/instantiation"]),
    ("builtins", &["runtime/builtins"]),
    ("api", &["api", "runtime", "lib"]),
];

/// Floors of the VM, each with floors below it that it may not name all the same: compiling and running know nothing of
/// each other, and making machine code knows nothing of wasm.
const VM_WALLS: &[(&[&str], &[&str])] = &[
    (
        &["arch", "code", "storage", "heap", "fiber", "store", "entry", "instantiation", "builtins"],
        &["llvm", "lower", "codegen", "compile"],
    ),
    (&["codegen"], &["lower"]),
];

/// Floors of the harness, from the ground up.
const HARNESS: &[Floor<'_>] = &[
    ("vocabulary", &["model", "escape", "glob", "alignment", "regular_file", "data"]),
    ("features", &["features"]),
    ("engines", &["engine", "script"]),
    ("suites", &["suite"]),
    ("tasks", &["task", "protocol"]),
    ("worker", &["worker"]),
    ("supervisor", &["supervisor"]),
    ("expectations", &["expect"]),
    ("reports", &["report"]),
    ("selection", &["filter", "partition", "operators"]),
    ("comparison", &["compare"]),
    ("recorder", &["recorder"]),
    ("command line", &["cli", "lib"]),
];

/// Floors of the harness that know nothing of each other: a supervisor talks to workers, which alone run engines; and a worker
/// gets scripts from its supervisor, not from suites.
const HARNESS_WALLS: &[(&[&str], &[&str])] =
    &[(&["supervisor"], &["engines", "worker", "features"]), (&["worker"], &["suites"]), (&["reports"], &["worker"])];

/// The place of a file's floor.
fn floor(floors: &[Floor<'_>], file: &str) -> Option<usize> {
    let name = file.trim_end_matches(".rs");
    let fit = |path: &&&str| name == **path || name.strip_prefix(**path).is_some_and(|rest| rest.starts_with('/'));
    let fits = floors
        .iter()
        .enumerate()
        .flat_map(|(at, (_, paths))| paths.iter().filter(fit).map(move |path| (path.len(), at)));
    fits.max().map(|(_, at)| at)
}

/// Arrows that lead up, or through a wall.
fn faults(imports: &Imports, floors: &[Floor<'_>], walls: &[(&[&str], &[&str])]) -> Vec<String> {
    let mut faults = Vec::new();
    for &(from, to) in &imports.arrows {
        let (from, to) = (&imports.files[from], &imports.files[to]);
        let (Some(above), Some(below)) = (floor(floors, from), floor(floors, to)) else {
            faults.push(format!("{from} or {to} is on no floor"));
            continue;
        };
        let (above_name, below_name) = (floors[above].0, floors[below].0);
        let walled = walls.iter().any(|(here, there)| here.contains(&above_name) && there.contains(&below_name));
        if above < below || walled {
            faults.push(format!("{from} ({above_name}) names {to} ({below_name})"));
        }
    }
    faults
}

/// Checks the floors of a crate, of which the reader must find at least so many arrows.
fn check(name: &str, arrows: usize, floors: &[Floor<'_>], walls: &[(&[&str], &[&str])]) {
    let imports = Imports::of(&Crate::read(name));
    // A path that is gone would leave nothing to check.
    for (floor_name, paths) in floors {
        for path in *paths {
            let known = imports.files.iter().any(|file| floor(&[(floor_name, &[path])], file).is_some());
            assert!(known, "{name}: there is no {path} for the floor {floor_name}");
        }
    }
    assert!(imports.arrows.len() > arrows, "{name}: only {} arrows were found", imports.arrows.len());
    let faults = faults(&imports, floors, walls);
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}

#[test]
fn floors_of_the_vm_look_down_only() {
    check("vm", 800, VM, VM_WALLS);
}

#[test]
fn floors_of_the_harness_look_down_only() {
    check("harness", 400, HARNESS, HARNESS_WALLS);
}

#[test]
fn circles_are_small_and_files_short() {
    for name in ["vm", "harness"] {
        let imports = Imports::of(&Crate::read(name));
        assert!(imports.files.len() > 100, "only {} files were found", imports.files.len());
        for circle in imports.circles() {
            println!("{name}: circle of {}:", circle.len());
            for &(from, to) in &imports.arrows {
                let (from, to) = (imports.files[from].as_str(), imports.files[to].as_str());
                if circle.contains(&from) && circle.contains(&to) {
                    println!("    {from} -> {to}");
                }
            }
            assert!(circle.len() <= LARGEST_CIRCLE, "{name}: a circle of {} files: {circle:#?}", circle.len());
        }
        for (file, &lines) in imports.files.iter().zip(&imports.lines) {
            assert!(lines <= LONGEST_FILE, "{name}/src/{file} has {lines} lines");
        }
    }
}

/// The reader itself: what counts as an arrow.
#[test]
fn arrows_are_read_from_every_kind_of_path() {
    let folder = std::env::temp_dir().join(format!("wassay-floors-{}", std::process::id()));
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d; pub use b::Thing; macro_rules! of_lib { () => {} }"),
        ("a.rs", "use crate::Thing; fn f() { crate::c::g(); } #[cfg(test)] mod tests { use crate::d::h; }"),
        ("b.rs", "pub struct Thing; fn f() { some_macro!(x => $crate::d::h); }"),
        ("c.rs", "pub mod e; pub fn g() { use super::d as other; other::h(); }"),
        ("c/e.rs", "use {super::super::{a, b::Thing as T}, std::fmt};"),
        (
            "d.rs",
            "pub(in crate::c) fn g() {} pub fn h() { let e = std::c::d; } use std::fmt; mod inside { use super::{fmt, h}; } ",
        ),
    ];
    for (name, text) in files {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let imports = Imports::of(&Crate::read_from(&folder));
    std::fs::remove_dir_all(&folder).unwrap();
    let arrows: Vec<String> =
        imports.arrows.iter().map(|&(from, to)| format!("{} {}", imports.files[from], imports.files[to])).collect();
    let expected = ["lib.rs b.rs", "a.rs b.rs", "a.rs c.rs", "b.rs d.rs", "c.rs d.rs", "c/e.rs a.rs", "c/e.rs b.rs"];
    assert_eq!(arrows.iter().collect::<std::collections::BTreeSet<_>>(), expected.map(String::from).iter().collect());
    assert!(imports.circles().is_empty());
    let floors: &[Floor<'_>] = &[("low", &["b", "d"]), ("middle", &["c"]), ("high", &["a", "lib"])];
    assert_eq!(faults(&imports, floors, &[]), ["c/e.rs (middle) names a.rs (high)"]);
    assert_eq!(faults(&imports, floors, &[(&["high"], &["middle"])]).len(), 2);
}
