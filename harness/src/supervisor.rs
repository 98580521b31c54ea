//! The supervisor: gives tasks to worker processes, watches over them, and tells the recorder what comes of each
//! directive. It is here that a crash, a hang or a flood of memory becomes a row.
//!
//! One thread for each worker. A worker is given the next script before it has done the last, so that it never waits;
//! and its supervisor naps between two looks, so that a worker's `write`s do not have to wake anyone: with tens of
//! thousands of events a second, waking would cost more than all the rest.

mod attempt;
mod process;

use crate::protocol::{Event, Job};
use crate::task::{Judged, Task};
use attempt::Attempt;
use process::Process;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use thiserror::Error;

/// Between two looks at a worker that has much to say.
const NAP: Duration = Duration::from_millis(2);

/// Longest wait for a worker that has nothing to say: how long Ctrl-C may take.
const LOOK: Duration = Duration::from_millis(50);

/// Most scripts that a worker is given at once.
const DEPTH: usize = 4;

/// How much longer than a directive a script may take that runs as a whole.
const WHOLE: u32 = 6;

/// The machine does not let workers run.
#[derive(Debug, Error)]
#[error("no worker can be run: {0}")]
pub struct Error(#[from] io::Error);

/// How to run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// How many workers at once.
    pub jobs: usize,
    /// How long a directive may take.
    pub timeout: Duration,
    /// How much memory a worker may use, in MiB.
    pub memory: u64,
    /// Whether what engines print is shown.
    pub show: bool,
}

/// What the recorder hears.
#[derive(Debug)]
pub enum News {
    /// These directives of a task, which goes by its index, have been judged.
    Judged(usize, Vec<Judged>),
    /// All directives of a task have been judged.
    Finished(usize),
}

/// Tasks that nobody has taken yet.
struct Pool<'a> {
    tasks: &'a [Task<'a>],
    left: VecDeque<usize>,
    weight: u64,
}

impl Pool<'_> {
    /// The next task for a worker that has `queued` tasks of some weight left. More than one only where it is little
    /// in comparison to all that is left, or the others would be idle in the end.
    fn take(&mut self, queued: usize, weight: u64, jobs: usize) -> Option<usize> {
        let next = *self.left.front()?;
        let heavy = (weight + self.tasks[next].weight) * 4 * jobs as u64 > self.weight;
        if queued > 0 && (queued >= DEPTH || heavy) {
            return None;
        }
        self.weight -= self.tasks[next].weight;
        self.left.pop_front()
    }
}

/// Runs the tasks with these indices, in this order, until all are done or `stop` is set.
///
/// # Errors
///
/// When workers cannot be started or talked to. What happens to a worker afterwards is a row, not an error.
pub fn run(
    tasks: &[Task<'_>],
    order: Vec<usize>,
    settings: Settings,
    stop: &AtomicBool,
    news: &Sender<News>,
) -> Result<(), Error> {
    let weight = order.iter().map(|index| tasks[*index].weight).sum();
    let scripts = order.len();
    let pool = Mutex::new(Pool { tasks, left: order.into(), weight });
    std::thread::scope(|scope| {
        let supervise = || {
            let mut post = Post { tasks, pool: &pool, settings, stop, news, worker: None, queue: VecDeque::new() };
            let result = post.run();
            if let Some(worker) = post.worker.take() {
                worker.dismiss();
            }
            if result.is_err() {
                stop.store(true, Ordering::Relaxed);
            }
            result
        };
        // More would have nothing to do.
        let posts = settings.jobs.min(scripts);
        let posts = (0..posts).map(|_| std::thread::Builder::new().spawn_scoped(scope, supervise));
        // All of them, before the first error is looked at: the machine may have no room for so many threads.
        let posts: Vec<_> = posts.collect();
        if posts.iter().any(Result::is_err) {
            stop.store(true, Ordering::Relaxed);
        }
        let ended = posts.into_iter().map(|post| {
            let post = post.map_err(Error::from)?;
            post.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        });
        ended.collect::<Vec<_>>().into_iter().collect()
    })
}

/// One worker's place, whichever process fills it.
struct Post<'a> {
    tasks: &'a [Task<'a>],
    pool: &'a Mutex<Pool<'a>>,
    settings: Settings,
    stop: &'a AtomicBool,
    news: &'a Sender<News>,
    worker: Option<Process>,
    /// Tasks that the worker has been given; it is at the first.
    queue: VecDeque<(usize, Attempt)>,
}

impl Post<'_> {
    fn run(&mut self) -> Result<(), Error> {
        let mut heard_at = Instant::now();
        while !self.stop.load(Ordering::Relaxed) {
            let idle = self.queue.is_empty();
            self.refill()?;
            if self.queue.is_empty() {
                break;
            }
            let mut worker = match self.worker.take() {
                Some(worker) => worker,
                None => {
                    heard_at = Instant::now();
                    self.hire()?
                }
            };
            if idle {
                heard_at = Instant::now();
            }
            let heard = worker.listen(LOOK.min(self.settings.timeout))?;
            if heard.ended {
                self.hear(heard.events);
                let cause = worker.bury()?;
                self.bury(&cause);
            } else if !heard.events.is_empty() {
                heard_at = Instant::now();
                self.hear(heard.events);
                self.worker = Some(worker);
                std::thread::sleep(NAP);
            } else if heard_at.elapsed() >= self.patience() {
                let cause = worker.time_out(self.patience())?;
                self.bury(&cause);
            } else {
                self.worker = Some(worker);
            }
        }
        Ok(())
    }

    /// How long what runs may take: a script that runs as a whole is many directives.
    fn patience(&self) -> Duration {
        let whole = self.queue.front().is_some_and(|(_, attempt)| attempt.is_whole());
        if whole { self.settings.timeout.saturating_mul(WHOLE) } else { self.settings.timeout }
    }

    /// Takes tasks from the pool, and gives them to the worker if there is one.
    fn refill(&mut self) -> Result<(), Error> {
        loop {
            let weight = self.queue.iter().map(|(index, _)| self.tasks[*index].weight).sum();
            let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(index) = pool.take(self.queue.len(), weight, self.settings.jobs) else { return Ok(()) };
            drop(pool);
            let attempt = Attempt::default();
            if let Some(worker) = &self.worker {
                worker.send(&self.job(index, &attempt))?;
            }
            self.queue.push_back((index, attempt));
        }
    }

    /// Starts a worker and gives it all that is to be done here.
    fn hire(&self) -> Result<Process, Error> {
        let worker = Process::spawn(self.settings.memory, self.settings.show)?;
        for (index, attempt) in &self.queue {
            worker.send(&self.job(*index, attempt))?;
        }
        Ok(worker)
    }

    fn job(&self, index: usize, attempt: &Attempt) -> Job<'_> {
        let task = &self.tasks[index];
        Job {
            engine: Cow::Borrowed(&task.on.engine),
            mode: Cow::Borrowed(&task.on.mode),
            features: task.script.features.bits(),
            judged: attempt.judged(),
            deadly: attempt.deadly(),
            file: Cow::Borrowed(&task.script.file),
            source: Cow::Borrowed(&task.source),
        }
    }

    fn hear(&mut self, events: Vec<Event>) {
        let mut judged = Vec::new();
        for event in events {
            let done = event == Event::Done;
            let Some((index, attempt)) = self.queue.front_mut() else { break };
            judged.extend(attempt.hear(event));
            if done {
                let index = *index;
                self.tell(index, std::mem::take(&mut judged));
                self.finish();
            }
        }
        if let Some((index, _)) = self.queue.front() {
            self.tell(*index, judged);
        }
    }

    fn bury(&mut self, cause: &attempt::Cause) {
        let Some((index, attempt)) = self.queue.front_mut() else { return };
        let index = *index;
        let judged = attempt.bury(cause);
        let finished = attempt.finished();
        self.tell(index, judged);
        if finished {
            self.finish();
        }
    }

    fn finish(&mut self) {
        if let Some((index, _)) = self.queue.pop_front() {
            let _ = self.news.send(News::Finished(index));
        }
    }

    fn tell(&self, index: usize, judged: Vec<Judged>) {
        if !judged.is_empty() {
            // The recorder outlives the supervisor; if it does not, there is nobody to tell.
            let _ = self.news.send(News::Judged(index, judged));
        }
    }
}
