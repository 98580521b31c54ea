//! A worker: a process that runs scripts for the supervisor, and may die of it.
//!
//! Jobs come in on standard input and events go out on what was standard output, so that what an
//! engine prints there does no harm. The scripts run on a thread of their own, whose stack is the same everywhere. The main
//! thread reads ahead, and ends the process at the end of input, which is also what the death of the supervisor looks
//! like. A third thread watches how much memory is in use.

mod memory;

use crate::engine::{self, Engine, ScriptRunner, WholeScript};
use crate::protocol::{Event, Job};
use crate::script::{Context, Directive, Malformed, Sink, Todo, Tokens, Verdict, run};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, Write};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Instant;
use wasmparser::WasmFeatures;

/// Stack of the thread that scripts run on: what main threads have by default.
const STACK: usize = 8 << 20;

/// Says events, each with one `write`.
struct Voice(Mutex<File>);

impl Voice {
    fn say(&self, event: &Event) {
        let mut line = serde_json::to_vec(event).unwrap_or_default();
        line.push(b'\n');
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if out.write_all(&line).is_err() {
            // Nobody listens any more.
            std::process::exit(1);
        }
    }
}

impl Sink for Voice {
    fn begin(&self, at: u32, features: &str) {
        self.say(&Event::Begin(at, features.to_owned()));
    }

    fn replay(&self, at: u32) {
        self.say(&Event::Replay(at));
    }

    fn end(&self, at: u32, Verdict { outcome, detail }: Verdict, micros: u64) {
        self.say(&Event::End(at, outcome, detail, micros));
    }
}

/// Serves scripts until there are no more. `memory` is the limit in MiB; `show`: what engines print on standard output
/// goes where it is seen.
///
/// # Errors
///
/// When the process cannot be set up; never because of a script.
pub fn serve(memory: u64, show: bool) -> io::Result<ExitCode> {
    let voice = Arc::new(Voice(Mutex::new(private_stdout(show)?)));
    // Workers are expected to crash: dumps of gigabytes would only cost time.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    die_of_panics();
    outlive_terminations();
    memory::watch(memory, {
        let voice = Arc::clone(&voice);
        move || voice.say(&Event::Memory(memory))
    })?;
    let (jobs, queue) = mpsc::channel::<String>();
    std::thread::Builder::new().name("scripts".to_owned()).stack_size(STACK).spawn(move || {
        let mut engines = HashMap::new();
        for job in queue {
            work(&job, &mut engines, &voice);
            voice.say(&Event::Done);
        }
    })?;
    for job in io::stdin().lock().lines() {
        if jobs.send(job?).is_err() {
            break;
        }
    }
    // Without waiting for a script that may never end.
    std::process::exit(0)
}

/// Takes standard output for itself. What else is written there is lost, or goes to standard error if it is to be shown:
/// only that is listened to, for the last words before a crash.
fn private_stdout(show: bool) -> io::Result<File> {
    let private = io::stdout().as_fd().try_clone_to_owned()?;
    if show {
        rustix::stdio::dup2_stdout(io::stderr().as_fd())?;
    } else {
        rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    }
    Ok(File::from(private))
}

/// Makes requests to terminate do nothing: job schedulers send them to every process of a job, and a worker that went
/// before its supervisor would look crashed. It goes when its input ends, or is killed.
fn outlive_terminations() {
    extern "C" fn nothing(_: libc::c_int) {}
    for signal in [libc::SIGTERM, libc::SIGHUP, libc::SIGINT] {
        // A handler, for what is ignored would be ignored by processes that engines start, too.
        // SAFETY: all zeroes are a valid `sigaction`, and the handler does nothing, which is allowed at any time.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = nothing as extern "C" fn(libc::c_int) as usize;
            action.sa_flags = libc::SA_RESTART;
            libc::sigaction(signal, &raw const action, std::ptr::null_mut());
        }
    }
}

/// Makes a panic end the process, as any other crash does: after it, neither engine nor harness is in a known state.
fn die_of_panics() {
    std::panic::set_hook(Box::new(|panic| {
        eprintln!("{panic}");
        std::process::abort();
    }));
}

type Engines = HashMap<String, Result<Box<dyn Engine>, engine::Error>>;

/// Runs one script. A job that makes no sense is a fault of the supervisor, and is refused.
fn work(job: &str, engines: &mut Engines, voice: &Voice) {
    let job: Job<'_> = match serde_json::from_str(job) {
        Ok(job) => job,
        Err(error) => return voice.say(&Event::Refused(format!("not a job: {error}"))),
    };
    let engine = engines.entry(job.engine.to_string()).or_insert_with(|| engine::find(&job.engine));
    if let Some(runner) = engine.as_ref().ok().and_then(|engine| engine.runner()) {
        // It has a parser of its own.
        return whole(&job, runner, voice);
    }
    let malformed = |error: Malformed| voice.say(&Event::Malformed { line: error.line, what: error.what });
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
    voice.say(&Event::Plan(script.directives()));
    match session {
        Ok(session) => {
            let todo =
                Todo { judged: job.judged.iter().copied().collect(), deadly: job.deadly.iter().copied().collect() };
            run(&mut script, session, &Context { features, todo: &todo, sink: voice });
        }
        Err(error) => voice.say(&Event::Refused(error)),
    }
}

/// Runs a script with an engine that takes whole ones: a single directive, as far as anybody can see.
fn whole(job: &Job<'_>, runner: &dyn ScriptRunner, voice: &Voice) {
    voice.say(&Event::Plan(vec![Directive { line: 1, kind: crate::task::SCRIPT.into() }]));
    if job.judged.contains(&0) || job.deadly.contains(&0) {
        return;
    }
    voice.begin(0, "");
    let started = Instant::now();
    let features = WasmFeatures::from_bits_truncate(job.features);
    let verdict = runner.run(&job.mode, &WholeScript { file: &job.file, source: &job.source, features });
    voice.end(0, verdict, u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX));
}
