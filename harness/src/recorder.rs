//! The recorder: the one place where what happens becomes a sequence. It writes down all that was judged as it arrives,
//! and shows how far the run is. What it keeps in memory is where things are written, not the things.

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

/// How often to show how far the run is, when nothing happens.
const TICK: Duration = Duration::from_millis(200);

/// Where all that is known of a task is written.
#[derive(Clone, Debug, Default)]
struct TaskRecord {
    /// Attempts that came to their end.
    finished: Vec<AttemptEntries>,
    /// The attempt that is under way, or was when the run was interrupted.
    open: AttemptEntries,
    /// Whether the last attempt had a directive that came out other than its script says.
    red: bool,
}

/// Keeps and writes down what was judged.
pub struct Recorder<'a> {
    tasks: &'a [Task<'a>],
    records: Vec<TaskRecord>,
    journal: Journal,
}

impl<'a> Recorder<'a> {
    /// Begins a record of these tasks in a file. Tasks that an earlier part of the run finished are taken over from it.
    #[must_use]
    pub fn new(tasks: &'a [Task<'a>], journal: Journal, mut earlier: PriorRun) -> Self {
        let record = |task| {
            let finished = earlier.finished.remove(&journal::Identity::of(task)).unwrap_or_default();
            // What is not known to be all right is looked at.
            TaskRecord { red: !finished.is_empty(), finished, open: Vec::new() }
        };
        Self { tasks, records: tasks.iter().map(record).collect(), journal }
    }

    /// The tasks that are not finished, by index.
    #[must_use]
    pub fn unfinished(&self) -> Vec<usize> {
        (0..self.tasks.len()).filter(|index| self.records[*index].finished.is_empty()).collect()
    }

    /// The tasks to run again: those that are not as expected and have had no more than so many retries.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
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

    /// Records until there is no more news.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
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

    /// Hands out every row of the run in the order of reports, in the light of the expectations, a script at a time.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or `take` fails.
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

    /// The rows of a task: those of its first attempt, but for directives that were not as expected and passed later.
    fn rows_of(&self, index: usize, run: &str, expectations: &mut Expectations) -> Result<Vec<Row>, journal::Error> {
        let (task, record) = (&self.tasks[index], &self.records[index]);
        let mut attempts = record.finished.iter();
        let first = attempts.next().unwrap_or(&record.open);
        let mut judged = self.journal.read(first)?;
        // A worker that dies is told what was judged, but what it says of threads is not in order.
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
                // Nothing was known of the script, not even its directives; now all is.
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

    /// The file, to be removed when the rows are safe elsewhere.
    #[must_use]
    pub fn into_journal(self) -> Journal {
        self.journal
    }
}

/// Whether another attempt may help: what passes against an expectation only passes again.
fn is_retried(row: &Row) -> bool {
    row.outcome.is_red() && row.outcome != Outcome::Xpass
}

/// How the detail of a directive begins that passed, but not at once.
const FLAKY: &str = "flaky: failed ";

/// Whether a row stands for a directive that passed, but not at once.
#[must_use]
pub fn is_flaky(row: &Row) -> bool {
    row.outcome == Outcome::Pass && row.detail.starts_with(FLAKY)
}

/// Whether a row stands for a script that is no script.
#[must_use]
pub fn is_malformed(row: &Row) -> bool {
    row.directive == SCRIPT && row.outcome == Outcome::Fail && row.detail.starts_with(NO_SCRIPT)
}
