//! Build script: hashes the crate's sources for the fingerprint of artifacts (`src/abi/fingerprint.rs`).

use std::hash::Hasher;
use std::path::{Path, PathBuf};
use twox_hash::XxHash3_64;

/// Adds the paths of all files in a folder and its subfolders to `found`.
fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the sources are readable") {
        let path = entry.expect("the sources are readable").path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

fn main() {
    println!("cargo::rerun-if-changed=src");
    let mut found = Vec::new();
    sources(Path::new("src"), &mut found);
    found.sort();
    let mut hasher = XxHash3_64::new();
    for path in found {
        let bytes = std::fs::read(&path).expect("the sources are readable");
        hasher.write(path.to_string_lossy().as_bytes());
        hasher.write(&(bytes.len() as u64).to_le_bytes());
        hasher.write(&bytes);
    }
    println!("cargo::rustc-env=WASSAY_VM_SOURCES={:016x}", hasher.finish());
}
