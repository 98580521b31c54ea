//! Tests of all subcommands and options on the real binary with the fake engine: outcomes, exit codes and output
//! formats.

#[path = "../common/mod.rs"]
mod common;

mod compare;
mod completions;
mod diff;
mod expect;
mod full_disk;
mod matrix;
mod outcomes;
mod resume;
mod selection;
mod streams;
mod terminal;

use common::{Place, SCRIPT};
use std::path::Path;
use std::process::Output;

/// Runs the binary with these words.
fn run<S: AsRef<std::ffi::OsStr>>(words: &[S]) -> Output {
    common::wassay().args(words).output().expect("it runs")
}

/// Runs two scripts on the fake engine in a mode. Returns the place and its report folder.
fn report(mode: &str) -> (Place, String) {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    place.test(mode, &[]);
    let out = text(&place.out());
    (place, out)
}

/// Mode of the fake engine whose report has every outcome but `xpass` and `xfail`.
const ALL: &str = "fail@3+unsupported@4+crash@6+hang@7";

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
