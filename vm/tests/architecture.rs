//! `ARCHITECTURE.md` names every source file.

use std::path::Path;

const ARCHITECTURE: &str = include_str!("../ARCHITECTURE.md");

/// What `ARCHITECTURE.md` has to link to: the proofs of what it says. Without one of them this does not compile.
const PROOFS: [&str; 6] = [
    "(SIMD.md)",
    "(tests/lower)",
    "(tests/exception_cost.rs)",
    "(tests/branch_hints.rs)",
    "(benches/throw.rs)",
    "(src/lower/operator.rs)",
];

const _: () = {
    let mut proof = 0;
    while proof < PROOFS.len() {
        assert!(
            contains(ARCHITECTURE.as_bytes(), PROOFS[proof].as_bytes()),
            "ARCHITECTURE.md does not link to a proof"
        );
        proof += 1;
    }
};

const fn contains(text: &[u8], part: &[u8]) -> bool {
    let mut start = 0;
    while start + part.len() <= text.len() {
        let mut length = 0;
        while length < part.len() && text[start + length] == part[length] {
            length += 1;
        }
        if length == part.len() {
            return true;
        }
        start += 1;
    }
    false
}

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
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    let named: Vec<&str> =
        ARCHITECTURE.lines().filter_map(|line| line.strip_prefix("| `src/")?.split('`').next()).collect();
    let unnamed: Vec<_> = files.iter().filter(|file| !named.contains(&&file["src/".len()..])).collect();
    let gone: Vec<_> = named.iter().filter(|name| !files.iter().any(|file| file["src/".len()..] == ***name)).collect();
    assert!(unnamed.is_empty() && gone.is_empty(), "not named: {unnamed:?}; not there: {gone:?}");
}

#[test]
fn every_link_leads_somewhere_and_every_document_is_linked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let links = ARCHITECTURE.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let links: Vec<_> = links.filter(|link| !link.starts_with("http")).collect();
    for link in &links {
        assert!(root.join(link).exists(), "ARCHITECTURE.md links to {link}, which is not there");
    }
    for entry in std::fs::read_dir(root).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_document = name.ends_with(".md") && !["ARCHITECTURE.md", "README.md"].contains(&name.as_str());
        assert!(!is_document || links.contains(&name.as_str()), "ARCHITECTURE.md does not link to {name}");
    }
}
