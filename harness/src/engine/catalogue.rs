//! The catalogue of runtimes, `engines/*.toml`: what each is, and how it is driven.

mod check;

use super::driver::{Driver, Launch};
use super::runner::{Description, Runner};
use super::{Engine, Error, Mode};
use crate::escape;
use include_dir::{Dir, include_dir};
use regex::Regex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/engines");
const JS: &str = include_str!("../../drivers/js.mjs");

/// Names further folders of the same form.
pub const FOLDERS: &str = "WASSAY_ENGINES";

/// A runtime.
#[derive(Debug, Deserialize, Serialize)]
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
#[derive(Debug, Deserialize, Serialize)]
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
        /// A variable of the environment that says where the engine is.
        variable: Option<String>,
        /// Prints the version of an engine whose driver has no way to know it.
        #[serde(default)]
        version: Vec<String>,
        /// The version that its known failures were measured with.
        measured: Option<String>,
    },
    /// By its own runner of scripts.
    Runner {
        /// Its modes.
        mode: Vec<Way>,
        /// Prints its version.
        version: Vec<String>,
        /// What it prints when all is well.
        passed: Option<String>,
        /// What it prints about a failure.
        failed: Option<String>,
        /// Programs that its commands need besides the first word.
        #[serde(default)]
        needs: Vec<String>,
        /// The version that its known failures were measured with.
        measured: Option<String>,
    },
    /// Not at all.
    None {
        /// Why.
        why: String,
    },
}

/// A mode and how it is started.
#[derive(Debug, Deserialize, Serialize)]
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Found {
    /// It can be run.
    Here,
    /// A program that it is driven by is not there.
    NoProgram(String),
    /// The variable that says where it is says nothing.
    NoVariable(String),
    /// This build of the harness does not have it.
    NotBuilt(String),
    /// It can't be driven.
    Never,
}

/// The shipped catalogue and that of the folders in `WASSAY_ENGINES`, by name; an entry of a folder replaces a shipped one.
static CATALOGUE: LazyLock<(Vec<Runtime>, Vec<String>)> = LazyLock::new(|| {
    let mut faults = Vec::new();
    let mut all: Vec<Runtime> = Vec::new();
    for file in SHIPPED.files().filter(|file| is_description(file.path())) {
        all.extend(parse(file.path(), file.contents_utf8().unwrap_or_default(), &mut faults));
    }
    let folders = std::env::var_os(FOLDERS).unwrap_or_default();
    let mut own: Vec<Runtime> = Vec::new();
    for folder in std::env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty()) {
        for (path, text) in read(&folder, &mut faults) {
            let Some(runtime) = parse(&path, &text, &mut faults) else { continue };
            if own.iter().any(|known| known.name == runtime.name) {
                faults.push(format!(
                    "{}: there is another engine `{}`",
                    escape::path(&path),
                    escape::text(&runtime.name)
                ));
            }
            own.push(runtime);
        }
    }
    all.retain(|shipped| own.iter().all(|own| own.name != shipped.name));
    all.extend(own);
    all.sort_by(|a, b| a.name.cmp(&b.name));
    (all, faults)
});

fn is_description(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "toml")
}

fn parse(path: &Path, text: &str, faults: &mut Vec<String>) -> Option<Runtime> {
    let runtime = toml::from_str::<Runtime>(text).map_err(|error| error.to_string().trim_end().to_owned());
    match runtime.and_then(|runtime| check::check(&runtime).map(|()| runtime)) {
        Ok(runtime) => Some(runtime),
        Err(fault) => {
            faults.push(format!("{}: {fault}", escape::path(path)));
            None
        }
    }
}

/// The files of a folder that describe engines, in the order of their names.
fn read(folder: &Path, faults: &mut Vec<String>) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    let entries = std::fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    match entries {
        Ok(entries) => files.extend(entries.into_iter().map(|entry| entry.path()).filter(|path| is_description(path))),
        Err(error) => faults.push(format!("{}: {error}", escape::path(folder))),
    }
    files.sort();
    let text = |path: PathBuf| match crate::regular::text(&path) {
        Ok(text) => Some((path, text)),
        Err(error) => {
            faults.push(format!("{}: {error}", escape::path(&path)));
            None
        }
    };
    files.into_iter().filter_map(text).collect()
}

/// Every runtime.
#[must_use]
pub fn all() -> &'static [Runtime] {
    &CATALOGUE.0
}

/// What is wrong with the catalogue, and with the folders in `WASSAY_ENGINES` above all.
#[must_use]
pub fn faults() -> &'static [String] {
    &CATALOGUE.1
}

/// Makes an error of what is wrong.
///
/// # Errors
///
/// [`Error::Catalogue`].
pub fn sound() -> Result<(), Error> {
    if faults().is_empty() {
        Ok(())
    } else {
        {
            let faults: Vec<_> = faults().iter().map(|fault| escape::lines(fault)).collect();
            Err(Error::Catalogue(faults.join("\n")))
        }
    }
}

/// Whether what is known of an engine's failures was measured with this version of it. Engines in this program have the
/// version that is known; those from outside have whichever is installed.
#[must_use]
pub fn is_measured(name: &str, version: &str) -> bool {
    let runtime = all().iter().find(|runtime| runtime.name == name);
    runtime.and_then(Runtime::measured).is_none_or(|measured| measured == version)
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
            Drive::Driver { variable: Some(name), .. }
                if std::env::var_os(name).is_none_or(|value| value.is_empty()) =>
            {
                Found::NoVariable(name.clone())
            }
            Drive::Driver { .. } | Drive::Runner { .. } => {
                let absent = self.needs().into_iter().find(|program| place(program).is_none());
                absent.map_or(Found::Here, |program| Found::NoProgram(program.to_owned()))
            }
            Drive::None { .. } => Found::Never,
        }
    }

    /// The programs that its modes need, each once.
    fn needs(&self) -> Vec<&str> {
        let needs = if let Drive::Runner { needs, .. } = &self.drive { needs.as_slice() } else { &[] };
        let mut all = Vec::new();
        for program in self.ways().iter().filter_map(|way| way.command.first()).chain(needs) {
            if !all.contains(&program.as_str()) {
                all.push(program);
            }
        }
        all
    }

    /// Where those of them are that are its own: not this program, and no shell.
    #[must_use]
    pub fn programs(&self) -> Vec<PathBuf> {
        let own = self.needs().into_iter().filter(|program| !["{wassay}", "sh"].contains(program));
        own.filter_map(place).collect()
    }

    /// Why it can't be run here and what would help; nothing if it can.
    #[must_use]
    pub fn lacks(&'static self) -> Option<String> {
        let get = &self.get;
        Some(match self.found() {
            Found::Here => return None,
            Found::NoProgram(program) => format!("there is no program `{program}`; what brings it: {get}"),
            Found::NoVariable(name) => format!("`{name}` is not set; what brings it: {get}"),
            Found::NotBuilt(feature) => format!(
                "this build of wassay does not have it; what brings it: cargo build --release -p wassay --features {feature}"
            ),
            Found::Never => match &self.drive {
                Drive::None { why } => format!("it can't be driven today: {why}"),
                _ => "it can't be driven today".to_owned(),
            },
        })
    }

    /// Its modes, as the catalogue has them.
    #[must_use]
    pub fn ways(&self) -> &[Way] {
        match &self.drive {
            Drive::Driver { mode, .. } | Drive::Runner { mode, .. } => mode,
            Drive::Crate { .. } | Drive::None { .. } => &[],
        }
    }

    /// The version that its known failures were measured with, if that is not settled by this program's own.
    #[must_use]
    pub fn measured(&self) -> Option<&str> {
        match &self.drive {
            Drive::Driver { measured, .. } | Drive::Runner { measured, .. } => measured.as_deref(),
            Drive::Crate { .. } | Drive::None { .. } => None,
        }
    }

    /// The engine, if it is driven from outside.
    fn engine(&'static self) -> Option<Box<dyn Engine>> {
        match &self.drive {
            Drive::Driver { mode, version, .. } => {
                let (modes, version) = (ways(mode), version.clone());
                Some(Box::new(Driver::new(Launch { name: &self.name, about: &self.title, modes, version })))
            }
            Drive::Runner { mode, version, passed, failed, .. } => {
                let pattern = |text: &Option<String>| text.as_ref().and_then(|text| Regex::new(text).ok());
                Some(Box::new(Runner::new(Description {
                    name: &self.name,
                    about: &self.title,
                    modes: ways(mode),
                    version: version.clone(),
                    passed: pattern(passed),
                    failed: pattern(failed),
                })))
            }
            Drive::Crate { .. } | Drive::None { .. } => None,
        }
    }
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

/// Where a program is: it has a path, or is in one of the folders of `PATH`.
fn place(program: &str) -> Option<PathBuf> {
    if program.contains("{wassay}") {
        return Some(PathBuf::from(expand(program)));
    }
    let is_there = |path: &PathBuf| path.is_file();
    if program.contains('/') {
        return Some(PathBuf::from(program)).filter(is_there);
    }
    let paths = std::env::var_os("PATH")?;
    std::env::split_paths(&paths).map(|dir| dir.join(program)).find(is_there)
}

/// The error for an engine that is not among those that can be run.
pub(super) fn missing(name: &str, known: String) -> Error {
    let runtime = all().iter().find(|runtime| runtime.name == name);
    match runtime.and_then(Runtime::lacks) {
        Some(why) => Error::NotHere { name: name.to_owned(), why },
        None => Error::UnknownEngine { name: name.to_owned(), known },
    }
}

#[cfg(test)]
mod tests;
