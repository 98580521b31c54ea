//! The catalogue of runtimes, `engines/*.toml`: what each is, and how it is driven.

use super::driver::{Driver, Launch};
use super::runner::{Description, Runner};
use super::{Engine, Mode};
use include_dir::{Dir, include_dir};
use regex::Regex;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/engines");
const JS: &str = include_str!("../../drivers/js.mjs");

/// Names further folders of the same form.
pub const FOLDERS: &str = "WASSAY_ENGINES";

/// A runtime.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Runtime {
    /// Name in reports and on the command line.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// Its row in the list "Awesome WebAssembly Runtimes".
    pub row: Option<u8>,
    /// What it is written in.
    pub languages: Vec<String>,
    /// What makes its machine code; empty if nothing does.
    pub compiler: String,
    /// Of `interpreter`, `jit`, `aot`.
    pub execution: Vec<String>,
    /// Languages that can embed it.
    pub interop: Vec<String>,
    /// Proposals beyond 1.0 that it says it has.
    pub features: Vec<String>,
    /// What it offers to programs.
    pub host_apis: Vec<String>,
    /// WASI and its like.
    pub standards: Vec<String>,
    /// Where it runs.
    pub platforms: Vec<String>,
    /// Whether it is alive.
    pub status: String,
    /// Where it lives.
    pub link: String,
    /// The command that would bring it, or what it takes.
    pub get: String,
    /// How it is driven.
    pub drive: Drive,
}

/// How a runtime is driven.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Drive {
    /// In process, behind a cargo feature.
    Crate {
        /// The feature; empty for what is always there.
        feature: String,
    },
    /// By a program that speaks the driver protocol.
    Driver {
        /// Its modes, the first of which introduces it.
        mode: Vec<Way>,
    },
    /// By its own runner of scripts.
    Runner {
        /// Its modes.
        mode: Vec<Way>,
        /// Prints its version.
        version: Vec<String>,
        /// What it prints when all is well.
        passed: Option<String>,
        /// What it prints about proposals that it lacks.
        unsupported: Option<String>,
        /// Programs that its commands need besides the first word.
        #[serde(default)]
        needs: Vec<String>,
    },
    /// Not at all.
    None {
        /// Why.
        why: String,
    },
}

/// A mode and how it is started.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Way {
    /// Name of the mode.
    pub name: String,
    /// What is special about it.
    pub about: String,
    /// The program and its arguments.
    pub command: Vec<String>,
}

/// What there is of a runtime on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// It can be run.
    Here,
    /// A program that it is driven by is not there.
    NoProgram(String),
    /// This build of the harness does not have it.
    NotBuilt(String),
    /// It can't be driven.
    Never,
}

/// The shipped catalogue and that of the folders in `WASSAY_ENGINES`, by name; an entry of a folder replaces a shipped one.
static CATALOGUE: LazyLock<(Vec<Runtime>, Vec<String>)> = LazyLock::new(|| {
    let mut faults = Vec::new();
    let mut all: Vec<Runtime> = Vec::new();
    let shipped =
        SHIPPED.files().filter_map(|file| Some((file.path().to_path_buf(), file.contents_utf8()?.to_owned())));
    let folders = std::env::var_os(FOLDERS).unwrap_or_default();
    let own = std::env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty());
    let own: Vec<_> = own.flat_map(|folder| read(&folder, &mut faults)).collect();
    for (path, text) in shipped.chain(own) {
        if path.extension().is_none_or(|extension| extension != "toml") {
            continue;
        }
        match toml::from_str::<Runtime>(&text) {
            Ok(runtime) => {
                all.retain(|known| known.name != runtime.name);
                all.push(runtime);
            }
            Err(error) => faults.push(format!("{}: {error}", path.display())),
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    (all, faults)
});

fn read(folder: &Path, faults: &mut Vec<String>) -> Vec<(PathBuf, String)> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            faults.push(format!("{}: {error}", folder.display()));
            return Vec::new();
        }
    };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    paths.filter_map(|path| std::fs::read_to_string(&path).ok().map(|text| (path, text))).collect()
}

/// Every runtime.
#[must_use]
pub fn all() -> &'static [Runtime] {
    &CATALOGUE.0
}

/// What is wrong with the folders in `WASSAY_ENGINES`.
#[must_use]
pub fn faults() -> &'static [String] {
    &CATALOGUE.1
}

/// Engines that are driven from outside and whose programs are there.
pub(super) fn drivable() -> Vec<Box<dyn Engine>> {
    all().iter().filter(|runtime| runtime.found() == Found::Here).filter_map(Runtime::engine).collect()
}

impl Runtime {
    /// What there is of it here.
    #[must_use]
    pub fn found(&'static self) -> Found {
        match &self.drive {
            Drive::Crate { feature } => {
                let built = super::built_in().iter().any(|engine| engine.name() == self.name);
                if built { Found::Here } else { Found::NotBuilt(feature.clone()) }
            }
            Drive::Driver { mode } => programs(mode.iter().filter_map(|way| way.command.first())),
            Drive::Runner { mode, needs, .. } => {
                programs(mode.iter().filter_map(|way| way.command.first()).chain(needs))
            }
            Drive::None { .. } => Found::Never,
        }
    }

    /// The engine, if it is driven from outside.
    fn engine(&'static self) -> Option<Box<dyn Engine>> {
        match &self.drive {
            Drive::Driver { mode } => {
                Some(Box::new(Driver::new(Launch { name: &self.name, about: &self.title, modes: ways(mode) })))
            }
            Drive::Runner { mode, version, passed, unsupported, .. } => {
                let pattern = |text: &Option<String>| text.as_ref().and_then(|text| Regex::new(text).ok());
                Some(Box::new(Runner::new(Description {
                    name: &self.name,
                    about: &self.title,
                    modes: ways(mode),
                    version: version.clone(),
                    passed: pattern(passed),
                    unsupported: pattern(unsupported),
                })))
            }
            Drive::Crate { .. } | Drive::None { .. } => None,
        }
    }
}

fn programs<'a>(mut all: impl Iterator<Item = &'a String>) -> Found {
    all.find(|program| !is_there(program)).map_or(Found::Here, |program| Found::NoProgram(program.clone()))
}

fn ways(ways: &'static [Way]) -> Vec<(Mode, Vec<String>)> {
    let mode = |way: &'static Way| Mode { name: &way.name, about: &way.about };
    ways.iter().map(|way| (mode(way), way.command.iter().map(|word| expand(word)).collect())).collect()
}

/// A word of a command, with what stands for the shipped drivers replaced by where they are.
fn expand(word: &str) -> String {
    let mut word = word.to_owned();
    if word.contains("{js}") {
        word = word.replace("{js}", &js_driver().to_string_lossy());
    }
    if word.contains("{wassay}") {
        let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("wassay"));
        word = word.replace("{wassay}", &program.to_string_lossy());
    }
    word
}

/// The driver for JavaScript engines as a file. It is in the user's own cache folder, where it is written once a version:
/// workers end in ways that leave no time to tidy up, and what lies in a folder for all may be somebody else's.
fn js_driver() -> &'static Path {
    static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        let folder = cache.unwrap_or_else(std::env::temp_dir).join("wassay");
        let hash = Sha256::digest(JS);
        let name = hash[..8].iter().fold("driver-".to_owned(), |name, byte| format!("{name}{byte:02x}")) + ".mjs";
        let path = folder.join(name);
        if std::fs::read(&path).is_ok_and(|there| there == JS.as_bytes()) {
            return path;
        }
        // What can't be written is reported when the engine does not find it.
        let _ = std::fs::create_dir_all(&folder).and_then(|()| {
            let mut file = tempfile::NamedTempFile::new_in(&folder)?;
            std::io::Write::write_all(&mut file, JS.as_bytes())?;
            Ok(file.persist(&path)?)
        });
        path
    });
    &FILE
}

/// Whether a program can be started: it has a path, or is in one of the folders of `PATH`.
fn is_there(program: &str) -> bool {
    if program == "{wassay}" {
        return true;
    }
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    std::env::var_os("PATH").is_some_and(|paths| std::env::split_paths(&paths).any(|dir| dir.join(program).is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_catalogue_is_sound() {
        assert_eq!(faults(), [] as [String; 0]);
        for runtime in all() {
            if let Drive::Runner { passed, unsupported, .. } = &runtime.drive {
                for pattern in [passed, unsupported].into_iter().flatten() {
                    Regex::new(pattern).unwrap();
                }
            }
            if let Drive::Driver { mode } | Drive::Runner { mode, .. } = &runtime.drive {
                assert!(!mode.is_empty(), "{} has no mode", runtime.name);
            }
        }
    }
}
