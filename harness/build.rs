//! Build script: passes the revision of the project and the versions of linked engines to the crate.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // `include_dir!` does not notice new files. In the repository `data` holds links, which Cargo does not follow.
    for tracked in ["src", "data", "../spec", "../proposals"].into_iter().filter(|p| Path::new(p).exists()) {
        println!("cargo::rerun-if-changed={tracked}");
    }
    // `logs/HEAD` changes with each commit and checkout, `HEAD` itself only with a checkout.
    for name in ["HEAD", "logs/HEAD"] {
        // Cargo would run this script in every build if the file did not exist.
        if let Some(path) = git(&["rev-parse", "--git-path", name]).filter(|p| Path::new(p).exists()) {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    let dirty = || git(&["status", "--porcelain", "--", "."]).is_some_and(|changes| !changes.is_empty());
    let revision = match git(&["rev-parse", "--short=12", "HEAD"]) {
        Some(commit) => format!("{version}-g{commit}{}", if dirty() { "-dirty" } else { "" }),
        None => version.to_owned(),
    };
    println!("cargo::rustc-env=WASSAY_REVISION={revision}");
    versions();
}

/// Passes the versions of linked engines, since most engines do not report them at run time.
fn versions() {
    // In the repository the lock file is the workspace's, in a package it is the crate's.
    let lock = ["../Cargo.lock", "Cargo.lock"].into_iter().find(|path| Path::new(path).exists());
    let text = lock.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default();
    for (engine, package) in ENGINES {
        let entry = text.split("[[package]]").find(|entry| entry.contains(&format!("name = \"{package}\"\n")));
        let version = entry.and_then(|entry| entry.split("version = \"").nth(1)?.split('"').next());
        println!("cargo::rustc-env=WASSAY_VERSION_{engine}={}", version.unwrap_or("unknown"));
    }
    if let Some(path) = lock {
        println!("cargo::rerun-if-changed={path}");
    }
}

/// In-process engines and their crates.
const ENGINES: [(&str, &str); 6] = [
    ("STITCH", "makepad-stitch"),
    ("WAMR", "wamrx-sys"),
    ("WASM3", "wasm3x"),
    ("WASMER", "wasmer"),
    ("WASMI", "wasmi"),
    ("WASMTIME", "wasmtime"),
];

fn git(arguments: &[&str]) -> Option<String> {
    // A copy of this crate from a registry may lie in another project's repository.
    if !Path::new("../.git").exists() {
        return None;
    }
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
