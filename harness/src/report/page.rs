//! Report page: one HTML file with all rows of some reports, which needs neither server nor network.
//!
//! Its data has three parts, each compressed: the overview, which is small and has what the matrix needs; every row;
//! and the source texts of scripts. A browser shows the matrix before it has read the rest.

mod pack;

use super::error::Error;
use super::index::Reports;
use super::portability::PortabilityRow;
use super::{atomic_file, csv};
use crate::suite::Suite;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use pack::{Overview, Packer, Rows, Sources};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Template of the page, with placeholders in braces.
const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");

/// The page's script, one file per view and the files that views share.
const SCRIPT: [&str; 8] = [
    include_str!("page/data.js"),
    include_str!("page/address.js"),
    include_str!("page/matrix.js"),
    include_str!("page/search.js"),
    include_str!("page/directives.js"),
    include_str!("page/compare.js"),
    include_str!("page/history.js"),
    include_str!("page/main.js"),
];

/// Writes the page of the reports in `dirs` to the file `to`.
///
/// Of the reports in `past`, which are folders or files with the columns of `portability.csv`, the page has only the
/// counts, for its history. Source texts of scripts come from `suites`, if these have them in the same revision.
///
/// # Errors
///
/// If a report cannot be read, or if the page cannot be written.
pub fn page(to: &Path, dirs: &[PathBuf], past: &[PathBuf], suites: &[Suite]) -> Result<(), Error> {
    let mut reports = Reports::open(dirs)?;
    let mut packer = Packer::new(reports.columns());
    let keys: Vec<_> = reports.scripts().cloned().collect();
    for key in keys {
        packer.add(&key, &reports.rows(&key)?);
    }
    let (mut runs, mut counts) = (reports.runs().to_vec(), Vec::new());
    for path in past {
        counts.extend(counts_of(path, &mut runs)?);
    }
    runs.sort();
    runs.dedup();
    let mut scripts = HashMap::new();
    for script in suites.iter().flat_map(|suite| &suite.scripts) {
        scripts.insert((script.suite.as_str(), script.revision.as_str(), script.file.as_str()), script);
    }
    let sources = packer.sources(|(suite, revision), file| {
        let script = scripts.get(&(suite.as_str(), revision.as_str(), file))?;
        script.source().ok().map(Cow::into_owned)
    });
    let (overview, rows) = packer.finish(runs, &counts);
    atomic_file::write_atomically(to, |out| write(out, &overview, &rows, &sources))
}

/// Reads the counts of an older report, and adds its rows of `run.csv` to `runs`.
fn counts_of(path: &Path, runs: &mut Vec<Vec<String>>) -> Result<Vec<PortabilityRow>, Error> {
    if !path.is_dir() {
        return csv::read_portability(path);
    }
    runs.extend(csv::runs(path)?);
    csv::read_portability(&path.join(csv::PORTABILITY))
}

/// Fills the placeholders of the template.
fn write(out: &mut dyn Write, overview: &Overview, rows: &Rows, sources: &Sources) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once('{') {
        out.write_all(before.as_bytes())?;
        let (name, after) = after.split_once('}').ok_or_else(|| io::Error::other("unterminated placeholder"))?;
        match name {
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => SCRIPT.iter().try_for_each(|part| out.write_all(part.as_bytes()))?,
            "overview" => out.write_all(compressed(overview)?.as_bytes())?,
            "rows" => out.write_all(compressed(rows)?.as_bytes())?,
            "sources" => out.write_all(compressed(sources)?.as_bytes())?,
            other => return Err(io::Error::other(format!("unknown placeholder: {other}"))),
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// Encodes a value as JSON, compressed, in base64. No text of a report can then be parsed as part of the page.
fn compressed<T: Serialize>(value: &T) -> io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    serde_json::to_writer(&mut encoder, value)?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}
