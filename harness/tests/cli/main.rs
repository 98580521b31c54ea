//! The verbs and options that make a product of a harness, tried on the real binary with the fake engine: each outcome,
//! exit code and output format is seen to go wrong when it should.

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

/// A report of two scripts on the fake engine in a mode, and the folder that it is in.
fn report(mode: &str) -> (Place, String) {
    let place = Place::new(&[("a.wast", SCRIPT), ("b.wast", SCRIPT)]);
    place.test(mode, &[]);
    let out = text(&place.out());
    (place, out)
}

/// A report with each outcome but `xpass` and `xfail` in it.
const ALL: &str = "fail@3+unsupported@4+crash@6+hang@7";

fn text(path: &Path) -> String {
    path.to_str().expect("UTF-8").to_owned()
}
