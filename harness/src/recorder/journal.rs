//! The raw file: what was judged, in the order in which it was, a JSON value a line. `--resume` reads it.
//!
//! Nothing is ever taken out of it: a run that is resumed goes on at its end, so that it can be killed as often as one
//! likes. A script counts as finished only if the line that says so is there, so that a file that was cut off anywhere
//! is still good for all but the scripts that were under way. What is judged after that line, up to the next, is another
//! attempt at the same script (`--retries`).
//!
//! In memory there is only where things stand in the file, so that a run may have any number of rows.

use crate::escape;
use crate::task::{DirectiveResult, Task};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Name of the file in the folder of the reports, while a run is under way.
pub const FILE: &str = "conformance.part";

/// Why the raw file is of no use.
#[derive(Debug, Error)]
pub enum Error {
    /// It cannot be written.
    #[error("can't write `{}`: {source}", escape::path(path))]
    Write {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be read.
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is not what a run writes.
    #[error("`{}` is not the record of a run", escape::path(path))]
    Format {
        /// Which file.
        path: PathBuf,
    },
    /// Another run writes it.
    #[error("`{}` belongs to a run that is under way; choose another folder with `--out`", escape::path(path))]
    Taken {
        /// Which file.
        path: PathBuf,
    },
}

/// Whether a run in this folder has not come to its end: it goes on, or was interrupted.
#[must_use]
pub fn is_there(dir: &Path) -> bool {
    dir.join(FILE).exists()
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
    Judged(usize, Cow<'a, [DirectiveResult]>),
    Finished(usize),
}

/// Where in the file something stands that was judged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntrySpan {
    start: u64,
    length: usize,
}

/// All that one attempt at a script brought.
pub type AttemptEntries = Vec<EntrySpan>;

/// The file of the run under way.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    end: u64,
    known: Vec<bool>,
    /// Number of the run's first task: an earlier part of the run has taken those before.
    first: usize,
}

/// What an earlier run left behind.
#[derive(Debug, Default)]
pub struct PriorRun {
    /// Name of that run and when it began.
    pub run: Option<(String, String)>,
    /// The tasks that it finished, with each attempt.
    pub finished: HashMap<Identity, Vec<AttemptEntries>>,
}

impl Journal {
    /// Begins the file in a folder, which is made if need be. A file that is there is lost.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or another run does just that.
    pub fn create(dir: &Path, name: &str, started: &str) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let mut journal = std::fs::create_dir_all(dir)
            .and_then(|()| File::options().read(true).write(true).create(true).truncate(false).open(&path))
            .map_err(|source| Error::Write { path: path.clone(), source })
            .and_then(|file| Self::lock(path, file))?;
        journal.cut(0)?;
        journal.write(&Entry::Run { name: Cow::Borrowed(name), started: Cow::Borrowed(started) })?;
        Ok(journal)
    }

    /// Opens the file that an earlier run left in a folder, to go on at its end: nothing if there was none, or if it
    /// came to its end.
    ///
    /// # Errors
    ///
    /// When the file is there, but is something else, cannot be read or written, or another run writes it.
    pub fn resume(dir: &Path) -> Result<Option<(Self, PriorRun)>, Error> {
        let path = dir.join(FILE);
        let file = match File::options().read(true).write(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(Error::Write { path, source }),
        };
        let mut journal = Self::lock(path, file)?;
        let (earlier, end, first) = journal.scan()?;
        if earlier.run.is_none() {
            // Not even the first line is whole, but an empty file is nothing to lose.
            return if end == 0 && journal.end == 0 { Ok(None) } else { Err(Error::Format { path: journal.path }) };
        }
        journal.first = first;
        // What was cut off would make the next line unreadable.
        journal.cut(end)?;
        Ok(Some((journal, earlier)))
    }

    fn lock(path: PathBuf, file: File) -> Result<Self, Error> {
        // On a file system without locks it is up to the user.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(Error::Taken { path });
        }
        let data = file.metadata().map_err(|source| Error::Read { path: path.clone(), source })?;
        if !data.is_file() {
            // A pipe would never end, and a device forgets.
            return Err(Error::Write { path, source: io::Error::other("not a regular file") });
        }
        let end = data.len();
        Ok(Self { path, file, end, known: Vec::new(), first: 0 })
    }

    /// Reads what is there, up to the last line that is whole; also where that ends, and the next free number.
    fn scan(&self) -> Result<(PriorRun, u64, usize), Error> {
        let read = |source| Error::Read { path: self.path.clone(), source };
        let mut earlier = PriorRun::default();
        let mut open: HashMap<usize, (Identity, AttemptEntries)> = HashMap::new();
        let (mut end, mut first) = (0, 0);
        let mut input = BufReader::new(&self.file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = input.read_until(b'\n', &mut line).map_err(read)?;
            if line.pop() != Some(b'\n') {
                break;
            }
            // Whatever the line holds, a task's rows are not kept, only where they are.
            match serde_json::from_slice(&line) {
                Ok(Entry::Run { name, started }) => earlier.run = Some((name.into_owned(), started.into_owned())),
                _ if earlier.run.is_none() => return Err(Error::Format { path: self.path.clone() }),
                Ok(Entry::Task(number, identity)) => {
                    open.insert(number, (identity, Vec::new()));
                    first = first.max(number + 1);
                }
                Ok(Entry::Judged(number, _)) => {
                    if let Some((_, pieces)) = open.get_mut(&number) {
                        pieces.push(EntrySpan { start: end, length: line.len() });
                    }
                }
                Ok(Entry::Finished(number)) => {
                    if let Some((identity, pieces)) = open.get_mut(&number) {
                        let attempts = earlier.finished.entry(identity.clone()).or_default();
                        attempts.push(std::mem::take(pieces));
                    }
                }
                // Cut off.
                Err(_) => break,
            }
            end += length as u64;
        }
        Ok((earlier, end, first))
    }

    /// Writes down what was judged; returns where it stands.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn judged(&mut self, index: usize, task: &Task<'_>, judged: &[DirectiveResult]) -> Result<EntrySpan, Error> {
        if self.known.len() <= index {
            self.known.resize(index + 1, false);
        }
        if !std::mem::replace(&mut self.known[index], true) {
            self.write(&Entry::Task(self.first + index, Identity::of(task)))?;
        }
        self.write(&Entry::Judged(self.first + index, Cow::Borrowed(judged)))
    }

    /// Writes down that an attempt at a task is finished.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn finished(&mut self, index: usize) -> Result<(), Error> {
        self.write(&Entry::Finished(self.first + index)).map(|_| ())
    }

    /// Reads what was judged.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or is not what was written.
    pub fn read(&self, pieces: &[EntrySpan]) -> Result<Vec<DirectiveResult>, Error> {
        let mut all = Vec::new();
        for piece in pieces {
            let mut line = vec![0; piece.length];
            let read = self.file.read_exact_at(&mut line, piece.start);
            read.map_err(|source| Error::Read { path: self.path.clone(), source })?;
            match serde_json::from_slice(&line) {
                Ok(Entry::Judged(_, judged)) => all.extend(judged.into_owned()),
                _ => return Err(Error::Format { path: self.path.clone() }),
            }
        }
        Ok(all)
    }

    /// Removes the file.
    ///
    /// # Errors
    ///
    /// When it cannot be removed.
    pub fn remove(self) -> Result<(), Error> {
        std::fs::remove_file(&self.path).map_err(|source| Error::Write { path: self.path, source })
    }

    fn write(&mut self, entry: &Entry<'_>) -> Result<EntrySpan, Error> {
        let mut line = serde_json::to_vec(entry).map_err(io::Error::from);
        if let Ok(line) = &mut line {
            line.push(b'\n');
        }
        let written = line.and_then(|line| self.file.write_all(&line).map(|()| line.len()));
        let length = written.map_err(|source| Error::Write { path: self.path.clone(), source })?;
        let start = self.end;
        self.end += length as u64;
        Ok(EntrySpan { start, length: length - 1 })
    }

    /// Cuts the file off and goes on there.
    fn cut(&mut self, end: u64) -> Result<(), Error> {
        let cut = self.file.set_len(end).and_then(|()| io::Seek::seek(&mut self.file, io::SeekFrom::Start(end)));
        cut.map_err(|source| Error::Write { path: self.path.clone(), source })?;
        self.end = end;
        Ok(())
    }
}
