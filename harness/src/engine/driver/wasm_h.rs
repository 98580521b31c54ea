//! A driver program for engines with the standard C API, `wasm.h`: it loads any shared library that implements it.
//!
//! What the header cannot express is `unsupported`: calls whose signature has `v128` or a reference type other than
//! `externref` and `funcref`. Exports can be of any type: the driver passes them on to other instances without looking at
//! them.

mod api;
mod crash_handler;
mod error;
mod export_order;
mod foreign;
mod library;
mod messages;
mod names;
mod probe;
mod run_probe;
mod session;

pub(crate) use probe::ReferenceProbe;

use super::protocol;
use crate::engine::error::SessionError;
use crate::escape;
use library::Library;
use serde_json::Value;
use std::io::{self, BufRead, Write};
use std::path::Path;

/// The environment variable that names the library, where the command line does not.
pub(crate) const VARIABLE: &str = "WASSAY_WASM_H";

/// Answers requests until the input ends.
///
/// # Errors
///
/// When requests cannot be read or answers cannot be written.
pub(crate) fn serve(path: &Path) -> io::Result<()> {
    crash_handler::install();
    let mut library = Library::open(path).map_err(|why| format!("`{}`: {why}", escape::path(path)));
    let mut out = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        let line: Value = serde_json::from_str(&line?)?;
        let id = line["id"].clone();
        let request = serde_json::from_value(line);
        let request = request.map_err(|error| SessionError::Other(format!("not a request: {error}")));
        let result = request.and_then(|request| match &mut library {
            Ok(library) => library.answer(request),
            Err(why) => Err(SessionError::Other(why.clone())),
        });
        out.write_all(&protocol::encode_answer(id, result)?)?;
        out.flush()?;
    }
    Ok(())
}

/// Runs a probe on a library, which may crash this process.
///
/// # Errors
///
/// When the library does not do what the probe asks.
pub(crate) fn run_probe(path: &Path, probe: ReferenceProbe) -> Result<(), String> {
    crash_handler::install();
    run_probe::run(path, probe)
}
