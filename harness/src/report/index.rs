//! Index over any number of reports, which reads rows one script at a time to bound memory.

use super::csv;
use super::error::Error;
use super::order::sort;
use super::portability::NameTable;
use crate::escape::csv::unguarded;
use crate::model::Row;
use ::csv::{Position, Reader, StringRecord};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs::File;
use std::path::{Path, PathBuf};

/// Identity of a script: suite and file.
pub(crate) type ScriptKey = (String, String);

/// Identity of one revision of a script: suite, revision and file, which are the first keys of the order of reports.
type RevisionKey = (String, String, String);

/// Consecutive rows of one script in one file.
#[derive(Clone, Debug)]
struct RowBlock {
    source: usize,
    start: Position,
    rows: usize,
}

/// One or more reports, opened together.
pub struct Reports {
    paths: Vec<PathBuf>,
    readers: Vec<Reader<File>>,
    scripts: BTreeMap<RevisionKey, Vec<RowBlock>>,
    revisions: BTreeMap<ScriptKey, BTreeSet<String>>,
    columns: BTreeSet<Column>,
    runs: Vec<Vec<String>>,
}

/// A column of the matrix: engine, mode, version, target and run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Column {
    /// Engine.
    pub engine: String,
    /// Its mode.
    pub mode: String,
    /// Its version.
    pub version: String,
    /// Architecture and operating system, such as `x86_64-linux`.
    pub target: String,
    /// Name of the run.
    pub run: String,
}

/// Indices of columns in `conformance.csv`.
const SUITE: usize = 1;
const REVISION: usize = 2;
const FILE: usize = 3;
/// Indices of run, engine, version, mode and target in `conformance.csv`.
const COLUMN: [usize; 5] = [0, 8, 9, 10, 11];

impl Reports {
    /// Opens the reports in these folders and indexes their rows. A folder that is named twice counts once.
    ///
    /// # Errors
    ///
    /// If a report cannot be read, or if two reports have the same script in the same run.
    pub fn open(dirs: &[PathBuf]) -> Result<Self, Error> {
        let mut this = Self {
            paths: Vec::new(),
            readers: Vec::new(),
            scripts: BTreeMap::new(),
            revisions: BTreeMap::new(),
            columns: BTreeSet::new(),
            runs: Vec::new(),
        };
        let mut names = NameTable::default();
        let mut seen: HashMap<[u32; 7], usize> = HashMap::new();
        for dir in distinct(dirs) {
            this.add(dir, &mut names, &mut seen)?;
        }
        this.runs.sort();
        this.runs.dedup();
        Ok(this)
    }

    fn add(&mut self, dir: &Path, names: &mut NameTable, seen: &mut HashMap<[u32; 7], usize>) -> Result<(), Error> {
        let path = dir.join(csv::CONFORMANCE);
        let mut reader = csv::open(&path)?;
        let source = self.paths.len();
        self.paths.push(path.clone());
        self.runs.extend(csv::runs(dir)?);
        let mut record = StringRecord::new();
        let mut open: Option<(RevisionKey, RowBlock)> = None;
        loop {
            let start = reader.position().clone();
            if !reader.read_record(&mut record).map_err(|error| csv::fault(&path, error))? {
                break;
            }
            let field = |n: usize| unguarded(record.get(n).unwrap_or_default());
            match &mut open {
                Some(((suite, revision, file), block))
                    if suite == field(SUITE) && revision == field(REVISION) && file == field(FILE) =>
                {
                    block.rows += 1;
                }
                _ => {
                    self.keep(open.take());
                    let [suite, revision, file] = [SUITE, REVISION, FILE].map(|n| field(n).to_owned());
                    open = Some(((suite, revision, file), RowBlock { source, start, rows: 1 }));
                }
            }
            let [run, engine, version, mode, target] = COLUMN.map(|n| names.number(field(n)));
            let script = [SUITE, FILE].map(|n| names.number(field(n)));
            match seen.entry([script[0], script[1], run, engine, version, mode, target]) {
                std::collections::hash_map::Entry::Vacant(new) => {
                    new.insert(source);
                    let [run, engine, version, mode, target] = COLUMN.map(|n| field(n).to_owned());
                    self.columns.insert(Column { engine, mode, version, target, run });
                }
                std::collections::hash_map::Entry::Occupied(old) if *old.get() != source => {
                    let what = format!("{}/{} on {} {}", field(SUITE), field(FILE), field(COLUMN[1]), field(COLUMN[3]));
                    let first = self.paths[*old.get()].clone();
                    return Err(Error::Twice { run: field(0).to_owned(), what, first, second: path });
                }
                std::collections::hash_map::Entry::Occupied(_) => {}
            }
        }
        self.keep(open);
        self.readers.push(reader);
        Ok(())
    }

    /// Adds a finished block of rows to the index.
    fn keep(&mut self, block: Option<(RevisionKey, RowBlock)>) {
        if let Some((script, block)) = block {
            let (suite, revision, file) = script.clone();
            self.revisions.entry((suite, file)).or_default().insert(revision);
            self.scripts.entry(script).or_default().push(block);
        }
    }

    /// Returns all scripts, sorted.
    pub fn scripts(&self) -> impl Iterator<Item = &ScriptKey> {
        self.revisions.keys()
    }

    /// Returns all columns, sorted.
    #[must_use]
    pub fn columns(&self) -> &BTreeSet<Column> {
        &self.columns
    }

    /// Returns the rows of `run.csv` of all reports, sorted.
    #[must_use]
    pub fn runs(&self) -> &[Vec<String>] {
        &self.runs
    }

    /// Reads all rows of a script, in the order of reports; none if there is no such script.
    ///
    /// # Errors
    ///
    /// If a report cannot be read.
    pub fn rows(&mut self, key: &ScriptKey) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        for revision in self.revisions.get(key).cloned().unwrap_or_default() {
            rows.extend(self.read(&(key.0.clone(), revision, key.1.clone()))?);
        }
        Ok(rows)
    }

    fn read(&mut self, script: &RevisionKey) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        for block in self.scripts.get(script).map_or(&[][..], Vec::as_slice) {
            let path = &self.paths[block.source];
            let reader = &mut self.readers[block.source];
            let fault = |error| csv::fault(path, error);
            reader.seek(block.start.clone()).map_err(fault)?;
            for row in reader.deserialize().take(block.rows) {
                let mut row = row.map_err(fault)?;
                csv::unguard_row(&mut row);
                rows.push(row);
            }
        }
        sort(&mut rows);
        Ok(rows)
    }

    /// Passes all rows to `take` in the order of reports, one script at a time.
    ///
    /// # Errors
    ///
    /// If a report cannot be read, or if `take` fails.
    pub fn each<E: From<Error>>(&mut self, mut take: impl FnMut(&[Row]) -> Result<(), E>) -> Result<(), E> {
        let scripts: Vec<RevisionKey> = self.scripts.keys().cloned().collect();
        scripts.iter().try_for_each(|script| take(&self.read(script)?))
    }
}

/// Removes folders that occur twice, under any name.
fn distinct(dirs: &[PathBuf]) -> Vec<&Path> {
    let mut seen = BTreeSet::new();
    dirs.iter()
        .filter(|dir| seen.insert(dir.canonicalize().unwrap_or_else(|_| (*dir).clone())))
        .map(PathBuf::as_path)
        .collect()
}
