//! Recorder: receives the verdicts of all workers, appends them to the journal, and shows progress.
//!
//! It is the only place where the events of parallel workers become a sequence. In memory it keeps positions in the
//! journal, not the verdicts, so a run may have any number of rows.

pub mod journal;
pub mod progress;

use crate::expect::Expectations;
use crate::model::{Outcome, Row};
use crate::supervisor::TaskEvent;
use crate::task::{DirectiveResult, NO_SCRIPT, SCRIPT, Task};
use journal::{AttemptEntries, Journal, PriorRun};
use progress::Progress;
use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

/// Interval at which progress is updated while no verdict arrives.
const TICK: Duration = Duration::from_millis(200);

/// Positions in the journal of all verdicts of a task.
#[derive(Clone, Debug, Default)]
struct TaskRecord {
    /// Finished attempts.
    finished: Vec<AttemptEntries>,
    /// The current attempt, or the attempt that an interruption ended.
    open: AttemptEntries,
    /// Whether the last attempt may have had a red outcome.
    red: bool,
}

/// Records the verdicts of a list of tasks.
pub struct Recorder<'a> {
    tasks: &'a [Task<'a>],
    records: Vec<TaskRecord>,
    journal: Journal,
}

impl<'a> Recorder<'a> {
    /// Creates a recorder that appends to a journal. Tasks that the resumed run has finished are taken over from it.
    #[must_use]
    pub fn new(tasks: &'a [Task<'a>], journal: Journal, mut earlier: PriorRun) -> Self {
        let record = |task| {
            let finished = earlier.finished.remove(&journal::Identity::of(task)).unwrap_or_default();
            // The verdicts of a resumed run have not been read yet, so they may be red.
            TaskRecord { red: !finished.is_empty(), finished, open: Vec::new() }
        };
        Self { tasks, records: tasks.iter().map(record).collect(), journal }
    }

    /// Returns the indices of the tasks that are not finished.
    #[must_use]
    pub fn unfinished(&self) -> Vec<usize> {
        (0..self.tasks.len()).filter(|index| self.records[*index].finished.is_empty()).collect()
    }

    /// Returns the indices of the tasks to retry: those with unexpected outcomes and fewer than `retries` retries.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read.
    pub fn tasks_to_retry(
        &mut self,
        retries: usize,
        expectations: &mut Expectations,
    ) -> Result<Vec<usize>, journal::Error> {
        let mut again = Vec::new();
        for index in 0..self.tasks.len() {
            let record = &self.records[index];
            if !record.red || record.finished.is_empty() || record.finished.len() > retries {
                continue;
            }
            let red = self.rows_of(index, "", expectations)?.iter().any(is_retried);
            self.records[index].red = red;
            if red {
                again.push(index);
            }
        }
        Ok(again)
    }

    /// Records until the channel is closed.
    ///
    /// # Errors
    ///
    /// If the journal cannot be written.
    pub fn record(
        &mut self,
        news: &Receiver<TaskEvent>,
        expectations: &mut Expectations,
        progress: &mut Progress,
    ) -> Result<(), journal::Error> {
        loop {
            match news.recv_timeout(TICK) {
                Ok(TaskEvent::Judged(index, judged)) => {
                    let (task, record) = (&self.tasks[index], &mut self.records[index]);
                    record.open.push(self.journal.judged(index, task, &judged)?);
                    progress.judged(judged.len());
                    for judged in judged.into_iter().filter(|judged| judged.outcome.is_red()) {
                        record.red = true;
                        let mut row = task.row("", judged);
                        expectations.judge(&mut row);
                        if row.outcome.is_red() {
                            progress.red(&row);
                        }
                    }
                }
                Ok(TaskEvent::Finished(index)) => {
                    progress.finished(self.tasks[index].weight);
                    self.journal.finished(index)?;
                    let record = &mut self.records[index];
                    record.finished.push(std::mem::take(&mut record.open));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            progress.tick();
        }
    }

    /// Passes every row of the run to `take`, in the order of reports, with expectations applied.
    ///
    /// It reads one script at a time.
    ///
    /// # Errors
    ///
    /// If the journal cannot be read, or if `take` fails.
    pub fn for_each_row<E: From<journal::Error>>(
        &self,
        run: &str,
        expectations: &mut Expectations,
        mut take: impl FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut scripts: BTreeMap<(&str, &str, &str), Vec<usize>> = BTreeMap::new();
        for (index, task) in self.tasks.iter().enumerate() {
            let script = task.script;
            scripts.entry((&script.suite, &script.revision, &script.file)).or_default().push(index);
        }
        for indices in scripts.into_values() {
            let mut rows = Vec::new();
            for index in indices {
                rows.extend(self.rows_of(index, run, expectations)?);
            }
            crate::report::sort(&mut rows);
            rows.into_iter().try_for_each(&mut take)?;
        }
        Ok(())
    }

    /// Reads the rows of a task: those of its first attempt, with flaky directives replaced by the attempt that passed.
    fn rows_of(&self, index: usize, run: &str, expectations: &mut Expectations) -> Result<Vec<Row>, journal::Error> {
        let (task, record) = (&self.tasks[index], &self.records[index]);
        let mut attempts = record.finished.iter();
        let first = attempts.next().unwrap_or(&record.open);
        let mut judged = self.journal.read(first)?;
        // A new worker does not report earlier verdicts again, but verdicts of threads arrive in any order.
        judged.sort_by_key(|judged| judged.at);
        let mut rows: Vec<(u32, Row)> = Vec::with_capacity(judged.len());
        for judged in judged {
            let at = judged.at;
            let mut row = task.row(run, judged);
            expectations.judge(&mut row);
            rows.push((at, row));
        }
        for (number, attempt) in attempts.enumerate() {
            let later = self.journal.read(attempt)?;
            if rows.len() == 1 && rows[0].1.directive == SCRIPT && later.iter().all(|j| j.directive.kind != SCRIPT) {
                // The first attempt failed before the script's directives were known. This one has them all.
                rows = later.into_iter().map(|judged| (judged.at, task.row(run, judged))).collect();
                rows.sort_by_key(|(at, _)| *at);
                rows.iter_mut().for_each(|(_, row)| expectations.judge(row));
                continue;
            }
            let passed = later.into_iter().filter(|judged| judged.outcome == Outcome::Pass);
            let passed: BTreeMap<u32, DirectiveResult> = passed.map(|judged| (judged.at, judged)).collect();
            for (at, row) in &mut rows {
                let Some(judged) = passed.get(at).filter(|_| is_retried(row)) else {
                    continue;
                };
                let detail =
                    format!("{FLAKY}{} times before it passed; first {}: {}", number + 1, row.outcome, row.detail);
                *row = Row { detail, ..task.row(run, judged.clone()) };
            }
        }
        Ok(rows.into_iter().map(|(_, row)| row).collect())
    }

    /// Returns the journal, to be removed once the report is written.
    #[must_use]
    pub fn into_journal(self) -> Journal {
        self.journal
    }
}

/// Returns whether a retry may change the outcome. A directive that passes against an expectation would pass again.
fn is_retried(row: &Row) -> bool {
    row.outcome.is_red() && row.outcome != Outcome::Xpass
}

/// Prefix of the detail of a flaky directive.
const FLAKY: &str = "flaky: failed ";

/// Returns whether a row is a flaky directive: it passed, but not in the first attempt.
#[must_use]
pub fn is_flaky(row: &Row) -> bool {
    row.outcome == Outcome::Pass && row.detail.starts_with(FLAKY)
}

/// Returns whether a row is a malformed script.
#[must_use]
pub fn is_malformed(row: &Row) -> bool {
    row.directive == SCRIPT && row.outcome == Outcome::Fail && row.detail.starts_with(NO_SCRIPT)
}
