//! Journal of a run: an append-only file of verdicts in order of arrival, one JSON value a line. `--resume` reads it.
//!
//! A resumed run appends to the journal, so a run can be killed any number of times. A task is finished only if the
//! journal has its line `Finished`. A journal that was cut off anywhere is therefore valid for all tasks but those that
//! were running. Verdicts after the line `Finished`, up to the next one, are another attempt at the same task
//! (`--retries`).
//!
//! In memory there are only positions in the file, so a run may have any number of rows.

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

/// Name of the journal in the report folder. The file exists only until the run is finished.
pub const FILE: &str = "conformance.part";

/// An error of the journal.
#[derive(Debug, Error)]
pub enum Error {
    /// The file cannot be written.
    #[error("can't write `{}`: {source}", escape::path(path))]
    Write {
        /// Path of the journal.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// The file cannot be read.
    #[error("can't read `{}`: {source}", escape::path(path))]
    Read {
        /// Path of the journal.
        path: PathBuf,
        /// Error of the system.
        source: io::Error,
    },
    /// The file is not a journal.
    #[error("`{}` is not the journal of a run", escape::path(path))]
    Format {
        /// Path of the file.
        path: PathBuf,
    },
    /// Another process holds the lock of the file.
    #[error("`{}` belongs to a run that is under way; choose another folder with `--out`", escape::path(path))]
    Locked {
        /// Path of the journal.
        path: PathBuf,
    },
}

/// Returns whether a folder has the journal of an unfinished run, which is running or was interrupted.
#[must_use]
pub fn exists(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// Identity of a task across runs.
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
    /// Returns the identity of a task.
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

/// A line of the journal. Tasks are identified by numbers that are local to the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry<'a> {
    /// The first line.
    Run {
        /// Name of the run.
        name: Cow<'a, str>,
        /// Time at which it began.
        started: Cow<'a, str>,
    },
    Task(usize, Identity),
    Judged(usize, Cow<'a, [DirectiveResult]>),
    Finished(usize),
}

/// Position of an entry with verdicts in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntrySpan {
    start: u64,
    length: usize,
}

/// Positions of all verdicts of one attempt at a task.
pub type AttemptEntries = Vec<EntrySpan>;

/// The open journal of the current run, with its lock.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    end: u64,
    known: Vec<bool>,
    /// Number of the first task. The interrupted run has used the numbers before it.
    first: usize,
}

/// Contents of the journal of an interrupted run.
#[derive(Debug, Default)]
pub struct PriorRun {
    /// Name of that run and the time at which it began.
    pub run: Option<(String, String)>,
    /// Finished tasks, each with its attempts.
    pub finished: HashMap<Identity, Vec<AttemptEntries>>,
}

impl Journal {
    /// Creates the journal in a folder, which is created if necessary. An existing journal is overwritten.
    ///
    /// # Errors
    ///
    /// If the file cannot be written, or if another run has locked it.
    pub fn create(dir: &Path, name: &str, started: &str) -> Result<Self, Error> {
        let path = dir.join(FILE);
        let mut journal = std::fs::create_dir_all(dir)
            .and_then(|()| File::options().read(true).write(true).create(true).truncate(false).open(&path))
            .map_err(|source| Error::Write { path: path.clone(), source })
            .and_then(|file| Self::lock(path, file))?;
        journal.truncate(0)?;
        journal.write(&Entry::Run { name: Cow::Borrowed(name), started: Cow::Borrowed(started) })?;
        Ok(journal)
    }

    /// Opens the journal of an interrupted run in a folder, to append to it. Returns `None` if there is no journal.
    ///
    /// # Errors
    ///
    /// If the file is not a journal, cannot be read or written, or is locked by another run.
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
            // The first line is missing or cut off. Only an empty file may be overwritten.
            return if end == 0 && journal.end == 0 { Ok(None) } else { Err(Error::Format { path: journal.path }) };
        }
        journal.first = first;
        // The remains of a cut-off line would make the next line unreadable.
        journal.truncate(end)?;
        Ok(Some((journal, earlier)))
    }

    /// Locks a file that is to be the journal.
    fn lock(path: PathBuf, file: File) -> Result<Self, Error> {
        // Some file systems have no locks. There the user must not start two runs in one folder.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(Error::Locked { path });
        }
        let data = file.metadata().map_err(|source| Error::Read { path: path.clone(), source })?;
        if !data.is_file() {
            // Reading a pipe may never end, and a device keeps nothing.
            return Err(Error::Write { path, source: io::Error::other("not a regular file") });
        }
        let end = data.len();
        Ok(Self { path, file, end, known: Vec::new(), first: 0 })
    }

    /// Reads all complete lines. Returns their contents, the offset of their end, and the next free task number.
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
            // Only the positions of verdicts are kept.
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
                // The line was cut off.
                Err(_) => break,
            }
            end += length as u64;
        }
        Ok((earlier, end, first))
    }

    /// Appends verdicts of a task; returns their position.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn judged(&mut self, index: usize, task: &Task<'_>, judged: &[DirectiveResult]) -> Result<EntrySpan, Error> {
        if self.known.len() <= index {
            self.known.resize(index + 1, false);
        }
        if !std::mem::replace(&mut self.known[index], true) {
            self.write(&Entry::Task(self.first + index, Identity::of(task)))?;
        }
        self.write(&Entry::Judged(self.first + index, Cow::Borrowed(judged)))
    }

    /// Appends that an attempt at a task is finished.
    ///
    /// # Errors
    ///
    /// If the file cannot be written.
    pub fn finished(&mut self, index: usize) -> Result<(), Error> {
        self.write(&Entry::Finished(self.first + index)).map(|_| ())
    }

    /// Reads the verdicts at some positions.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, or if it has changed.
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
    /// If it cannot be removed.
    pub fn remove(self) -> Result<(), Error> {
        std::fs::remove_file(&self.path).map_err(|source| Error::Write { path: self.path, source })
    }

    /// Appends an entry; returns its position.
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

    /// Truncates the file and continues to write at its new end.
    fn truncate(&mut self, end: u64) -> Result<(), Error> {
        let cut = self.file.set_len(end).and_then(|()| io::Seek::seek(&mut self.file, io::SeekFrom::Start(end)));
        cut.map_err(|source| Error::Write { path: self.path.clone(), source })?;
        self.end = end;
        Ok(())
    }
}
