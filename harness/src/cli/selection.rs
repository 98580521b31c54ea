//! What `wassay test` can be told beyond what to run on what: parts of a run, what failed, what is flaky.

use super::error::Error;
use super::output::output;
use crate::filter::Filter;
use crate::partition::Partition;
use crate::task::Task;
use crate::{escape, report};
use clap::{Args, ValueEnum};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

#[derive(Args, Debug, Default)]
pub(super) struct SelectionArgs {
    /// Run only scripts, on engines and in modes, that this says; see below.
    #[arg(long, short = 'E', value_name = "FILTER")]
    pub(super) filter: Option<Filter>,
    /// Run one of N parts: `hash:K/N`, or `slice:K/N` for parts that take about as long; K is from 1 to N.
    #[arg(long, value_name = "PART", env = "WASSAY_PARTITION")]
    pub(super) partition: Option<Partition>,
    /// Run only the scripts that were not as expected in the last run into the same folder, or run them first.
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "only")]
    pub(super) failed: Option<RerunFailed>,
    /// Run a script that is not as expected up to N times more; what passes then is called flaky.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = retries)]
    pub(super) retries: usize,
    /// Show what engines print, and run one script at a time.
    #[arg(long)]
    pub(super) no_capture: bool,
    /// List what would run: suite/file, engine and mode, proposal.
    #[arg(long)]
    pub(super) list: bool,
    /// Name of the run in reports: the same for all parts of one; the time at which it began, if not given.
    #[arg(long, value_name = "NAME", env = "WASSAY_RUN", value_parser = run_name)]
    pub(super) run: Option<String>,
    /// Profile to take settings from that are not given here.
    #[arg(long, value_name = "NAME", env = "WASSAY_PROFILE")]
    pub(super) profile: Option<String>,
    /// File with profiles; the next `wassay.toml` in this folder or above, if not given.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// What to do with what failed last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RerunFailed {
    /// Run nothing else.
    Only,
    /// Run it before all else.
    First,
}

/// Most retries: what fails so often is not flaky.
const RETRIES: usize = 1000;

pub(super) fn retries(text: &str) -> Result<usize, String> {
    let retries = text.parse().ok().filter(|retries| *retries <= RETRIES);
    retries.ok_or_else(|| format!("not a number from 0 to {RETRIES}"))
}

fn run_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(|c| c.is_control() || c == '+') {
        return Err("a name has a character at least, and neither `+` nor control characters".to_owned());
    }
    Ok(text.to_owned())
}

impl SelectionArgs {
    /// Narrows the plan down.
    pub(super) fn narrow(&self, tasks: &mut Vec<Task<'_>>, out: &Path) -> Result<(), Error> {
        if let Some(filter) = &self.filter {
            filter.check_for_tasks()?;
            tasks.retain(|task| filter.task(task));
            if tasks.is_empty() {
                return Err(Error::Wrong(format!(
                    "of what is selected, the filter `{}` leaves nothing",
                    filter.text()
                )));
            }
        }
        if let Some(when) = self.failed {
            let failed = failed(out)?;
            let has = |task: &Task<'_>| failed.contains(&key(task));
            match when {
                RerunFailed::Only => tasks.retain(has),
                RerunFailed::First => tasks.sort_by_key(|task| !has(task)),
            }
        }
        if let Some(partition) = self.partition {
            partition.keep(tasks);
        }
        Ok(())
    }
}

/// Suite, file, engine and mode.
type Key = [String; 4];

fn key(task: &Task<'_>) -> Key {
    [&task.script.suite, &task.script.file, &task.on.engine, &task.on.mode].map(Clone::clone)
}

/// What was not as expected in the report in a folder.
fn failed(dir: &Path) -> Result<HashSet<Key>, Error> {
    let mut failed = HashSet::new();
    for row in report::stream(dir)? {
        let row = row?;
        if row.outcome.is_red() {
            failed.insert([row.suite, row.file, row.engine, row.mode]);
        }
    }
    Ok(failed)
}

/// `wassay test --list`
pub(super) fn list(tasks: &[Task<'_>]) -> Result<(), Error> {
    let mut lines: Vec<_> = tasks
        .iter()
        .map(|task| {
            let script = task.script;
            (&script.suite, &script.file, &task.on.engine, &task.on.mode, &script.proposal)
        })
        .collect();
    lines.sort();
    output(None, |out| {
        lines.iter().try_for_each(|(suite, file, engine, mode, proposal)| {
            // What the first part is, whose name may be anybody's, a line must not begin like a command.
            let script = escape::line(&format!("{suite}/{file}")).into_owned();
            let [engine, mode, proposal] = [engine, mode, proposal].map(|name| escape::text(name));
            writeln!(out, "{script}\t{engine}:{mode}\t{proposal}")
        })
    })
}
