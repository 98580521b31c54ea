//! One page to look at: all rows of some reports, packed into an HTML file that needs neither server nor network.
//!
//! It has three parts, each compressed: what the matrix is made of, which is little and comes first; every row; and the
//! scripts' texts. A browser shows the matrix before it has read the rest.

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

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");

/// The page's script: a file a view, and what they share.
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

/// Writes the page for the reports in `dirs` to `to`. Of the reports in `past` only the sums are shown, run by run; one
/// can be a folder, or a file in the form of `portability.csv`. Scripts' texts are taken from `suites`, as far as they
/// are of the same revision.
///
/// # Errors
/// A report can't be read, or the page not be written.
pub fn page(to: &Path, dirs: &[PathBuf], past: &[PathBuf], suites: &[Suite]) -> Result<(), Error> {
    let mut reports = Reports::open(dirs)?;
    let mut packer = Packer::new(reports.columns());
    let keys: Vec<_> = reports.scripts().cloned().collect();
    for key in keys {
        packer.add(&key, &reports.rows(&key)?);
    }
    let (mut runs, mut sums) = (reports.runs().to_vec(), Vec::new());
    for path in past {
        sums.extend(sums_of(path, &mut runs)?);
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
    let (head, rows) = packer.finish(runs, &sums);
    atomic_file::write_atomically(to, |out| write(out, &head, &rows, &sources))
}

/// The counts of an older run; its rows of `run.csv` join `runs`.
fn sums_of(path: &Path, runs: &mut Vec<Vec<String>>) -> Result<Vec<PortabilityRow>, Error> {
    if !path.is_dir() {
        return csv::read_portability(path);
    }
    runs.extend(csv::runs(path)?);
    csv::read_portability(&path.join(csv::PORTABILITY))
}

fn write(out: &mut dyn Write, head: &Overview, rows: &Rows, sources: &Sources) -> io::Result<()> {
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once('{') {
        out.write_all(before.as_bytes())?;
        let (name, after) = after.split_once('}').ok_or_else(|| io::Error::other("a placeholder without an end"))?;
        match name {
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => SCRIPT.iter().try_for_each(|part| out.write_all(part.as_bytes()))?,
            "head" => out.write_all(zip(head)?.as_bytes())?,
            "rows" => out.write_all(zip(rows)?.as_bytes())?,
            "sources" => out.write_all(zip(sources)?.as_bytes())?,
            other => return Err(io::Error::other(format!("no such placeholder: {other}"))),
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// As JSON, compressed, in base64: so no text of a report can be taken for a piece of the page.
fn zip<T: Serialize>(value: &T) -> io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    serde_json::to_writer(&mut encoder, value)?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}
