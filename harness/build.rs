//! Notes which revision of the project is built.

use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // What is compiled in by `include_dir!` is not tracked in all its parts: a file that is new would be missed.
    for tracked in ["src", "data", "data/spec", "data/proposals"] {
        println!("cargo::rerun-if-changed={tracked}");
    }
    // `logs/HEAD` grows with each commit and checkout, `HEAD` itself only with the latter.
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name]) {
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
}

fn git(arguments: &[&str]) -> Option<String> {
    // Unpacked from a registry, this crate may lie in a repository that is not ours.
    if !std::path::Path::new("../.git").exists() {
        return None;
    }
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
