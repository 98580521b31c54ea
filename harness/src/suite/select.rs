//! Selectors: words of the command line that choose scripts.

use super::description::{names, subject};
use super::error::Error;
use super::script_file::{Origin, ScriptFile, Suite};
use super::subject::SubjectKind;
use crate::glob::Glob;
use std::path::{Path, PathBuf};

/// Returns the scripts that at least one selector matches, in the order of the suites; all scripts if there is no
/// selector.
///
/// A selector matches if any of its readings does:
/// - `spec` or `proposals`: scripts of versions of the spec, or of proposals;
/// - `spec:2.0`: a version, and the proposals that entered it; `proposal:threads`; `suite:testsuite`;
/// - the bare name of a suite, of a proposal, or of a version of the spec (`wasm-v1`);
/// - a file or folder in a suite (`proposals/threads`, `wasm-v1/address.wast`), optionally after the suite's name;
/// - a glob of file names (`simd_*.wast`), or of paths if it has a `/` (`testsuite/**/throw*.wast`);
/// - a path on disk, at or below the folder of a suite.
///
/// # Errors
/// A selector matches nothing, or is not a valid glob.
pub fn select<'a>(suites: &'a [Suite], selectors: &[String]) -> Result<Vec<&'a ScriptFile>, Error> {
    let scripts: Vec<(&Suite, &ScriptFile)> =
        suites.iter().flat_map(|s| s.scripts.iter().map(move |x| (s, x))).collect();
    let mut chosen = vec![selectors.is_empty(); scripts.len()];
    for selector in selectors {
        let selector = Selector::new(selector)?;
        let mut any = false;
        for (chosen, (suite, script)) in chosen.iter_mut().zip(&scripts) {
            if selector.matches(suite, script) {
                any = true;
                *chosen = true;
            }
        }
        if !any {
            return Err(Error::NoMatch { selector: selector.text.to_owned(), hint: hint(suites) });
        }
    }
    Ok(chosen.into_iter().zip(scripts).filter_map(|(chosen, (_, script))| chosen.then_some(script)).collect())
}

/// Returns the selectors that are paths of files or folders on disk. [`load`](super::load()) needs them.
///
/// Only words that look like paths count, so a folder that happens to be called `simd` does not shadow the proposal.
#[must_use]
pub fn named_paths(selectors: &[String]) -> Vec<PathBuf> {
    let looks = |s: &&String| s.contains('/') || s.ends_with(".wast") || *s == "." || *s == "..";
    selectors.iter().filter(looks).map(PathBuf::from).filter(|p| p.exists()).collect()
}

/// A parsed selector.
struct Selector<'a> {
    text: &'a str,
    glob: Option<Glob>,
    path: Option<PathBuf>,
}

impl<'a> Selector<'a> {
    fn new(text: &'a str) -> Result<Self, Error> {
        let glob = if text.contains(['*', '?', '[', '{']) {
            let pattern = Glob::new(text, true);
            Some(pattern.map_err(|what| Error::Pattern { selector: text.to_owned(), what })?)
        } else {
            None
        };
        Ok(Self { text, glob, path: Path::new(text).canonicalize().ok() })
    }

    fn matches(&self, suite: &Suite, script: &ScriptFile) -> bool {
        match self.text.split_once(':') {
            Some(("proposal", name)) => of_kind(script, SubjectKind::Proposal) && has_name(&script.proposal, name),
            Some(("spec", version)) => script.spec == version,
            Some(("suite", name)) => suite.name == name,
            _ => self.word(suite, script) || self.in_suite(suite, script) || self.on_disk(suite, script),
        }
    }

    /// Whether the selector is a keyword or a name that matches the script.
    fn word(&self, suite: &Suite, script: &ScriptFile) -> bool {
        match self.text {
            "spec" => of_kind(script, SubjectKind::Spec),
            "proposals" => of_kind(script, SubjectKind::Proposal),
            name => suite.name == name || has_name(&script.proposal, name),
        }
    }

    /// Whether the selector is a file, folder or glob in the suite that matches the script.
    fn in_suite(&self, suite: &Suite, script: &ScriptFile) -> bool {
        let text = self.text.trim_end_matches('/');
        let full = format!("{}/{}", suite.name, script.file);
        let name = script.file.rsplit('/').next().unwrap_or_default();
        if let Some(glob) = &self.glob {
            return if text.contains('/') {
                glob.is_match(&script.file) || glob.is_match(&full)
            } else {
                glob.is_match(name)
            };
        }
        let within = |path: &str| path.strip_prefix(text).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        name == text || within(&script.file) || within(&full)
    }

    /// Whether the selector is a path on disk at or above the script.
    fn on_disk(&self, suite: &Suite, script: &ScriptFile) -> bool {
        match (&suite.origin, &self.path, script.path()) {
            (Origin::Folder(_), Some(wanted), Some(path)) => path.starts_with(wanted),
            _ => false,
        }
    }
}

fn of_kind(script: &ScriptFile, kind: SubjectKind) -> bool {
    subject(&script.proposal).is_some_and(|s| s.kind == kind)
}

/// Whether a subject has this name or alias.
fn has_name(proposal: &str, name: &str) -> bool {
    proposal == name || subject(name).is_some_and(|s| s.name == proposal)
}

/// Lists the names that selectors accept.
fn hint(suites: &[Suite]) -> String {
    let suites: Vec<&str> = suites.iter().map(|s| s.name.as_str()).collect();
    format!(
        "suites are {}; proposals and versions are {}; or name a file, a folder or a pattern such as `simd_*.wast`",
        suites.join(", "),
        names().join(", ")
    )
}
