//! The `ARCHITECTURE.md` of each crate names every source file, and links to nothing that is not there.

use globset::{GlobBuilder, GlobMatcher};
use std::path::{Path, PathBuf};

/// The crates, and what their documents have to link to: the proofs of what they say.
const CRATES: [(&str, &[&str]); 2] = [
    (
        "vm",
        &[
            "SIMD.md",
            "tests/lower",
            "tests/all/exceptions/cost.rs",
            "tests/all/compile/branch_hints.rs",
            "benches/throw.rs",
            "src/lower/operator.rs",
        ],
    ),
    ("harness", &["DRIVERS.md"]),
];

/// Folders and document of each crate.
fn documents() -> impl Iterator<Item = (PathBuf, String, &'static [&'static str])> {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    CRATES.iter().map(|(name, proofs)| {
        let root = top.join(name);
        let text = std::fs::read_to_string(root.join("ARCHITECTURE.md")).expect("a document");
        (root, text, *proofs)
    })
}

/// Paths of the Rust files below a folder, from the crate's own.
fn sources(root: &Path, folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(root, &path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned());
        }
    }
}

/// What the tables name: words in backquotes in the first cell of a row, in which `*` stands for anything but a `/`.
fn named(document: &str) -> Vec<(String, GlobMatcher)> {
    let cells = document.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let words = cells.flat_map(|cell| cell.split("`, `")).map(|word| word.trim_end_matches('`'));
    let glob =
        |word: &str| GlobBuilder::new(word).literal_separator(true).build().expect("a pattern").compile_matcher();
    words.filter(|word| word.ends_with(".rs")).map(|word| (word.to_owned(), glob(word))).collect()
}

#[test]
fn every_file_is_named_and_every_named_file_is_there() {
    for (root, document, _) in documents() {
        let (mut files, mut others) = (Vec::new(), vec!["build.rs".to_owned()]);
        sources(&root, &root.join("src"), &mut files);
        for folder in
            ["tests", "benches", "examples"].map(|name| root.join(name)).iter().filter(|folder| folder.exists())
        {
            sources(&root, folder, &mut others);
        }
        let named = named(&document);
        let unnamed: Vec<_> =
            files.iter().filter(|file| !named.iter().any(|(_, glob)| glob.is_match(file.as_str()))).collect();
        let gone = named.iter().filter(|(_, glob)| !files.iter().chain(&others).any(|file| glob.is_match(file)));
        let gone: Vec<_> = gone.map(|(word, _)| word).collect();
        assert!(unnamed.is_empty() && gone.is_empty(), "{root:?}: not named: {unnamed:?}; not there: {gone:?}");
    }
}

#[test]
fn every_link_leads_somewhere_and_every_document_is_linked() {
    for (root, document, proofs) in documents() {
        let links = document.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        let links: Vec<_> = links.filter(|link| !link.starts_with("http")).collect();
        for link in &links {
            assert!(root.join(link).exists(), "{root:?}: ARCHITECTURE.md links to {link}, which is not there");
        }
        for proof in proofs {
            assert!(links.contains(proof), "{root:?}: ARCHITECTURE.md does not link to {proof}");
        }
        for entry in std::fs::read_dir(&root).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let is_document = name.ends_with(".md") && !["ARCHITECTURE.md", "README.md"].contains(&name.as_str());
            assert!(
                !is_document || links.contains(&name.as_str()),
                "{root:?}: ARCHITECTURE.md does not link to {name}"
            );
        }
    }
}
