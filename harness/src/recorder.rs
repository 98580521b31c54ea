//! The recorder: the one place where what happens becomes a sequence. It keeps all that was judged, writes it down as
//! it arrives, and shows how far the run is.

pub mod progress;
pub mod raw;

use crate::model::{Outcome, Row};
use crate::supervisor::News;
use crate::task::{Judged, Task};
use progress::Progress;
use raw::{Earlier, Raw};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// How often to show how far the run is, when nothing happens.
const TICK: Duration = Duration::from_millis(200);

/// Keeps and writes down what was judged.
pub struct Recorder<'a> {
    tasks: &'a [Task<'a>],
    judged: Vec<Vec<Judged>>,
    finished: Vec<bool>,
    raw: Raw,
}

impl<'a> Recorder<'a> {
    /// Begins a record of these tasks in a file. Tasks that an earlier run finished are taken over from it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn new(tasks: &'a [Task<'a>], mut raw: Raw, earlier: Earlier) -> Result<Self, raw::Error> {
        let mut judged = vec![Vec::new(); tasks.len()];
        let mut finished = vec![false; tasks.len()];
        let mut scripts = earlier.finished;
        for (index, task) in tasks.iter().enumerate() {
            if let Some(found) = scripts.remove(&raw::Identity::of(task)) {
                raw.judged(index, task, &found)?;
                raw.finished(index)?;
                judged[index] = found;
                finished[index] = true;
            }
        }
        Ok(Self { tasks, judged, finished, raw })
    }

    /// The tasks that are not finished, by index.
    #[must_use]
    pub fn unfinished(&self) -> Vec<usize> {
        (0..self.tasks.len()).filter(|index| !self.finished[*index]).collect()
    }

    /// Records until there is no more news.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn record(&mut self, news: &Receiver<News>, progress: &mut Progress) -> Result<(), raw::Error> {
        loop {
            match news.recv_timeout(TICK) {
                Ok(News::Judged(index, judged)) => {
                    let red = judged.iter().filter(|judged| judged.outcome.is_red()).count();
                    progress.judged(judged.len(), red);
                    self.raw.judged(index, &self.tasks[index], &judged)?;
                    self.judged[index].extend(judged);
                }
                Ok(News::Finished(index)) => {
                    progress.finished();
                    self.raw.finished(index)?;
                    self.finished[index] = true;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            progress.tick();
        }
    }

    /// Every row of the run, in the order of the tasks; and the raw file, to be removed when the rows are safe.
    #[must_use]
    pub fn rows(self, run: &str) -> (Vec<Row>, Raw) {
        let mut rows = Vec::with_capacity(self.judged.iter().map(Vec::len).sum());
        for (task, mut judged) in self.tasks.iter().zip(self.judged) {
            judged.sort_by_key(|judged| judged.at);
            rows.extend(judged.into_iter().map(|judged| task.row(run, judged)));
        }
        (rows, self.raw)
    }
}

/// Whether a row stands for a script that is no script.
#[must_use]
pub fn is_malformed(row: &Row) -> bool {
    row.directive == crate::task::SCRIPT && row.outcome == Outcome::Fail
}
