//! Selectors: a few words on the command line become scripts.

use super::{Error, Origin, ScriptFile, SubjectKind, Suite, subject, subject_names};
use crate::glob::Glob;
use std::path::{Path, PathBuf};

/// The scripts that at least one of `selectors` names, in the order of the suites; all scripts if there is none.
///
/// A selector is, and it means all of these at once:
/// - `spec` or `proposals`: what belongs to versions of the spec, or to proposals;
/// - `spec:2.0`: that version, and the proposals that entered it; `proposal:threads`; `suite:testsuite`;
/// - the bare name of a suite, of a proposal, or of a version of the spec (`wasm-v1`);
/// - a file or a folder in a suite (`proposals/threads`, `wasm-v1/address.wast`), the suite's name in front if wanted;
/// - a pattern: of file names (`simd_*.wast`), or of paths if it has a `/` (`testsuite/**/throw*.wast`);
/// - a path on disk, below the folder of a suite.
///
/// # Errors
/// A selector selects nothing, or is a broken pattern.
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

/// Those of `selectors` that name a file or a folder on disk: what [`super::load`] must be given for them to match.
///
/// Only what looks like a path is taken for one, so that a stray folder called `simd` shadows no proposal.
#[must_use]
pub fn named_paths(selectors: &[String]) -> Vec<PathBuf> {
    let looks = |s: &&String| s.contains('/') || s.ends_with(".wast") || *s == "." || *s == "..";
    selectors.iter().filter(looks).map(PathBuf::from).filter(|p| p.exists()).collect()
}

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
            Some(("proposal", name)) => of_kind(script, SubjectKind::Proposal) && is_called(&script.proposal, name),
            Some(("spec", version)) => script.spec == version,
            Some(("suite", name)) => suite.name == name,
            _ => self.word(suite, script) || self.place(suite, script) || self.on_disk(suite, script),
        }
    }

    fn word(&self, suite: &Suite, script: &ScriptFile) -> bool {
        match self.text {
            "spec" => of_kind(script, SubjectKind::Spec),
            "proposals" => of_kind(script, SubjectKind::Proposal),
            name => suite.name == name || is_called(&script.proposal, name),
        }
    }

    /// A file, folder or pattern in a suite.
    fn place(&self, suite: &Suite, script: &ScriptFile) -> bool {
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

fn is_called(proposal: &str, name: &str) -> bool {
    proposal == name || subject(name).is_some_and(|s| s.name == proposal)
}

fn hint(suites: &[Suite]) -> String {
    let suites: Vec<&str> = suites.iter().map(|s| s.name.as_str()).collect();
    format!(
        "suites are {}; proposals and versions are {}; or name a file, a folder or a pattern such as `simd_*.wast`",
        suites.join(", "),
        subject_names().join(", ")
    )
}
