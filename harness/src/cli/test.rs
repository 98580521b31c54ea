//! `wassay test`: from the call to the reports.

use super::summary::{self, Ending};
use super::{Error, TestArgs};
use crate::engine::{self, Engine, catalogue};
use crate::expect::{self, Expectations};
use crate::recorder::progress::Progress;
use crate::recorder::raw::{Earlier, Raw};
use crate::recorder::{Recorder, is_malformed};
use crate::report::{self, Run};
use crate::suite::{self, Script};
use crate::supervisor::{self, Settings};
use crate::task::{self, Configuration};
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

pub(super) fn test(args: &TestArgs) -> Result<ExitCode, Error> {
    // All that can be wrong with the call is found before anything runs.
    let on = configurations(&args.engine, &args.mode)?;
    let suites = suite::load(&folders(args))?;
    let scripts = suite::select(&suites, &args.selectors)?;
    let mut expectations = expectations(args)?;
    let tasks = task::plan(&scripts, &on)?;
    let earlier = if args.resume { Earlier::read(&args.out)? } else { Earlier::default() };

    let jobs = args.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZeroUsize::get);
    let settings = Settings { jobs, timeout: args.timeout, memory: args.memory };
    let command: Vec<String> = std::env::args().collect();
    let mut run = Run::begin(&command, &engine::llvm(), jobs);
    if let Some((name, started)) = &earlier.run {
        run.run.clone_from(name);
        run.started.clone_from(started);
    }
    let raw = Raw::create(&args.out, &run.run, &run.started)?;
    let mut recorder = Recorder::new(&tasks, raw, earlier)?;
    let order = recorder.unfinished();
    if order.len() < tasks.len() {
        writeln!(io::stderr(), "{} of {} scripts are done already", tasks.len() - order.len(), tasks.len())?;
    }

    let stop = interrupt()?;
    let mut progress = Progress::new(order.len());
    let (news, heard) = mpsc::channel();
    let (supervised, recorded) = std::thread::scope(|scope| {
        let supervised = scope.spawn(|| supervisor::run(&tasks, order, settings, &stop, &{ news }));
        let recorded = recorder.record(&heard, &mut progress);
        if recorded.is_err() {
            stop.store(true, Ordering::Relaxed);
        }
        (supervised.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), recorded)
    });
    progress.end();
    recorded?;
    supervised?;

    let interrupted = stop.load(Ordering::Relaxed);
    let (mut rows, raw) = recorder.rows(&run.run);
    for row in &mut rows {
        expectations.judge(row);
    }
    let stale = if interrupted { Vec::new() } else { stale(&expectations, &scripts, &on) };
    let red: Vec<_> = rows.iter().filter(|row| row.outcome.is_red()).cloned().collect();
    run.end();
    let summary = report::write(&args.out, &run, rows)?;
    if !interrupted {
        raw.remove()?;
    }
    let ending =
        Ending { interrupted, malformed: red.iter().any(is_malformed), red: !red.is_empty(), stale: !stale.is_empty() };
    summary::print(&mut io::stdout().lock(), &summary, &run, &red, &stale, &args.out)?;
    summary::complain(&mut io::stderr().lock(), &red, &ending, &args.out)?;
    Ok(ending.code())
}

/// Each engine in each mode that is asked for. A mode must fit one engine at least, and an engine one mode.
fn configurations(engines: &[String], modes: &[String]) -> Result<Vec<Configuration>, engine::Error> {
    let engines = found(engines)?;
    for mode in modes {
        if let (Some(engine), false) = (engines.first(), engines.iter().any(|engine| engine.has_mode(mode))) {
            return Err(engine::unknown_mode(&**engine, mode));
        }
    }
    let mut on: Vec<Configuration> = Vec::new();
    for engine in &engines {
        engine.check()?;
        let wanted: Vec<String> = if modes.is_empty() {
            engine.modes().into_iter().map(|mode| mode.name.to_owned()).collect()
        } else {
            modes.iter().filter(|mode| engine.has_mode(mode)).cloned().collect()
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

/// The engines with these names. All that are missing are told at once.
fn found(names: &[String]) -> Result<Vec<Box<dyn Engine>>, engine::Error> {
    catalogue::sound()?;
    let mut engines = Vec::new();
    let mut missing = Vec::new();
    for name in names {
        match engine::find(name) {
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

/// The folders that are named, and those that selectors name, unless they lie in one that is named.
fn folders(args: &TestArgs) -> Vec<PathBuf> {
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

/// The expectations that are built in, those beside suites, and those that are named, which have to be there.
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

fn stale(expectations: &Expectations, scripts: &[&Script], on: &[Configuration]) -> Vec<expect::Stale> {
    let on: Vec<_> = on.iter().map(|on| (on.engine.clone(), on.mode.clone())).collect();
    expectations.stale(scripts, &on, &task::target())
}

/// A flag that Ctrl-C, or a request to terminate, sets. The second one does not wait.
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
