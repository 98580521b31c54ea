//! The supervisor: gives tasks to worker processes, watches them, and sends the results to the recorder. It turns a crash,
//! a hang or an exceeded memory limit into a row.
//!
//! Each worker has one thread here. A worker gets the next script before it has finished the last, so that it never waits.
//! The thread polls: it sleeps between two reads, so that a worker's `write` does not have to wake it. With tens of
//! thousands of events a second, waking would cost more than everything else.

mod process;
mod task_state;

use crate::protocol::{Event, Job};
use crate::task::{DirectiveResult, Task};
use process::Process;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use task_state::TaskState;
use thiserror::Error;

/// Time between two reads from a worker that writes events.
const POLL_INTERVAL: Duration = Duration::from_millis(2);

/// Longest wait for a worker that writes nothing. Ctrl-C takes effect after this time.
const IDLE_WAIT: Duration = Duration::from_millis(50);

/// Most scripts in the queue of a worker.
const QUEUE_LENGTH: usize = 4;

/// Factor by which the time limit of a whole script is longer than that of a directive.
const WHOLE_SCRIPT_FACTOR: u32 = 6;

/// Workers cannot be started on this machine.
#[derive(Debug, Error)]
#[error("no worker can be run: {0}")]
pub struct Error(#[from] io::Error);

/// Settings of a run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Number of workers.
    pub jobs: usize,
    /// Time limit of a directive.
    pub timeout: Duration,
    /// Memory limit of a worker, in MiB.
    pub memory: u64,
    /// Whether the output of engines is shown.
    pub show: bool,
}

/// A message to the recorder. It identifies a task by its index.
#[derive(Debug)]
pub enum TaskEvent {
    /// These directives of a task have been judged.
    Judged(usize, Vec<DirectiveResult>),
    /// All directives of a task have been judged.
    Finished(usize),
}

/// The tasks that no worker has yet.
struct Pool<'a> {
    tasks: &'a [Task<'a>],
    left: VecDeque<usize>,
    weight: u64,
}

impl Pool<'_> {
    /// Takes the next task for a worker whose queue holds `queued` tasks with this weight. A worker gets more than one task
    /// only while they are small in comparison to all that is left; otherwise the other workers would be idle at the end.
    fn take(&mut self, queued: usize, weight: u64, jobs: usize) -> Option<usize> {
        let next = *self.left.front()?;
        let heavy = (weight + self.tasks[next].weight) * 4 * jobs as u64 > self.weight;
        if queued > 0 && (queued >= QUEUE_LENGTH || heavy) {
            return None;
        }
        self.weight -= self.tasks[next].weight;
        self.left.pop_front()
    }
}

/// Runs the tasks with these indices, in this order, until all have finished or `stop` is set.
///
/// # Errors
///
/// When workers cannot be started, or cannot be written to. The death of a worker is a row, not an error.
pub fn run(
    tasks: &[Task<'_>],
    order: Vec<usize>,
    settings: Settings,
    stop: &AtomicBool,
    events: &Sender<TaskEvent>,
) -> Result<(), Error> {
    let weight = order.iter().map(|index| tasks[*index].weight).sum();
    let scripts = order.len();
    let pool = Mutex::new(Pool { tasks, left: order.into(), weight });
    std::thread::scope(|scope| {
        let supervise = || {
            let mut slot =
                WorkerSlot { tasks, pool: &pool, settings, stop, events, worker: None, queue: VecDeque::new() };
            let result = slot.run();
            if let Some(worker) = slot.worker.take() {
                worker.kill();
            }
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            result
        };
        // More threads would have nothing to do.
        let slots = settings.jobs.min(scripts);
        let threads = (0..slots).map(|_| std::thread::Builder::new().spawn_scoped(scope, supervise));
        // Starts all of them before checking for errors: the machine may not allow so many threads.
        let threads: Vec<_> = threads.collect();
        if threads.iter().any(Result::is_err) {
            stop.store(true, Ordering::Relaxed);
        }
        let ended = threads.into_iter().map(|thread| {
            let thread = thread.map_err(Error::from)?;
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        ended.collect::<Vec<_>>().into_iter().collect()
    })
}

/// A place for one worker. When its process dies, another one takes its place.
struct WorkerSlot<'a> {
    tasks: &'a [Task<'a>],
    pool: &'a Mutex<Pool<'a>>,
    settings: Settings,
    stop: &'a AtomicBool,
    events: &'a Sender<TaskEvent>,
    worker: Option<Process>,
    /// Tasks that the worker has been given. It runs the first.
    queue: VecDeque<(usize, TaskState)>,
}

impl WorkerSlot<'_> {
    fn run(&mut self) -> Result<(), Error> {
        let mut last_event = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            let idle = self.queue.is_empty();
            self.refill()?;
            if self.queue.is_empty() {
                break;
            }
            let mut worker = match self.worker.take() {
                Some(worker) => worker,
                None => {
                    last_event = Instant::now();
                    self.start_worker()?
                }
            };
            if idle {
                last_event = Instant::now();
            }
            let received = worker.receive(IDLE_WAIT.min(self.settings.timeout))?;
            if received.ended {
                self.receive(received.events);
                let death = worker.reap()?;
                self.worker_died(&death);
            } else if !received.events.is_empty() {
                last_event = Instant::now();
                self.receive(received.events);
                self.worker = Some(worker);
                std::thread::sleep(POLL_INTERVAL);
            } else if last_event.elapsed() >= self.time_limit() {
                let death = worker.time_out(self.time_limit())?;
                self.worker_died(&death);
            } else {
                self.worker = Some(worker);
            }
        }
        Ok(())
    }

    /// The time limit of what runs now. A script that runs as a whole is many directives.
    fn time_limit(&self) -> Duration {
        let whole = self.queue.front().is_some_and(|(_, state)| state.is_whole());
        if whole { self.settings.timeout.saturating_mul(WHOLE_SCRIPT_FACTOR) } else { self.settings.timeout }
    }

    /// Fills the queue from the pool, and sends the jobs to the worker if there is one.
    fn refill(&mut self) -> Result<(), Error> {
        loop {
            let weight = self.queue.iter().map(|(index, _)| self.tasks[*index].weight).sum();
            let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(index) = pool.take(self.queue.len(), weight, self.settings.jobs) else { return Ok(()) };
            drop(pool);
            let state = TaskState::default();
            if let Some(worker) = &self.worker {
                worker.send(&self.job(index, &state))?;
            }
            self.queue.push_back((index, state));
        }
    }

    /// Starts a worker and sends it the jobs in the queue.
    fn start_worker(&self) -> Result<Process, Error> {
        let worker = Process::spawn(self.settings.memory, self.settings.show)?;
        for (index, state) in &self.queue {
            worker.send(&self.job(*index, state))?;
        }
        Ok(worker)
    }

    fn job(&self, index: usize, state: &TaskState) -> Job<'_> {
        let task = &self.tasks[index];
        Job {
            engine: Cow::Borrowed(&task.on.engine),
            mode: Cow::Borrowed(&task.on.mode),
            features: task.script.features.bits(),
            judged: state.judged(),
            deadly: state.deadly(),
            file: Cow::Borrowed(&task.script.file),
            source: Cow::Borrowed(&task.source),
        }
    }

    fn receive(&mut self, events: Vec<Event>) {
        let mut judged = Vec::new();
        for event in events {
            let done = event == Event::Done;
            let Some((index, state)) = self.queue.front_mut() else { break };
            judged.extend(state.handle(event));
            if done {
                let index = *index;
                self.send(index, std::mem::take(&mut judged));
                self.finish();
            }
        }
        if let Some((index, _)) = self.queue.front() {
            self.send(*index, judged);
        }
    }

    fn worker_died(&mut self, death: &task_state::WorkerDeath) {
        let Some((index, state)) = self.queue.front_mut() else { return };
        let index = *index;
        let judged = state.worker_died(death);
        let finished = state.finished();
        self.send(index, judged);
        if finished {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Some((index, _)) = self.queue.pop_front() {
            let _ = self.events.send(TaskEvent::Finished(index));
        }
    }

    fn send(&self, index: usize, judged: Vec<DirectiveResult>) {
        if !judged.is_empty() {
            // The recorder outlives the supervisor. If it does not, the message has no receiver.
            let _ = self.events.send(TaskEvent::Judged(index, judged));
        }
    }
}
