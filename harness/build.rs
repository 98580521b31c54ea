//! Notes which revision of the project is built.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A file that is new is missed by `include_dir!`. In the repository `data` holds links, in a package the files.
    for tracked in ["src", "data", "../spec", "../proposals"].into_iter().filter(|p| Path::new(p).exists()) {
        println!("cargo::rerun-if-changed={tracked}");
    }
    // `logs/HEAD` grows with each commit and checkout, `HEAD` itself only with the latter.
    for name in ["HEAD", "logs/HEAD"] {
        // A file that is not there would have this run each time.
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
}

fn git(arguments: &[&str]) -> Option<String> {
    // Unpacked from a registry, this crate may lie in a repository that is not ours.
    if !Path::new("../.git").exists() {
        return None;
    }
    let output = Command::new("git").args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
