//! The descriptions in `spec/*.toml` and `proposals/*.toml`, which are compiled in.

use super::Error;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::sync::LazyLock;
use wasmparser::WasmFeatures;

// `data/` holds links to the folders at the top of the repository: a package of this crate carries their files.
pub(crate) static SPEC: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/spec");
pub(crate) static PROPOSALS: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/data/proposals");
/// What is known of engines other than our own.
pub(crate) static ENGINES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/engines");

/// Folder in [`PROPOSALS`] with a folder of scripts for each proposal that has some of ours. They do not lie beside the
/// descriptions, where `proposals/threads` would be a folder on disk when it is meant as a selector.
const OWN_SCRIPTS: &str = "scripts";

/// Features on for scripts that no description knows: all that `wasmparser` has on by default, components apart.
pub const STABLE: WasmFeatures =
    WasmFeatures::WASM3.union(WasmFeatures::WIDE_ARITHMETIC).union(WasmFeatures::COMPACT_IMPORTS);

/// Whether something is a version of the spec or a proposal to change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A version of the spec.
    Spec,
    /// A proposal.
    Proposal,
}

/// What scripts belong to: a version of the spec, or a proposal. One row of the portability matrix.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Which of the two.
    pub kind: Kind,
    /// Name in reports and selectors.
    pub name: String,
    /// Other names that selectors may use.
    pub aliases: Vec<String>,
    /// Name for people.
    pub title: String,
    /// Phase of the WebAssembly process, 0 to 5; 5 is finished.
    pub phase: u8,
    /// Version of the spec that it is, or that it entered; empty when in none.
    pub spec: String,
    /// Where to read about it.
    pub link: String,
    /// Why no scripts for it are built in; empty when some are.
    pub no_scripts: String,
    /// What it needs beyond what it is based on; of a version of the spec, all that the version has.
    pub features: WasmFeatures,
}

/// Where a script belongs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) subject: &'static Subject,
    pub(super) features: WasmFeatures,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionFile {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: String,
    version: String,
    phase: u8,
    link: String,
    features: Vec<String>,
    #[serde(default)]
    scripts: Vec<GroupEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProposalFile {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: String,
    phase: u8,
    /// Version of the spec that it entered.
    spec: Option<String>,
    link: String,
    features: Vec<String>,
    /// Why no scripts for it are built in.
    #[serde(default)]
    no_scripts: String,
    #[serde(default)]
    scripts: Vec<GroupEntry>,
}

/// Scripts that belong to the subject, and the features under which they are judged.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupEntry {
    suite: String,
    files: Vec<String>,
    /// Version of the spec whose features are on: of a version's own scripts that version, else `latest`.
    base: Option<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuitesFile {
    suite: Vec<Known>,
}

/// A suite that is known by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Name of the suite, and of the folder that it is expected in.
    pub name: String,
    /// Where to get it.
    pub repository: String,
    /// Only of the suite that is compiled in.
    revision: Option<String>,
    #[serde(default)]
    revisions: Vec<RevisionEntry>,
}

/// A known content of a folder, which may have lost its `.git`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RevisionEntry {
    content: String,
    commit: String,
}

struct Group {
    suite: String,
    files: GlobSet,
    place: usize,
    features: WasmFeatures,
}

struct Data {
    subjects: Vec<Subject>,
    groups: Vec<Group>,
    suites: Vec<Known>,
}

static DATA: LazyLock<Result<Data, (String, usize, String)>> =
    LazyLock::new(|| parse(&text_of(&SPEC), &text_of(&PROPOSALS)));

type Fault = (String, usize, String);

fn text_of(dir: &'static Dir<'static>) -> Vec<(&'static str, &'static str)> {
    let mut files: Vec<_> =
        dir.files().filter_map(|f| Some((f.path().file_name()?.to_str()?, f.contents_utf8()?))).collect();
    files.sort_unstable();
    files
}

fn data() -> Result<&'static Data, Error> {
    DATA.as_ref().map_err(|(file, line, what)| Error::Data { file: file.clone(), line: *line, what: what.clone() })
}

fn parse(spec: &[(&str, &str)], proposals: &[(&str, &str)]) -> Result<Data, Fault> {
    let mut data = Data { subjects: Vec::new(), groups: Vec::new(), suites: Vec::new() };
    let mut entries = Vec::new();
    for (file, text) in spec {
        let file = format!("spec/{file}");
        if file == "spec/suites.toml" {
            data.suites = toml_from::<SuitesFile>(&file, text)?.suite;
        } else if file.ends_with(".toml") {
            let v: VersionFile = toml_from(&file, text)?;
            let features = flags(&file, &v.features)?;
            let VersionFile { name, aliases, title, version, phase, link, .. } = v;
            let (kind, spec, no_scripts) = (Kind::Spec, version, String::new());
            data.subjects.push(Subject { kind, name, aliases, title, phase, spec, link, no_scripts, features });
            entries.push((file, v.scripts));
        }
    }
    for (file, text) in proposals {
        let file = format!("proposals/{file}");
        if file.ends_with(".toml") {
            let p: ProposalFile = toml_from(&file, text)?;
            let features = flags(&file, &p.features)?;
            let ProposalFile { name, aliases, title, phase, link, no_scripts, .. } = p;
            let (kind, spec) = (Kind::Proposal, p.spec.unwrap_or_default());
            data.subjects.push(Subject { kind, name, aliases, title, phase, spec, link, no_scripts, features });
            entries.push((file, p.scripts));
        }
    }
    for (place, (file, groups)) in entries.into_iter().enumerate() {
        for entry in groups {
            data.groups.push(group(&data.subjects, place, &file, &entry)?);
        }
    }
    check(&data)?;
    Ok(data)
}

fn group(subjects: &[Subject], place: usize, file: &str, entry: &GroupEntry) -> Result<Group, Fault> {
    let subject = &subjects[place];
    let base = match (&entry.base, subject.kind) {
        (Some(base), _) => base,
        (None, Kind::Spec) => &subject.spec,
        (None, Kind::Proposal) => "latest",
    };
    let Some(version) = subjects.iter().find(|s| s.kind == Kind::Spec && s.spec == *base) else {
        return Err((file.to_owned(), 0, format!("no version of the spec is called `{base}`")));
    };
    let own = if subject.kind == Kind::Proposal { subject.features } else { WasmFeatures::empty() };
    let features =
        version.features.union(own).union(flags(file, &entry.with)?).difference(flags(file, &entry.without)?);
    let mut globs = GlobSetBuilder::new();
    for glob in &entry.files {
        let built = GlobBuilder::new(glob).literal_separator(true).build();
        globs.add(built.map_err(|e| (file.to_owned(), 0, e.to_string()))?);
    }
    let files = globs.build().map_err(|e| (file.to_owned(), 0, e.to_string()))?;
    // What is left is part of no proposal, but `wasmparser` wants to be told.
    Ok(Group { suite: entry.suite.clone(), files, place, features: features.union(WasmFeatures::MVP) })
}

/// What one file can't know of the others.
fn check(data: &Data) -> Result<(), Fault> {
    let mut seen = std::collections::BTreeSet::new();
    for subject in &data.subjects {
        for name in std::iter::once(&subject.name).chain(&subject.aliases) {
            if !seen.insert(name) {
                return Err((subject.name.clone(), 0, format!("the name `{name}` is taken")));
            }
        }
        let version = |s: &Subject| s.kind == Kind::Spec && s.spec == subject.spec;
        if !subject.spec.is_empty() && !data.subjects.iter().any(version) {
            return Err((subject.name.clone(), 0, format!("no version of the spec is called `{}`", subject.spec)));
        }
    }
    for group in &data.groups {
        if !data.suites.iter().any(|suite| suite.name == group.suite) {
            let name = data.subjects[group.place].name.clone();
            return Err((name, 0, format!("no suite is called `{}`", group.suite)));
        }
    }
    Ok(())
}

fn toml_from<T: serde::de::DeserializeOwned>(file: &str, text: &str) -> Result<T, Fault> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(0, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        (file.to_owned(), line, error.message().trim_end().to_owned())
    })
}

fn flags(file: &str, names: &[String]) -> Result<WasmFeatures, Fault> {
    let mut flags = WasmFeatures::empty();
    for name in names {
        let Some(flag) = WasmFeatures::from_name(&name.to_uppercase()) else {
            return Err((file.to_owned(), 0, format!("`wasmparser` has no feature called `{name}`")));
        };
        flags |= flag;
    }
    Ok(flags)
}

/// All versions of the spec, then all proposals, as files are sorted.
///
/// # Errors
/// The descriptions that are compiled in are wrong.
pub fn subjects() -> Result<&'static [Subject], Error> {
    Ok(&data()?.subjects)
}

/// Suites that are known by name, loaded or not.
///
/// # Errors
/// The descriptions that are compiled in are wrong.
pub fn known() -> Result<&'static [Known], Error> {
    Ok(&data()?.suites)
}

/// The version of the spec, or the proposal, of that name or alias.
#[must_use]
pub fn subject(name: &str) -> Option<&'static Subject> {
    subjects().ok()?.iter().find(|s| s.name == name || s.aliases.iter().any(|a| a == name))
}

/// What a script belongs to; a proposal's description goes before one of a version of the spec.
pub(super) fn place(suite: &str, file: &str) -> Result<Option<Place>, Error> {
    let data = data()?;
    let matching = data.groups.iter().filter(|g| g.suite == suite && g.files.is_match(file));
    let best = matching.max_by_key(|g| data.subjects[g.place].kind);
    Ok(best.map(|group| Place { subject: &data.subjects[group.place], features: group.features }))
}

/// What pins the suite that is compiled in.
pub(super) fn embedded_revision() -> Result<String, Error> {
    let entry = data()?.suites.iter().find_map(|s| (s.name == super::EMBEDDED).then_some(s.revision.as_ref())?);
    entry.cloned().ok_or_else(|| Error::Data {
        file: "spec/suites.toml".to_owned(),
        line: 0,
        what: format!("no revision of `{}`", super::EMBEDDED),
    })
}

/// The scripts of this project: where each lies below `proposals/scripts/`, and its text; sorted.
pub(super) fn own_scripts() -> Vec<(String, &'static str)> {
    let folders = PROPOSALS.get_dir(OWN_SCRIPTS).into_iter().flat_map(Dir::dirs);
    let scripts = folders.flat_map(Dir::files).filter_map(|file| {
        let path = file.path().strip_prefix(OWN_SCRIPTS).ok()?.to_str()?.replace('\\', "/");
        path.ends_with(".wast").then_some((path, file.contents_utf8()?))
    });
    let mut scripts: Vec<_> = scripts.collect();
    scripts.sort_unstable();
    scripts
}

/// The commit that a folder of that name and content is known to hold.
pub(super) fn commit_of(suite: &str, content: &str) -> Result<Option<String>, Error> {
    let entries = data()?.suites.iter().filter(|s| s.name == suite).flat_map(|s| &s.revisions);
    Ok(entries.into_iter().find(|r| r.content == content).map(|r| r.commit.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION: &str = "name = 'v'\ntitle = 't'\nversion = 'latest'\nphase = 5\nlink = 'l'\nfeatures = ['simd']\n";

    fn fault(spec: &[(&str, &str)], proposals: &[(&str, &str)]) -> Fault {
        parse(spec, proposals).err().expect("must not be accepted")
    }

    #[test]
    fn what_is_compiled_in_is_right() {
        let data = data().unwrap();
        assert!(data.subjects.len() > 20);
        assert!(data.subjects.iter().all(|s| s.phase <= 5 && s.link.starts_with("https://")));
    }

    #[test]
    fn faults_name_file_and_line() {
        let (file, line, what) = fault(&[("a.toml", "name = 'v'\nunknown = 1\n")], &[]);
        assert_eq!((file.as_str(), line), ("spec/a.toml", 2), "{what}");
        let (file, line, _) = fault(&[("a.toml", VERSION)], &[("b.toml", "name = 'x'\n\nphase = \n")]);
        assert_eq!((file.as_str(), line), ("proposals/b.toml", 3));
    }

    #[test]
    fn names_must_be_known() {
        let (file, _, what) = fault(&[("a.toml", &VERSION.replace("simd", "smid"))], &[]);
        assert_eq!((file.as_str(), what.as_str()), ("spec/a.toml", "`wasmparser` has no feature called `smid`"));
        let group = format!("{VERSION}[[scripts]]\nsuite = 'nowhere'\nfiles = ['*.wast']\n");
        assert_eq!(fault(&[("a.toml", &group)], &[]).2, "no suite is called `nowhere`");
        let group = format!("{VERSION}[[scripts]]\nsuite = 's'\nfiles = ['*.wast']\nbase = '9.0'\n");
        assert_eq!(fault(&[("a.toml", &group)], &[]).2, "no version of the spec is called `9.0`");
        let group = format!("{VERSION}[[scripts]]\nsuite = 's'\nfiles = ['[']\n");
        assert!(fault(&[("a.toml", &group)], &[]).2.contains("character class"));
        let twice = VERSION.replace("'latest'", "'8.0'");
        assert_eq!(fault(&[("a.toml", VERSION), ("b.toml", &twice)], &[]).2, "the name `v` is taken");
    }

    #[test]
    fn no_script_is_described_twice() {
        let data = data().unwrap();
        for suite in super::super::load(&[]).unwrap() {
            for script in &suite.scripts {
                let all = data.groups.iter().filter(|g| g.suite == suite.name && g.files.is_match(&script.file));
                let kinds: Vec<_> = all.map(|g| data.subjects[g.place].kind).collect();
                assert_eq!(kinds.iter().filter(|k| **k == Kind::Proposal).count().max(1), 1, "{}", script.file);
            }
        }
    }
}
