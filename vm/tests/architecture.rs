//! `ARCHITECTURE.md` names every source file.

use std::path::Path;

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
}

#[test]
fn every_file_is_named_and_every_named_file_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let named: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("| `src/")?.split('`').next()).collect();
    let unnamed: Vec<_> = files.iter().filter(|file| !named.contains(&&file["src/".len()..])).collect();
    let gone: Vec<_> = named.iter().filter(|name| !files.iter().any(|file| file["src/".len()..] == ***name)).collect();
    assert!(unnamed.is_empty() && gone.is_empty(), "not named: {unnamed:?}; not there: {gone:?}");
}
