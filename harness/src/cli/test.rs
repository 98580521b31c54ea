//! `wassay test`: plans tasks, runs them on workers, and writes the report.

use super::error::Error;
use super::output::{note, output};
use super::selection;
use super::summary::{self, Digest, RunStatus};
use super::test_args::TestArgs;
use crate::engine::{self, Engine, catalogue};
use crate::expect::{self, Expectations};
use crate::recorder::Recorder;
use crate::recorder::journal::{Journal, PriorRun};
use crate::recorder::progress::Progress;
use crate::report::{self, Run, Summary};
use crate::suite::{self, ScriptFile};
use crate::supervisor::{self, Settings};
use crate::task::{self, Configuration, Task};
use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

/// A finished or interrupted run.
pub(super) struct FinishedRun {
    run: Run,
    summary: Summary,
    digest: Digest,
    stale: Vec<expect::Stale>,
    status: RunStatus,
}

impl FinishedRun {
    /// Returns whether the user stopped the run.
    pub(super) fn is_interrupted(&self) -> bool {
        self.status.interrupted
    }
}

/// Runs `wassay test`.
pub(super) fn test(args: &TestArgs) -> Result<ExitCode, Error> {
    let Some(finished) = execute(args, false)? else { return Ok(ExitCode::SUCCESS) };
    let FinishedRun { run, summary, digest, stale, status } = &finished;
    output(None, |out| summary::print(out, summary, run, digest, stale, &args.out))?;
    summary::print_problems(digest, status, &args.out);
    Ok(status.code())
}

/// Runs the selected tasks and writes the report. Returns `None` if there are none, or if they are only listed.
///
/// With `quiet`, unexpected outcomes are not named while the run goes on.
pub(super) fn execute(args: &TestArgs, quiet: bool) -> Result<Option<FinishedRun>, Error> {
    // All errors of the command line are found before anything runs.
    let on = configurations(&args.engine, &args.mode)?;
    let suites = suite::load(&suite_folders(args))?;
    let scripts = suite::select(&suites, &args.selectors)?;
    let mut expectations = expectations(args)?;
    let mut tasks = task::plan(&scripts, &on)?;
    args.selection.narrow(&mut tasks, &args.out)?;
    if args.selection.list {
        selection::list(&tasks)?;
        return Ok(None);
    }
    if tasks.is_empty() && args.selection.failed.is_some() {
        note(format_args!("none of the selected scripts had an unexpected outcome in the last run"));
        return Ok(None);
    }

    let cores = || std::thread::available_parallelism().ok();
    let jobs = if args.selection.no_capture { NonZeroUsize::new(1) } else { args.jobs.or_else(cores) };
    let jobs = jobs.map_or(1, NonZeroUsize::get);
    let settings = Settings { jobs, timeout: args.timeout, memory: args.memory, show: args.selection.no_capture };
    let command: Vec<OsString> = std::env::args_os().collect();
    let mut run = Run::begin(&command, &engine::llvm(), jobs);
    if let Some(name) = &args.selection.run {
        run.run.clone_from(name);
    }
    run.partition = args.selection.partition.map(|partition| partition.to_string()).unwrap_or_default();
    let mut recorder = open_recorder(args, &mut run, &tasks)?;
    let stop = interrupt()?;
    let mut order = recorder.unfinished();
    if order.len() < tasks.len() {
        note(format_args!("{} of {} tasks are already finished", tasks.len() - order.len(), tasks.len()));
    }
    loop {
        let weights: u64 = order.iter().map(|index| tasks[*index].weight).sum();
        let progress = Progress::new((order.len(), weights), settings.show, quiet);
        run_round((&tasks, order), settings, &stop, (&mut recorder, &mut expectations), progress)?;
        if stop.load(Ordering::Relaxed) {
            break;
        }
        order = recorder.tasks_to_retry(args.selection.retries, &mut expectations)?;
        if order.is_empty() {
            break;
        }
        note(format_args!("retrying {} tasks with unexpected outcomes", order.len()));
    }
    let interrupted = stop.load(Ordering::Relaxed);
    finish(args, run, &tasks, recorder, expectations, interrupted).map(Some)
}

/// Creates the journal of the run, or opens that of the run to resume and takes over its name and start time.
fn open_recorder<'a>(args: &TestArgs, run: &mut Run, tasks: &'a [Task<'a>]) -> Result<Recorder<'a>, Error> {
    let resumed = if args.resume { Journal::resume(&args.out)? } else { None };
    let (journal, earlier) = match resumed {
        Some((journal, earlier)) => {
            if let Some((name, started)) = &earlier.run {
                run.run.clone_from(name);
                run.started.clone_from(started);
            }
            (journal, earlier)
        }
        None => (Journal::create(&args.out, &run.run, &run.started)?, PriorRun::default()),
    };
    Ok(Recorder::new(tasks, journal, earlier))
}

/// Runs the tasks with the indices `order` once: the supervisor on a thread of its own, the recorder on this one.
fn run_round(
    (tasks, order): (&[Task<'_>], Vec<usize>),
    settings: Settings,
    stop: &AtomicBool,
    (recorder, expectations): (&mut Recorder<'_>, &mut Expectations),
    mut progress: Progress,
) -> Result<(), Error> {
    let (news, heard) = mpsc::channel();
    let (supervised, recorded) = std::thread::scope(|scope| {
        let supervised = scope.spawn(|| supervisor::run(tasks, order, settings, stop, &{ news }));
        let recorded = recorder.record(&heard, expectations, &mut progress);
        if recorded.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        (supervised.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), recorded)
    });
    progress.end();
    recorded?;
    supervised?;
    Ok(())
}

/// Writes the report from the recorded verdicts.
fn finish(
    args: &TestArgs,
    mut run: Run,
    tasks: &[Task<'_>],
    recorder: Recorder<'_>,
    mut expectations: Expectations,
    interrupted: bool,
) -> Result<FinishedRun, Error> {
    let mut digest = Digest::default();
    let mut writer = report::Writer::begin(&args.out)?;
    recorder.for_each_row(&run.run, &mut expectations, |row| {
        digest.add(&row);
        writer.push(&row).map_err(Error::from)
    })?;
    let stale = if interrupted {
        Vec::new()
    } else {
        // Expectations hold for the measured version of an engine, so another version makes none of them stale.
        let measured = tasks.iter().filter(|task| catalogue::is_measured(&task.on.engine, &task.on.version));
        let ran: Vec<(&ScriptFile, &str, &str)> =
            measured.map(|task| (task.script, task.on.engine.as_str(), task.on.mode.as_str())).collect();
        expectations.stale_among(&ran, &task::target())
    };
    run.end();
    let summary = writer.finish(&run)?;
    if !interrupted {
        recorder.into_journal().remove()?;
    }
    let status =
        RunStatus { interrupted, malformed: digest.is_malformed(), red: digest.is_red(), stale: !stale.is_empty() };
    Ok(FinishedRun { run, summary, digest, stale, status })
}

/// Resolves `--engine` and `--mode` to configurations.
///
/// An engine that is named with a mode, such as `vm:o3`, runs in that mode only. Every other engine runs in all of
/// `modes` that it has. It must have at least one of them, and each of `modes` must belong to at least one such engine.
fn configurations(engines: &[String], modes: &[String]) -> Result<Vec<Configuration>, engine::Error> {
    let engines = find_engines(engines)?;
    let free = || engines.iter().filter(|(_, own)| own.is_none()).map(|(engine, _)| engine);
    for mode in modes {
        if let (Some(engine), false) = (free().next(), free().any(|engine| engine.has_mode(mode))) {
            return Err(engine::unknown_mode(&**engine, mode));
        }
    }
    let mut on: Vec<Configuration> = Vec::new();
    for (engine, own) in &engines {
        engine.check()?;
        let wanted: Vec<String> = match own {
            Some(mode) if engine.has_mode(mode) => vec![mode.clone()],
            Some(mode) => return Err(engine::unknown_mode(&**engine, mode)),
            None if modes.is_empty() => engine.modes().into_iter().map(|mode| mode.name.to_owned()).collect(),
            None => modes.iter().filter(|mode| engine.has_mode(mode)).cloned().collect(),
        };
        if let (Some(mode), true) = (modes.first(), wanted.is_empty()) {
            return Err(engine::unknown_mode(&**engine, mode));
        }
        for mode in wanted {
            let new = Configuration { engine: engine.name().to_owned(), version: engine.version(), mode };
            if !on.contains(&new) {
                on.push(new);
            }
        }
    }
    Ok(on)
}

/// An engine of the command line, and its mode if it is named with one.
type RequestedEngine = (Box<dyn Engine>, Option<String>);

/// Finds the engine of a name such as `vm` or `vm:o3`.
fn find_engine(name: &str) -> Result<RequestedEngine, engine::Error> {
    match (engine::find(name), name.split_once(':')) {
        (Ok(engine), _) => Ok((engine, None)),
        (Err(_), Some((name, mode))) => Ok((engine::find(name)?, Some(mode.to_owned()))),
        (Err(error), None) => Err(error),
    }
}

/// Finds the engines of these names. The error names all engines that are not found.
fn find_engines(names: &[String]) -> Result<Vec<RequestedEngine>, engine::Error> {
    catalogue::ensure_valid()?;
    let mut engines = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match find_engine(name) {
            Ok(engine) => engines.push(engine),
            Err(error) => missing.push(error),
        }
    }
    match missing.pop() {
        None => Ok(engines),
        Some(error) if missing.is_empty() => Err(error),
        Some(error) => {
            missing.push(error);
            Err(engine::Error::Several(missing))
        }
    }
}

/// Returns the folders of `--suites` and those that selectors name, unless they lie in one of the former.
fn suite_folders(args: &TestArgs) -> Vec<PathBuf> {
    let mut folders = args.suites.suites.clone();
    for path in suite::named_paths(&args.selectors) {
        let whole = path.canonicalize();
        let covered = folders.iter().any(|folder| match (&whole, folder.canonicalize()) {
            (Ok(path), Ok(folder)) => path.starts_with(folder),
            _ => false,
        });
        if !covered {
            folders.push(path);
        }
    }
    folders
}

/// Loads the built-in expectations, those beside suites, and those of `--expectations`, which must exist.
fn expectations(args: &TestArgs) -> Result<Expectations, Error> {
    for dir in &args.expectations {
        if !dir.join(expect::FILE).exists() {
            return Err(Error::NoExpectations(dir.clone()));
        }
    }
    let mut dirs = args.suites.suites.clone();
    dirs.extend(args.expectations.iter().cloned());
    dirs.sort();
    dirs.dedup();
    Ok(Expectations::load(&dirs)?)
}

/// Installs a handler for `SIGINT` and `SIGTERM` that sets the returned flag. A second signal exits at once.
fn interrupt() -> Result<Arc<AtomicBool>, Error> {
    let stop = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&stop);
    ctrlc::set_handler(move || {
        if flag.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    })?;
    Ok(stop)
}
