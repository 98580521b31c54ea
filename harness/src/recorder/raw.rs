//! The raw file: what was judged, in the order in which it was, a JSON value a line. `--resume` reads it.
//!
//! A script counts as finished only if the line that says so is there, so that a file that was cut off anywhere is
//! still good for all but the scripts that were under way.

use crate::task::{Judged, Task};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Name of the file in the folder of the reports, while a run is under way.
pub const FILE: &str = "conformance.part";

/// Why the raw file is of no use.
#[derive(Debug, Error)]
pub enum Error {
    /// It cannot be written.
    #[error("can't write `{}`: {source}", path.display())]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be read.
    #[error("can't read `{}`: {source}", path.display())]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what a run writes.
    #[error("`{}` is not the record of a run", path.display())]
    Format {
        /// Which file.
        path: PathBuf,
    },
}

/// What makes a task the same in another run.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    suite: String,
    revision: String,
    file: String,
    engine: String,
    version: String,
    mode: String,
}

impl Identity {
    /// Of a task.
    #[must_use]
    pub fn of(task: &Task<'_>) -> Self {
        Self {
            suite: task.script.suite.clone(),
            revision: task.script.revision.clone(),
            file: task.script.file.clone(),
            engine: task.on.engine.clone(),
            version: task.on.version.clone(),
            mode: task.on.mode.clone(),
        }
    }
}

/// A line of the file. Tasks go by a number of the file's own.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry<'a> {
    /// The first line.
    Run {
        /// Name of the run.
        name: Cow<'a, str>,
        /// When it began.
        started: Cow<'a, str>,
    },
    Task(usize, Identity),
    Judged(usize, Cow<'a, [Judged]>),
    Finished(usize),
}

/// The file of the run under way.
#[derive(Debug)]
pub struct Raw {
    path: PathBuf,
    file: File,
    known: Vec<bool>,
}

impl Raw {
    /// Begins the file in a folder, which is made if need be. A file that is there is lost.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn create(dir: &Path, name: &str, started: &str) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let file = std::fs::create_dir_all(dir).and_then(|()| File::create(&path));
        let file = file.map_err(|source| Error::Write { path: path.clone(), source })?;
        let mut raw = Self { path, file, known: Vec::new() };
        raw.write(&Entry::Run { name: Cow::Borrowed(name), started: Cow::Borrowed(started) })?;
        Ok(raw)
    }

    /// Writes down what was judged.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn judged(&mut self, index: usize, task: &Task<'_>, judged: &[Judged]) -> Result<(), Error> {
        if self.known.len() <= index {
            self.known.resize(index + 1, false);
        }
        if !std::mem::replace(&mut self.known[index], true) {
            self.write(&Entry::Task(index, Identity::of(task)))?;
        }
        self.write(&Entry::Judged(index, Cow::Borrowed(judged)))
    }

    /// Writes down that a task is finished.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn finished(&mut self, index: usize) -> Result<(), Error> {
        self.write(&Entry::Finished(index))
    }

    /// Removes the file.
    ///
    /// # Errors
    ///
    /// When it cannot be removed.
    pub fn remove(self) -> Result<(), Error> {
        std::fs::remove_file(&self.path).map_err(|source| Error::Write { path: self.path, source })
    }

    fn write(&mut self, entry: &Entry<'_>) -> Result<(), Error> {
        let mut line = serde_json::to_vec(entry).map_err(io::Error::from);
        if let Ok(line) = &mut line {
            line.push(b'\n');
        }
        let written = line.and_then(|line| self.file.write_all(&line));
        written.map_err(|source| Error::Write { path: self.path.clone(), source })
    }
}

/// What an earlier run left behind.
#[derive(Debug, Default)]
pub struct Earlier {
    /// Name of that run and when it began.
    pub run: Option<(String, String)>,
    /// The tasks that it finished.
    pub finished: HashMap<Identity, Vec<Judged>>,
}

impl Earlier {
    /// Reads what the earlier run in a folder left behind: nothing if there was none, or if it came to its end.
    ///
    /// # Errors
    ///
    /// When the file is there, but cannot be read or is something else.
    pub fn read(dir: &Path) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let read = |source| Error::Read { path: path.clone(), source };
        let file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(read(error)),
        };
        let mut earlier = Self::default();
        let mut open: HashMap<usize, (Identity, Vec<Judged>)> = HashMap::new();
        for line in BufReader::new(file).split(b'\n') {
            let line = line.map_err(read)?;
            match serde_json::from_slice(&line) {
                Ok(Entry::Run { name, started }) => earlier.run = Some((name.into_owned(), started.into_owned())),
                _ if earlier.run.is_none() => return Err(Error::Format { path }),
                Ok(Entry::Task(number, identity)) => {
                    open.insert(number, (identity, Vec::new()));
                }
                Ok(Entry::Judged(number, judged)) => {
                    if let Some((_, all)) = open.get_mut(&number) {
                        all.extend(judged.into_owned());
                    }
                }
                Ok(Entry::Finished(number)) => earlier.finished.extend(open.remove(&number)),
                // Cut off.
                Err(_) => break,
            }
        }
        Ok(earlier)
    }
}
