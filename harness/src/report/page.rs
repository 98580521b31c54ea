//! One page to look at: all rows of some reports, packed into an HTML file that needs neither server nor network.
//!
//! The rows are packed by column: a letter a directive and configuration, and what was seen instead only where something
//! was. So ten engines' 1.5 million rows take a few megabytes, and a browser filters them in an instant.

use super::{Error, csv, save};
use crate::model::{Outcome, Row};
use crate::suite::{self, Suite};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const PAGE: &str = include_str!("page/page.html");
const STYLE: &str = include_str!("page/page.css");
const SCRIPT: &str = include_str!("page/page.js");

/// The code of a directive that a configuration did not run.
const ABSENT: u8 = b' ';

fn code(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Pass => b'p',
        Outcome::Fail => b'f',
        Outcome::Xfail => b'x',
        Outcome::Xpass => b'X',
        Outcome::Unsupported => b'u',
        Outcome::Skip => b's',
        Outcome::Crash => b'c',
        Outcome::Timeout => b't',
    }
}

/// Strings by number, each once.
#[derive(Default)]
struct Pool {
    numbers: HashMap<String, usize>,
    texts: Vec<String>,
}

impl Pool {
    fn number(&mut self, text: &str) -> usize {
        if let Some(&number) = self.numbers.get(text) {
            return number;
        }
        let number = self.texts.len();
        self.numbers.insert(text.to_owned(), number);
        self.texts.push(text.to_owned());
        number
    }
}

/// A configuration in one run.
#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
struct Column {
    engine: String,
    mode: String,
    version: String,
    target: String,
    run: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Serialize)]
struct SuiteEntry {
    name: String,
    revision: String,
}

/// A script: its directives by line, the first line and then steps.
#[derive(Serialize)]
struct FileEntry {
    suite: usize,
    file: String,
    subject: usize,
    lines: Vec<u32>,
    kinds: Vec<usize>,
    features: Vec<usize>,
}

#[derive(Serialize)]
struct SubjectEntry {
    name: String,
    title: String,
    spec: String,
    phase: Option<u8>,
    /// Whether it is a version of the spec.
    version: bool,
    order: usize,
}

/// How many of a configuration's directives passed in a run.
#[derive(Serialize)]
struct Point {
    run: String,
    engine: String,
    mode: String,
    pass: u64,
    total: u64,
}

/// What the page's script unpacks.
#[derive(Serialize)]
struct Packed {
    /// Columns of `run.csv`, and its rows.
    run_columns: &'static [&'static str],
    runs: Vec<Vec<String>>,
    columns: Vec<Column>,
    suites: Vec<SuiteEntry>,
    subjects: Vec<SubjectEntry>,
    files: Vec<FileEntry>,
    kinds: Vec<String>,
    features: Vec<String>,
    texts: Vec<String>,
    outcomes: Vec<String>,
    /// Of each column: steps from directive to directive, and what was seen there.
    details: Vec<Vec<usize>>,
    history: Vec<Point>,
}

/// A directive, apart from its script: its line, which of those that begin there, its kind and features.
type Place = (u32, u32, usize, usize);

/// A directive's outcome in a column, and what was seen if anything.
type Seen = (usize, u8, Option<usize>);

/// A script's directives, and what came of each.
type Directives = BTreeMap<Place, Vec<Seen>>;

/// Rows as they are gathered, before they have numbers.
#[derive(Default)]
struct Gathered {
    runs: Vec<Vec<String>>,
    columns: Vec<Column>,
    kinds: Pool,
    features: Pool,
    texts: Pool,
    /// By suite, revision, file and what the script belongs to.
    files: BTreeMap<(String, String, String, String), Directives>,
}

impl Gathered {
    fn add(&mut self, rows: &[Row]) {
        // Several directives can begin on a line: they are told apart by their order.
        let mut nth: HashMap<(usize, &str, &str, &str, u32), u32> = HashMap::new();
        let mut known: HashMap<Column, usize> = HashMap::new();
        for row in rows {
            let column = Column {
                engine: row.engine.clone(),
                mode: row.mode.clone(),
                version: row.engine_version.clone(),
                target: row.target.clone(),
                run: row.run.clone(),
            };
            let number = *known.entry(column).or_insert_with_key(|column| {
                self.columns.iter().position(|known| known == column).unwrap_or_else(|| {
                    self.columns.push(column.clone());
                    self.columns.len() - 1
                })
            });
            let counter = nth.entry((number, &row.suite, &row.revision, &row.file, row.line)).or_default();
            *counter += 1;
            // The features of a directive are the module's, whatever the engine.
            let place = (row.line, *counter, self.kinds.number(&row.directive), self.features.number(&row.features));
            let detail = (!row.detail.is_empty()).then(|| self.texts.number(&row.detail));
            let file = (row.suite.clone(), row.revision.clone(), row.file.clone(), row.proposal.clone());
            let directives = self.files.entry(file).or_default();
            directives.entry(place).or_default().push((number, code(row.outcome), detail));
        }
    }

    fn pack(self, history: Vec<Point>) -> Packed {
        let mut subjects: Vec<SubjectEntry> = Vec::new();
        let mut suites: Vec<SuiteEntry> = Vec::new();
        let mut files = Vec::new();
        let mut outcomes: Vec<Vec<u8>> = vec![Vec::new(); self.columns.len()];
        let mut details: Vec<Vec<usize>> = vec![Vec::new(); self.columns.len()];
        let mut last: Vec<usize> = vec![0; self.columns.len()];
        let mut at = 0;
        for ((suite, revision, file, proposal), directives) in self.files {
            let suite = SuiteEntry { name: suite, revision };
            let suite = position(&mut suites, suite);
            let subject = subjects.iter().position(|known| known.name == proposal).unwrap_or_else(|| {
                subjects.push(subject(&proposal));
                subjects.len() - 1
            });
            let mut entry =
                FileEntry { suite, file, subject, lines: Vec::new(), kinds: Vec::new(), features: Vec::new() };
            let mut line = 0;
            for ((its_line, _, kind, features), seen) in directives {
                entry.lines.push(its_line - line);
                line = its_line;
                entry.kinds.push(kind);
                entry.features.push(features);
                for codes in &mut outcomes {
                    codes.push(ABSENT);
                }
                for (column, code, detail) in seen {
                    outcomes[column][at] = code;
                    if let Some(detail) = detail {
                        details[column].extend([at - last[column], detail]);
                        last[column] = at;
                    }
                }
                at += 1;
            }
            files.push(entry);
        }
        Packed {
            run_columns: &csv::RUN_COLUMNS,
            runs: self.runs,
            columns: self.columns,
            suites,
            subjects,
            files,
            kinds: self.kinds.texts,
            features: self.features.texts,
            texts: self.texts.texts,
            outcomes: outcomes.into_iter().map(|codes| codes.into_iter().map(char::from).collect()).collect(),
            details,
            history,
        }
    }
}

fn position(list: &mut Vec<SuiteEntry>, item: SuiteEntry) -> usize {
    list.iter().position(|known| *known == item).unwrap_or_else(|| {
        list.push(item);
        list.len() - 1
    })
}

fn subject(name: &str) -> SubjectEntry {
    // Data that can't be read has been reported by whoever loaded the suites.
    let all = suite::subjects().unwrap_or_default();
    let order = all.iter().position(|known| known.name == name).unwrap_or(all.len());
    match all.get(order) {
        Some(known) => SubjectEntry {
            name: known.name.clone(),
            title: known.title.clone(),
            spec: known.spec.clone(),
            phase: Some(known.phase),
            version: known.kind == suite::Kind::Spec,
            order,
        },
        None => SubjectEntry {
            name: name.to_owned(),
            title: String::new(),
            spec: String::new(),
            phase: None,
            version: false,
            order,
        },
    }
}

/// Writes the page for the reports in `dirs` to `to`. Of the reports in `past` only the sums are shown, run by run. Scripts'
/// texts are taken from `suites`, as far as they are of the same revision.
///
/// # Errors
/// A report can't be read, or the page not be written.
pub fn page(to: &Path, dirs: &[PathBuf], past: &[PathBuf], suites: &[Suite]) -> Result<(), Error> {
    let mut gathered = Gathered::default();
    let mut history = Vec::new();
    for dir in dirs {
        let rows = super::read(dir)?;
        history.extend(points(&rows));
        gathered.add(&rows);
        gathered.runs.extend(csv::runs(dir)?);
    }
    for dir in past {
        history.extend(points(&super::read(dir)?));
    }
    let packed = gathered.pack(history);
    let sources = sources(&packed, suites);
    save::atomically(to, |out| write(out, &packed, &sources))
}

fn points(rows: &[Row]) -> Vec<Point> {
    let mut counts: BTreeMap<(&str, &str, &str), (u64, u64)> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.outcome != Outcome::Skip) {
        let (pass, total) = counts.entry((&row.run, &row.engine, &row.mode)).or_default();
        *total += 1;
        *pass += u64::from(row.outcome == Outcome::Pass);
    }
    let point = |((run, engine, mode), (pass, total)): ((&str, &str, &str), _)| Point {
        run: run.to_owned(),
        engine: engine.to_owned(),
        mode: mode.to_owned(),
        pass,
        total,
    };
    counts.into_iter().map(point).collect()
}

/// The text of each file, where it is known.
fn sources(packed: &Packed, suites: &[Suite]) -> Vec<Option<String>> {
    let mut scripts = HashMap::new();
    for script in suites.iter().flat_map(|suite| &suite.scripts) {
        scripts.insert((script.suite.as_str(), script.revision.as_str(), script.file.as_str()), script);
    }
    let text = |file: &FileEntry| {
        let suite = &packed.suites[file.suite];
        let script = scripts.get(&(suite.name.as_str(), suite.revision.as_str(), file.file.as_str()))?;
        script.source().ok().map(std::borrow::Cow::into_owned)
    };
    packed.files.iter().map(text).collect()
}

fn write(out: &mut dyn Write, packed: &Packed, sources: &[Option<String>]) -> io::Result<()> {
    let title = packed.columns.iter().map(|column| column.run.as_str()).max().unwrap_or("nothing");
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once('{') {
        out.write_all(before.as_bytes())?;
        let (name, after) = after.split_once('}').ok_or_else(|| io::Error::other("a placeholder without an end"))?;
        match name {
            "title" => out.write_all(title.replace(['<', '&'], "").as_bytes())?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(SCRIPT.as_bytes())?,
            "data" => out.write_all(zip(packed)?.as_bytes())?,
            "sources" => out.write_all(zip(sources)?.as_bytes())?,
            other => return Err(io::Error::other(format!("no such placeholder: {other}"))),
        }
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

/// As JSON, compressed, in base64.
fn zip<T: Serialize + ?Sized>(value: &T) -> io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    serde_json::to_writer(&mut encoder, value)?;
    Ok(BASE64_STANDARD.encode(encoder.finish()?))
}
