//! Sources and documents: every source file says what it is, and every link of a document leads somewhere.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

/// The document of claims, and the proofs that it has to link to.
const CLAIMS: (&str, &[&str]) = (
    "docs/claims.md",
    &[
        "vm/SIMD.md",
        "vm/tests/lower",
        "vm/tests/all/exceptions/cost.rs",
        "vm/tests/all/compile/branch_hints.rs",
        "vm/benches/throw.rs",
        "vm/src/lower/operator.rs",
    ],
);

/// The root of the repository.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository")
}

/// Finds files by extension below a folder of the repository; paths are relative to its root. Skips hidden folders, build
/// output, reports of runs, and symbolic links.
fn files(folder: &Path, extension: &str, found: &mut BTreeSet<PathBuf>) {
    for entry in std::fs::read_dir(root().join(folder)).unwrap() {
        let entry = entry.unwrap();
        let path = folder.join(entry.file_name());
        let kind = entry.file_type().unwrap();
        let skipped = entry.file_name().to_string_lossy().starts_with('.')
            || path.starts_with("target")
            || (path.starts_with("reports") && path.components().count() > 1 && path != Path::new("reports/SCHEMA.md"));
        if skipped {
            continue;
        } else if kind.is_dir() {
            files(&path, extension, found);
        } else if kind.is_file() && path.extension().is_some_and(|it| it == extension) {
            found.insert(path);
        }
    }
}

/// Paths of all files with an extension.
fn all(extension: &str) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    files(Path::new(""), extension, &mut found);
    found
}

#[test]
fn every_source_file_says_what_it_is() {
    let sources = all("rs");
    assert!(sources.len() > 300, "only {} source files were found", sources.len());
    let silent: Vec<_> = sources
        .iter()
        .filter(|path| {
            let text = std::fs::read_to_string(root().join(path)).unwrap();
            text.lines().next().and_then(|line| line.strip_prefix("//! ")).is_none_or(|about| about.trim().is_empty())
        })
        .collect();
    assert!(silent.is_empty(), "these files do not begin with a line `//! ...` that says what they are: {silent:#?}");
}

/// A document's links and images, its code spans, and the anchors of its headings.
struct Document {
    links: Vec<String>,
    code: Vec<String>,
    anchors: BTreeSet<String>,
}

/// Reads a document as GitHub does.
fn read(text: &str) -> Document {
    let mut document = Document { links: Vec::new(), code: Vec::new(), anchors: BTreeSet::new() };
    let mut heading = None::<String>;
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                document.links.push(dest_url.into_string());
            }
            Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
            Event::End(TagEnd::Heading(_)) => {
                document.anchors.extend(heading.take().map(|title| anchor(&title)));
            }
            Event::Text(words) | Event::Code(words) if heading.is_some() => {
                heading.get_or_insert_default().push_str(&words);
            }
            Event::Code(words) => document.code.push(words.into_string()),
            _ => {}
        }
    }
    document
}

/// The anchor that GitHub gives to a heading: lower case, punctuation dropped, `-` for a space.
fn anchor(title: &str) -> String {
    let lower = title.to_lowercase();
    let kept = lower.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
    kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
}

/// Joins a link to the folder of the document that has it, without `.` and `..`.
fn resolve(document: &Path, link: &str) -> PathBuf {
    let mut path = document.parent().expect("a folder").to_owned();
    for part in Path::new(link).components() {
        match part {
            Component::ParentDir => assert!(path.pop(), "{document:?}: {link} leaves the repository"),
            Component::CurDir => {}
            part => path.push(part),
        }
    }
    path
}

/// All documents of the repository.
fn documents() -> BTreeMap<PathBuf, Document> {
    let text = |path: &PathBuf| std::fs::read_to_string(root().join(path)).unwrap();
    all("md").into_iter().map(|path| (path.clone(), read(&text(&path)))).collect()
}

/// Where the links of a document lead inside the repository: path and anchor.
fn targets<'a>(path: &'a Path, document: &'a Document) -> impl Iterator<Item = (PathBuf, &'a str)> {
    let inside = document.links.iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:"));
    inside.map(|link| {
        let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
        (if file.is_empty() { path.to_owned() } else { resolve(path, file) }, anchor)
    })
}

#[test]
fn every_link_leads_somewhere() {
    let documents = documents();
    let mut broken = Vec::new();
    for (path, document) in &documents {
        for (target, anchor) in targets(path, document) {
            let there = root().join(&target).exists();
            let known = anchor.is_empty() || documents.get(&target).is_none_or(|it| it.anchors.contains(anchor));
            if !there || !known {
                broken.push(format!("{}: {}#{anchor}", path.display(), target.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere: {broken:#?}");
}

/// Folders of the repository whose paths documents write in full. What runs write (`reports/`) need not be there.
const FOLDERS: [&str; 8] = [".ci/", "bench-suites/", "docs/", "harness/", "proposals/", "spec/", "tools/", "vm/"];

/// Whether a code span is a path of this repository, not a command or a form to fill in.
fn is_path(code: &str) -> bool {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-*".contains(letter);
    FOLDERS.iter().any(|folder| code.starts_with(folder)) && code.chars().all(plain)
}

#[test]
fn every_path_in_a_document_exists() {
    let documents = documents();
    // The changelog speaks of what was.
    let current = documents.iter().filter(|(path, _)| *path != Path::new("CHANGELOG.md"));
    let paths = current.flat_map(|(path, document)| document.code.iter().map(move |code| (path, code)));
    let paths = paths.filter(|(_, code)| is_path(code)).collect::<Vec<_>>();
    assert!(paths.len() > 10, "only {} paths were found", paths.len());
    let gone = paths.iter().filter(|(_, code)| {
        // Of a pattern, the folder before the first `*`.
        let fixed = code
            .split_once('*')
            .map_or(code.as_str(), |(before, _)| before.rsplit_once('/').map_or(before, |(folder, _)| folder));
        !root().join(fixed).exists()
    });
    let gone: Vec<_> = gone.map(|(path, code)| format!("{}: `{code}`", path.display())).collect();
    assert!(gone.is_empty(), "documents name paths that are not there: {gone:#?}");
}

#[test]
fn every_document_can_be_reached_from_the_readme() {
    let documents = documents();
    let mut reached = BTreeSet::new();
    let mut work_list = vec![PathBuf::from("README.md")];
    while let Some(path) = work_list.pop() {
        if let Some(document) = documents.get(&path)
            && reached.insert(path.clone())
        {
            work_list.extend(
                targets(&path, document)
                    .map(|(target, _)| if root().join(&target).is_dir() { target.join("README.md") } else { target }),
            );
        }
    }
    let lost: Vec<_> = documents.keys().filter(|path| !reached.contains(*path)).collect();
    assert!(lost.is_empty(), "no chain of links leads from README.md to {lost:#?}");
}

#[test]
fn claims_link_to_their_proofs() {
    let (name, proofs) = CLAIMS;
    let documents = documents();
    let path = Path::new(name);
    let linked: BTreeSet<_> = targets(path, &documents[path]).map(|(target, _)| target).collect();
    for proof in proofs {
        assert!(linked.contains(Path::new(proof)), "{name} does not link to {proof}");
    }
}
