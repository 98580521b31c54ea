//! What a library crashes on though the header has it: tried once, in a process that may die of it.

use super::session::unsupported;
use super::{Library, Request};
use crate::engine::{Done, Stop};
use clap::ValueEnum;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, ValueEnum)]
pub(crate) enum Kind {
    /// Whether a null goes in as an `externref`.
    ExternNull,
    /// Whether a value of the host goes in and comes out again, and is the same.
    Extern,
    /// Whether a null goes in as a `funcref`.
    FuncNull,
    /// Whether a function comes out.
    Func,
}

impl Kind {
    fn about(self) -> &'static str {
        match self {
            Self::ExternNull => "null as an externref",
            Self::Extern => "values of the host",
            Self::FuncNull => "null as a funcref",
            Self::Func => "functions as values",
        }
    }
}

/// What has been tried.
#[derive(Debug)]
pub(super) struct Probes {
    library: PathBuf,
    found: HashMap<Kind, Result<(), String>>,
    /// In the process that may die there is no other one.
    here: bool,
}

impl Probes {
    /// Nothing yet.
    pub(super) fn new(library: &Path) -> Self {
        Self { library: library.to_path_buf(), found: HashMap::new(), here: false }
    }

    /// Whether the library can do something.
    pub(super) fn check(&mut self, kind: Kind) -> Done<()> {
        if self.here {
            return Ok(());
        }
        let library = &self.library;
        let found = self.found.entry(kind).or_insert_with(|| elsewhere(library, kind));
        found.clone().map_err(|why| unsupported(format!("{}: {why}", kind.about())))
    }
}

/// Tries something in a process of its own.
fn elsewhere(library: &Path, kind: Kind) -> Result<(), String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let name = kind.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    let mut command = Command::new(program);
    command.args(["driver", "wasm-h", "--probe", &name, "--library"]).arg(library).stdin(Stdio::null());
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("no reason given");
    Err(last.trim_start_matches("error: ").to_owned())
}

/// Tries something here.
pub(super) fn here(path: &Path, kind: Kind) -> Result<(), String> {
    let ty = match kind {
        Kind::Extern | Kind::ExternNull => 0x6f,
        Kind::Func | Kind::FuncNull => 0x70,
    };
    let mut library = Library::open(path)?;
    library.probes.here = true;
    library.answer(Request::Session {}).map_err(|stop| stop.to_string())?;
    library.answer(Request::Compile { wasm: identity(ty).into() }).map_err(|stop| stop.to_string())?;
    library.answer(Request::Instantiate { module: 0 }).map_err(|stop| stop.to_string())?;
    let mut call = |name: &str, args: serde_json::Value| {
        let ty = if ty == 0x6f { "(ref null extern)" } else { "(ref null func)" };
        let (params, results) = match name {
            "make" => (vec![], vec![ty.to_owned()]),
            "take" => (vec![ty.to_owned()], vec![]),
            _ => (vec![ty.to_owned()], vec![ty.to_owned()]),
        };
        let args = serde_json::from_value(args).map_err(|error| Stop::Error(error.to_string()))?;
        library.answer(Request::Invoke { instance: 0, name: name.to_owned(), params, results, args })
    };
    let done = match kind {
        Kind::ExternNull | Kind::FuncNull => call("take", serde_json::json!([{"ref": "null"}])).map(|_| true),
        Kind::Extern => {
            let both = [7, 8, 7].map(|n| call("same", serde_json::json!([{"ref": "extern", "host": n}])));
            let numbers = both.into_iter().map(|done| done.map(|value| value[0]["host"].as_u64()));
            numbers.collect::<Done<Vec<_>>>().map(|numbers| numbers == [Some(7), Some(8), Some(7)])
        }
        Kind::Func => call("make", serde_json::json!([])).map(|value| value[0]["ref"] == "func"),
    };
    match done {
        Ok(true) => Ok(()),
        Ok(false) => Err("what comes out is not what went in".to_owned()),
        Err(stop) => Err(stop.to_string()),
    }
}

/// A module with functions that take a reference and return it (`same`), only take one (`take`), and only make one: a
/// null, or the first function (`make`).
fn identity(ty: u8) -> Vec<u8> {
    let make: &[u8] = if ty == 0x70 { &[0xd2, 0] } else { &[0xd0, 0x6f] };
    let mut wasm = vec![0, b'a', b's', b'm', 1, 0, 0, 0];
    let mut section = |id: u8, content: &[u8]| {
        wasm.extend([id, content.len() as u8]);
        wasm.extend(content);
    };
    section(1, &[3, 0x60, 1, ty, 1, ty, 0x60, 1, ty, 0, 0x60, 0, 1, ty]);
    section(3, &[3, 0, 1, 2]);
    section(7, &[3, 4, b's', b'a', b'm', b'e', 0, 0, 4, b't', b'a', b'k', b'e', 0, 1, 4, b'm', b'a', b'k', b'e', 0, 2]);
    section(10, &[&[3, 4, 0, 0x20, 0, 0x0b, 2, 0, 0x0b, make.len() as u8 + 2, 0][..], make, &[0x0b]].concat());
    wasm
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_modules_are_valid() {
        for ty in [0x6f, 0x70] {
            wasmparser::validate(&super::identity(ty)).unwrap();
        }
    }
}
