//! Parser of `spec/*.toml` and `proposals/*.toml`, whose form `data/README.md` describes.

use super::error::Error;
use super::script_file::EMBEDDED;
use super::subject::{Subject, SubjectKind};
use crate::data;
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use std::sync::LazyLock;
use wasmparser::WasmFeatures;

/// Folder in `data` with a folder of scripts for each proposal that has scripts written for this project. They are not
/// beside the descriptions: then the selector `proposals/threads` would also name a folder on disk.
const OWN_SCRIPTS: &str = "proposals/scripts";

/// Features enabled for scripts that no description lists: all that `wasmparser` enables by default but components.
pub const STABLE: WasmFeatures =
    WasmFeatures::WASM3.union(WasmFeatures::WIDE_ARITHMETIC).union(WasmFeatures::COMPACT_IMPORTS);

/// Version that proposals add to, unless a group of scripts names another.
const LATEST: &str = "latest";

/// The subject of a script, and the features under which the script is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Placement {
    pub(super) subject: &'static Subject,
    pub(super) features: WasmFeatures,
}

/// A version of the spec: one file in `spec/`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VersionFile {
    name: String,
    #[serde(default)]
    aliases: Vec<String>,
    title: String,
    version: String,
    /// The version whose features this one has, too.
    base: Option<String>,
    phase: u8,
    link: String,
    #[serde(default)]
    scripts: Vec<GroupEntry>,
}

/// A proposal: one file in `proposals/`.
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
    /// The proposal whose features this one needs, too.
    base: Option<String>,
    adds: Vec<String>,
    /// Reason why no script for it is compiled in.
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
    /// Version of the spec whose features are enabled: by default that of the file, or [`LATEST`] for a proposal.
    version: Option<String>,
    #[serde(default)]
    with: Vec<String>,
    #[serde(default)]
    without: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SuitesFile {
    suite: Vec<KnownSuite>,
}

/// A suite that `spec/suites.toml` lists.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KnownSuite {
    /// Name of the suite, and of the folder that holds it.
    pub name: String,
    /// Repository to get it from.
    pub repository: String,
    /// Revision of the official suite that is compiled in; absent for all others.
    revision: Option<String>,
    #[serde(default)]
    revisions: Vec<RevisionEntry>,
}

/// The commit that a folder with this content hash was copied from.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RevisionEntry {
    content: String,
    commit: String,
}

/// One parsed file, before its base is resolved.
struct Draft {
    file: String,
    /// `features` holds only what the file itself adds.
    subject: Subject,
    base: Option<String>,
    scripts: Vec<GroupEntry>,
}

/// A set of scripts with one placement.
struct Group {
    suite: String,
    files: GlobSet,
    /// Index of the subject.
    subject: usize,
    features: WasmFeatures,
}

/// All descriptions, resolved.
struct Descriptions {
    subjects: Vec<Subject>,
    groups: Vec<Group>,
    suites: Vec<KnownSuite>,
}

/// File, line (0 for the file as a whole) and message.
type Fault = (String, usize, String);

static DESCRIPTIONS: LazyLock<Result<Descriptions, Fault>> =
    LazyLock::new(|| parse(&data::texts("spec"), &data::texts("proposals")));

fn descriptions() -> Result<&'static Descriptions, Error> {
    let error = |(file, line, what): &Fault| Error::Data { file: file.clone(), line: *line, what: what.clone() };
    DESCRIPTIONS.as_ref().map_err(error)
}

/// Parses and resolves all files, given by name and text.
fn parse(spec: &[(&str, &str)], proposals: &[(&str, &str)]) -> Result<Descriptions, Fault> {
    let mut drafts = Vec::new();
    let mut suites = Vec::new();
    for (file, text) in spec.iter().filter(|(file, _)| is_toml(file)) {
        let file = format!("spec/{file}");
        if file == "spec/suites.toml" {
            suites = toml_from::<SuitesFile>(&file, text)?.suite;
        } else {
            drafts.push(version(file, text)?);
        }
    }
    for (file, text) in proposals.iter().filter(|(file, _)| is_toml(file)) {
        drafts.push(proposal(format!("proposals/{file}"), text)?);
    }
    let subjects = resolved(&drafts)?;
    let mut groups = Vec::new();
    for (subject, draft) in drafts.iter().enumerate() {
        for entry in &draft.scripts {
            groups.push(group(&subjects, subject, &draft.file, entry)?);
        }
    }
    let all = Descriptions { subjects, groups, suites };
    check(&all)?;
    Ok(all)
}

fn is_toml(file: &str) -> bool {
    file.ends_with(".toml")
}

fn version(file: String, text: &str) -> Result<Draft, Fault> {
    let VersionFile { name, aliases, title, version: spec, base, phase, link, scripts } = toml_from(&file, text)?;
    let (kind, no_scripts, features) = (SubjectKind::Spec, String::new(), WasmFeatures::empty());
    let subject = Subject { kind, name, aliases, title, phase, spec, link, no_scripts, features };
    Ok(Draft { file, subject, base, scripts })
}

fn proposal(file: String, text: &str) -> Result<Draft, Fault> {
    let ProposalFile { name, aliases, title, phase, spec, link, base, adds, no_scripts, scripts } =
        toml_from(&file, text)?;
    let features = flags(&file, &adds)?;
    let (kind, spec) = (SubjectKind::Proposal, spec.unwrap_or_default());
    let subject = Subject { kind, name, aliases, title, phase, spec, link, no_scripts, features };
    Ok(Draft { file, subject, base, scripts })
}

/// Computes the features of all subjects: proposals add to their bases, versions to theirs what entered them.
fn resolved(drafts: &[Draft]) -> Result<Vec<Subject>, Fault> {
    let mut subjects: Vec<Subject> = drafts.iter().map(|draft| draft.subject.clone()).collect();
    let indices = |kind| (0..drafts.len()).filter(move |i| drafts[*i].subject.kind == kind);
    for i in indices(SubjectKind::Proposal) {
        subjects[i].features = chain(drafts, i)?.iter().map(|i| drafts[*i].subject.features).collect();
    }
    for i in indices(SubjectKind::Spec) {
        let versions: Vec<&str> = chain(drafts, i)?.iter().map(|i| drafts[*i].subject.spec.as_str()).collect();
        let entered = indices(SubjectKind::Proposal).filter(|i| versions.contains(&subjects[*i].spec.as_str()));
        subjects[i].features = entered.map(|i| subjects[i].features).collect();
    }
    Ok(subjects)
}

/// Returns the indices of a subject, its base, the base of that, and so on.
fn chain(drafts: &[Draft], start: usize) -> Result<Vec<usize>, Fault> {
    let mut chain = vec![start];
    let mut end = &drafts[start];
    while let Some(base) = &end.base {
        let fault = |what| (end.file.clone(), 0, what);
        let is_base = |other: &Subject| match end.subject.kind {
            SubjectKind::Spec => other.kind == SubjectKind::Spec && other.spec == *base,
            SubjectKind::Proposal => other.kind == SubjectKind::Proposal && other.name == *base,
        };
        let Some(next) = drafts.iter().position(|draft| is_base(&draft.subject)) else {
            let what = match end.subject.kind {
                SubjectKind::Spec => "version of the spec",
                SubjectKind::Proposal => "proposal",
            };
            return Err(fault(format!("no {what} is called `{base}`, the `base`")));
        };
        if chain.contains(&next) {
            return Err(fault(format!("`base` leads back to `{base}`: bases form a cycle")));
        }
        chain.push(next);
        end = &drafts[next];
    }
    Ok(chain)
}

fn group(subjects: &[Subject], index: usize, file: &str, entry: &GroupEntry) -> Result<Group, Fault> {
    let fault = |what: String| (file.to_owned(), 0, what);
    let subject = &subjects[index];
    let version = match (&entry.version, subject.kind) {
        (Some(version), _) => version,
        (None, SubjectKind::Spec) => &subject.spec,
        (None, SubjectKind::Proposal) => LATEST,
    };
    let Some(base) = subjects.iter().find(|s| s.kind == SubjectKind::Spec && s.spec == *version) else {
        return Err(fault(format!("no version of the spec is called `{version}`")));
    };
    let own = if subject.kind == SubjectKind::Proposal { subject.features } else { WasmFeatures::empty() };
    let features = base.features.union(own).union(flags(file, &entry.with)?).difference(flags(file, &entry.without)?);
    let mut globs = GlobSetBuilder::new();
    for glob in &entry.files {
        globs.add(GlobBuilder::new(glob).literal_separator(true).build().map_err(|e| fault(e.to_string()))?);
    }
    let files = globs.build().map_err(|e| fault(e.to_string()))?;
    // `wasmparser` has flags for what 1.0 always had, and wants them set.
    let features = features.union(WasmFeatures::MVP);
    Ok(Group { suite: entry.suite.clone(), files, subject: index, features })
}

/// Checks what concerns several files: unique names, versions and suites that exist.
fn check(all: &Descriptions) -> Result<(), Fault> {
    let mut seen = std::collections::BTreeSet::new();
    for subject in &all.subjects {
        for name in std::iter::once(&subject.name).chain(&subject.aliases) {
            if !seen.insert(name) {
                return Err((subject.name.clone(), 0, format!("the name `{name}` is taken")));
            }
        }
        let version = |s: &Subject| s.kind == SubjectKind::Spec && s.spec == subject.spec;
        if !subject.spec.is_empty() && !all.subjects.iter().any(version) {
            return Err((subject.name.clone(), 0, format!("no version of the spec is called `{}`", subject.spec)));
        }
    }
    for group in &all.groups {
        if !all.suites.iter().any(|suite| suite.name == group.suite) {
            let name = all.subjects[group.subject].name.clone();
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

/// Converts names of features, in lower case, to `wasmparser`'s flags.
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

/// Returns all versions of the spec, then all proposals, each in the order of their file names.
///
/// # Errors
/// The descriptions that are compiled in are wrong.
pub fn subjects() -> Result<&'static [Subject], Error> {
    Ok(&descriptions()?.subjects)
}

/// Returns the suites that `spec/suites.toml` lists, whether they are loaded or not.
///
/// # Errors
/// The descriptions that are compiled in are wrong.
pub fn known_suites() -> Result<&'static [KnownSuite], Error> {
    Ok(&descriptions()?.suites)
}

/// Returns the names of all subjects, sorted, for messages.
pub(super) fn names() -> Vec<&'static str> {
    let mut names: Vec<_> = subjects().unwrap_or_default().iter().map(|subject| subject.name.as_str()).collect();
    names.sort_unstable();
    names
}

/// Finds the version of the spec or the proposal with this name or alias.
#[must_use]
pub fn subject(name: &str) -> Option<&'static Subject> {
    subjects().ok()?.iter().find(|s| s.name == name || s.aliases.iter().any(|a| a == name))
}

/// Finds the subject of a script. A proposal's description takes precedence over a version's.
pub(super) fn placement(suite: &str, file: &str) -> Result<Option<Placement>, Error> {
    let all = descriptions()?;
    let matching = all.groups.iter().filter(|g| g.suite == suite && g.files.is_match(file));
    let best = matching.max_by_key(|g| all.subjects[g.subject].kind);
    Ok(best.map(|group| Placement { subject: &all.subjects[group.subject], features: group.features }))
}

/// Returns the revision of the official suite that is compiled in.
pub(super) fn embedded_revision() -> Result<String, Error> {
    let known = known_suites()?.iter().find(|suite| suite.name == EMBEDDED);
    known.and_then(|suite| suite.revision.clone()).ok_or_else(|| Error::Data {
        file: "spec/suites.toml".to_owned(),
        line: 0,
        what: format!("no revision of `{EMBEDDED}`"),
    })
}

/// Returns the scripts written for this project, sorted: path below `proposals/scripts/`, and text.
pub(super) fn own_scripts() -> Vec<(String, &'static str)> {
    let scripts_of = |folder: &'static str| {
        let files = data::texts(&format!("{OWN_SCRIPTS}/{folder}")).into_iter();
        files.map(move |(name, text)| (format!("{folder}/{name}"), text))
    };
    let all = data::folders(OWN_SCRIPTS).into_iter().flat_map(scripts_of);
    let mut scripts: Vec<_> = all.filter(|(path, _)| path.ends_with(".wast")).collect();
    scripts.sort_unstable();
    scripts
}

/// Returns the commit that a folder with this name and content hash was copied from, if it is known.
pub(super) fn commit_of(suite: &str, content: &str) -> Result<Option<String>, Error> {
    let entries = known_suites()?.iter().filter(|s| s.name == suite).flat_map(|s| &s.revisions);
    Ok(entries.into_iter().find(|r| r.content == content).map(|r| r.commit.clone()))
}

#[cfg(test)]
mod tests;
