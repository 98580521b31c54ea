//! Selection, partition and retry options of `wassay test`.

use super::error::Error;
use super::output::output;
use crate::filter::Filter;
use crate::partition::Partition;
use crate::task::Task;
use crate::{escape, report};
use clap::{Args, ValueEnum};
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// Options that narrow, split or repeat a run, and that name it.
#[derive(Args, Debug, Default)]
pub(super) struct SelectionArgs {
    /// Filter of scripts, engines and modes, see below.
    #[arg(long, short = 'E', value_name = "FILTER")]
    pub(super) filter: Option<Filter>,
    /// Partition to run, the K-th of N: `hash:K/N`, or `slice:K/N` for partitions of similar duration; K counts from 1.
    #[arg(long, value_name = "PART", env = "WASSAY_PARTITION")]
    pub(super) partition: Option<Partition>,
    /// Run only the scripts with unexpected outcomes in the report folder (`only`), or run them before all others
    /// (`first`).
    #[arg(long, value_name = "WHEN", num_args = 0..=1, require_equals = true, default_missing_value = "only")]
    pub(super) failed: Option<RerunFailed>,
    /// Maximum number of retries of a script with unexpected outcomes. Directives that pass in a retry are flaky.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = retries)]
    pub(super) retries: usize,
    /// Pass on the output of engines, and run one script at a time.
    #[arg(long)]
    pub(super) no_capture: bool,
    /// List the tasks instead of running them: suite/file, engine:mode, proposal.
    #[arg(long)]
    pub(super) list: bool,
    /// Name of the run in reports, the same for all of its partitions [default: the time at which it begins].
    #[arg(long, value_name = "NAME", env = "WASSAY_RUN", value_parser = run_name)]
    pub(super) run: Option<String>,
    /// Profile of `wassay.toml` for options that are not given on the command line [default: `default`, if it exists].
    #[arg(long, value_name = "NAME", env = "WASSAY_PROFILE")]
    pub(super) profile: Option<String>,
    /// File with profiles [default: the nearest `wassay.toml` in this folder or above].
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
}

/// What `--failed` does with the scripts that had unexpected outcomes in the last run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum RerunFailed {
    /// Run no other scripts.
    Only,
    /// Run them before all others.
    First,
}

/// Maximum number of retries. A directive that fails so often is not flaky.
const RETRIES: usize = 1000;

/// Parses `--retries`.
pub(super) fn retries(text: &str) -> Result<usize, String> {
    let retries = text.parse().ok().filter(|retries| *retries <= RETRIES);
    retries.ok_or_else(|| format!("not a number from 0 to {RETRIES}"))
}

/// Parses `--run`. Merged reports join the names of their runs with `+`, so a name must not contain it.
fn run_name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(|c| c.is_control() || c == '+') {
        return Err("a name must not be empty, and must contain neither `+` nor control characters".to_owned());
    }
    Ok(text.to_owned())
}

impl SelectionArgs {
    /// Applies the filter, `--failed` and the partition to the tasks. `out` is the report folder.
    pub(super) fn narrow(&self, tasks: &mut Vec<Task<'_>>, out: &Path) -> Result<(), Error> {
        if let Some(filter) = &self.filter {
            filter.check_for_tasks()?;
            tasks.retain(|task| filter.task(task));
            if tasks.is_empty() {
                return Err(Error::Wrong(format!("the filter `{}` matches none of the selected tasks", filter.text())));
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
            partition.retain(tasks);
        }
        Ok(())
    }
}

/// Suite, file, engine and mode.
type Key = [String; 4];

fn key(task: &Task<'_>) -> Key {
    [&task.script.suite, &task.script.file, &task.on.engine, &task.on.mode].map(Clone::clone)
}

/// Reads from the report in a folder which tasks had unexpected outcomes.
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

/// Lists tasks, for `wassay test --list`.
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
            // A suite may have any name, and no line may begin like a command of a CI system.
            let script = escape::line(&format!("{suite}/{file}")).into_owned();
            let [engine, mode, proposal] = [engine, mode, proposal].map(|name| escape::text(name));
            writeln!(out, "{script}\t{engine}:{mode}\t{proposal}")
        })
    })
}
