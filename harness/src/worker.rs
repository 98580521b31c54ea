//! A worker: a process that runs scripts for the supervisor and may crash.
//!
//! Jobs arrive on standard input. Events leave on a copy of standard output, so that the output of an engine does not mix
//! with them. Scripts run on a thread of their own, whose stack has the same size on every machine. The main thread reads
//! jobs ahead and ends the process at the end of input, which is also how it notices the death of the supervisor. A third
//! thread watches memory use.

mod memory;

use crate::engine::interface::{ScriptRunner, WholeScript};
use crate::engine::{self, Engine};
use crate::model::{Directive, Verdict};
use crate::protocol::{Event, Job};
use crate::script::{Context, Malformed, ResumePlan, Sink, Tokens, run};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;
use wasmparser::WasmFeatures;

/// Stack size of the thread that scripts run on: the default of main threads.
const STACK: usize = 8 << 20;

/// Writes events, each with one `write`.
struct EventWriter(Mutex<File>);

impl EventWriter {
    fn write(&self, event: &Event) {
        let mut line = serde_json::to_vec(event).unwrap_or_default();
        line.push(b'\n');
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if out.write_all(&line).is_err() {
            // The supervisor no longer listens.
            std::process::exit(1);
        }
    }
}

impl Sink for EventWriter {
    fn begin(&self, at: u32, features: &str) {
        self.write(&Event::Begin(at, features.to_owned()));
    }

    fn replay(&self, at: u32) {
        self.write(&Event::Replay(at));
    }

    fn end(&self, at: u32, Verdict { outcome, detail }: Verdict, micros: u64) {
        self.write(&Event::End(at, outcome, detail, micros));
    }
}

/// Runs scripts until the input ends. `memory` is the memory limit in MiB. `show` sends the standard output of engines to
/// standard error instead of nowhere.
///
/// # Errors
///
/// When the process cannot be set up. No script causes an error.
pub fn serve(memory: u64, show: bool) -> io::Result<ExitCode> {
    let events = Arc::new(EventWriter(Mutex::new(private_stdout(show)?)));
    // Workers may crash often, and core dumps of gigabytes would cost time.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    abort_on_panic();
    ignore_termination();
    memory::watch(memory, {
        let events = Arc::clone(&events);
        move || events.write(&Event::Memory(memory))
    })?;
    let (jobs, queue) = mpsc::channel::<String>();
    std::thread::Builder::new().name("scripts".to_owned()).stack_size(STACK).spawn(move || {
        let mut engines = HashMap::new();
        for job in queue {
            run_job(&job, &mut engines, &events);
            events.write(&Event::Done);
        }
    })?;
    for job in io::stdin().lock().lines() {
        if jobs.send(job?).is_err() {
            break;
        }
    }
    // Does not wait for the running script, which may never end.
    std::process::exit(0)
}

/// Takes standard output for events and redirects it. Other output is dropped, or goes to standard error if it is to be
/// shown. The supervisor reads standard error, for the last lines before a crash.
fn private_stdout(show: bool) -> io::Result<File> {
    let private = io::stdout().as_fd().try_clone_to_owned()?;
    if show {
        rustix::stdio::dup2_stdout(io::stderr().as_fd())?;
    } else {
        rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    }
    Ok(File::from(private))
}

/// Makes the worker survive termination signals. Job schedulers send them to every process of a job, and a worker that
/// ended before its supervisor would look like a crash. The worker ends when its input ends, or is killed.
fn ignore_termination() {
    extern "C" fn nothing(_: libc::c_int) {}
    for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT] {
        // An empty handler, because processes that engines start would inherit an ignored signal.
        // SAFETY: all zeroes are a valid `sigaction`, and the handler does nothing, which is async-signal-safe.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
            action.sa_flags = libc::SA_RESTART;
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

/// Makes a panic abort the process like any other crash: after a panic neither engine nor harness is in a known state.
fn abort_on_panic() {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        std::process::abort();
    }));
}

type Engines = HashMap<String, Result<Box<dyn Engine>, engine::Error>>;

/// Runs one script. A job that cannot be decoded is a bug of the supervisor and is refused.
fn run_job(job: &str, engines: &mut Engines, events: &EventWriter) {
    let job: Job<'_> = match serde_json::from_str(job) {
        Ok(job) => job,
        Err(error) => return events.write(&Event::Refused(format!("not a job: {error}"))),
    };
    let engine = engines.entry(job.engine.to_string()).or_insert_with(|| engine::find(&job.engine));
    if let Some(runner) = engine.as_ref().ok().and_then(|engine| engine.runner()) {
        // A runner has its own parser.
        return run_whole(&job, runner, events);
    }
    let malformed = |error: Malformed| events.write(&Event::Malformed { line: error.line, what: error.what });
    let tokens = match Tokens::new(&job.source) {
        Ok(tokens) => tokens,
        Err(error) => return malformed(error),
    };
    let mut script = match tokens.parse() {
        Ok(script) => script,
        Err(error) => return malformed(error),
    };
    let features = WasmFeatures::from_bits_truncate(job.features);
    let session = engine.as_ref().map_err(ToString::to_string);
    let session = session.and_then(|engine| engine.session(&job.mode, features).map_err(|error| error.to_string()));
    events.write(&Event::Plan(script.directives()));
    match session {
        Ok(session) => {
            let resume = ResumePlan {
                judged: job.judged.iter().copied().collect(),
                deadly: job.deadly.iter().copied().collect(),
            };
            run(&mut script, session, &Context { features, resume: &resume, sink: events });
        }
        Err(error) => events.write(&Event::Refused(error)),
    }
}

/// Runs a whole script with a runner. The supervisor sees it as one directive.
fn run_whole(job: &Job<'_>, runner: &dyn ScriptRunner, events: &EventWriter) {
    events.write(&Event::Plan(vec![Directive { line: 1, kind: crate::task::SCRIPT.into() }]));
    if job.judged.contains(&0) || job.deadly.contains(&0) {
        return;
    }
    events.begin(0, "");
    let started = Instant::now();
    let features = WasmFeatures::from_bits_truncate(job.features);
    let verdict = runner.run(&job.mode, &WholeScript { file: &job.file, source: &job.source, features });
    events.end(0, verdict, u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
}
