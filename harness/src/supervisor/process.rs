//! A worker process, from the supervisor's side.

use super::task_state::WorkerDeath;
use crate::escape::write_line;
use crate::model::Outcome;
use crate::protocol::{Event, Job};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

/// Bytes that are kept of a worker's output on standard error.
const KEPT: usize = 4096;

/// Capacity of the pipe of standard error, in bytes.
const PIPE: usize = 1 << 16;

/// A running worker.
pub(super) struct Process {
    child: Child,
    jobs: Sender<Vec<u8>>,
    stdout: ChildStdout,
    stderr: ChildStderr,
    /// The beginning of a line on standard output that has not ended.
    rest: Vec<u8>,
    /// The last bytes on standard error since the last directive began.
    printed: Vec<u8>,
    /// The memory limit in MiB, if the worker has exceeded it.
    memory: Option<u64>,
    /// Whether standard error is shown.
    show: bool,
    /// The beginning of a line that has not been shown.
    unshown: Vec<u8>,
}

/// The messages that a read received.
#[derive(Default)]
pub(super) struct Received {
    /// The events.
    pub(super) events: Vec<Event>,
    /// Whether the worker has closed its output.
    pub(super) ended: bool,
}

impl Process {
    /// Starts a worker with a memory limit in MiB. `show` shows its output on standard error.
    pub(super) fn spawn(memory: u64, show: bool) -> io::Result<Self> {
        let mut child = Command::new(program()?)
            .arg0("wassay")
            .args(["worker", "--memory", &memory.to_string()])
            .args(show.then_some("--no-capture"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C is for the supervisor; a worker that it ends would look like a crash.
            .process_group(0)
            .spawn()?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("a worker's pipes are missing"));
        };
        // Room for everything that a worker can write between two reads.
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&stdout, 1 << 20);
        // Jobs are written by a thread of their own, so that a worker that does not read cannot block its supervisor.
        let (jobs, queue) = mpsc::channel::<Vec<u8>>();
        std::thread::Builder::new().name("jobs".to_owned()).spawn(move || {
            for job in queue {
                if stdin.write_all(&job).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self {
            child,
            jobs,
            stdout,
            stderr,
            rest: Vec::new(),
            printed: Vec::new(),
            memory: None,
            show,
            unshown: Vec::new(),
        })
    }

    /// Sends a job, which the worker runs after its earlier jobs. Sending to a dead worker is no error.
    pub(super) fn send(&self, job: &Job<'_>) -> io::Result<()> {
        let mut line = serde_json::to_vec(job)?;
        line.push(b'\n');
        let _ = self.jobs.send(line);
        Ok(())
    }

    /// Reads the events that the worker has written. Waits up to `timeout` for the first.
    pub(super) fn receive(&mut self, timeout: Duration) -> io::Result<Received> {
        let mut fds = [PollFd::new(&self.stdout, PollFlags::IN), PollFd::new(&self.stderr, PollFlags::IN)];
        let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&timeout)) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Received::default()),
            Err(error) => return Err(error.into()),
        }
        let [has_events, has_output] = [!fds[0].revents().is_empty(), !fds[1].revents().is_empty()];
        let stale = self.printed.len();
        if has_output {
            self.read_printed();
        }
        let mut received = Received::default();
        if has_events {
            received.ended = !self.read_events(&mut received.events)?;
        }
        if received.events.iter().any(|event| matches!(event, Event::Begin(..))) {
            self.printed.drain(..stale.min(self.printed.len()));
        }
        Ok(received)
    }

    fn read_printed(&mut self) {
        let mut buffer = [0; KEPT];
        if let Ok(length) = self.stderr.read(&mut buffer) {
            self.print(&buffer[..length]);
            let excess = self.printed.len().saturating_sub(KEPT);
            self.printed.drain(..excess);
        }
    }

    fn print(&mut self, bytes: &[u8]) {
        self.printed.extend_from_slice(bytes);
        if self.show {
            self.unshown.extend_from_slice(bytes);
            let last = self.unshown.iter().rposition(|byte| *byte == b'\n').map(|at| at + 1);
            // A line that does not end is shown in pieces.
            let ready = last.or_else(|| (self.unshown.len() > KEPT).then_some(self.unshown.len()));
            self.show(ready.unwrap_or(0));
        }
    }

    /// Shows this many bytes of the output as plain text: an engine must not send escape sequences or workflow commands to
    /// terminals and CI systems.
    fn show(&mut self, length: usize) {
        let ready: Vec<u8> = self.unshown.drain(..length).collect();
        let text = String::from_utf8_lossy(&ready);
        for line in text.strip_suffix('\n').unwrap_or(&text).split('\n').filter(|_| length > 0) {
            // Standard error may be closed.
            let _ = write_line!(&mut io::stderr(), "{}", line.trim_end_matches('\r'));
        }
    }

    fn show_rest(&mut self) {
        self.show(self.unshown.len());
    }

    /// Reads the available events. Returns whether there may be more.
    fn read_events(&mut self, events: &mut Vec<Event>) -> io::Result<bool> {
        let mut buffer = vec![0; 1 << 16];
        let length = self.stdout.read(&mut buffer)?;
        self.rest.extend_from_slice(&buffer[..length]);
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else { return Ok(length > 0) };
        for line in self.rest[..end].split(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Event::Memory(limit)) => self.memory = Some(limit),
                Ok(event) => events.push(event),
                // An engine has overwritten the worker's memory or file descriptors. Its output is no longer of use.
                Err(_) => {
                    self.child.kill()?;
                    break;
                }
            }
        }
        self.rest.drain(..=end);
        Ok(length > 0)
    }

    /// Kills a worker that did not answer in time.
    pub(super) fn time_out(mut self, after: Duration) -> io::Result<WorkerDeath> {
        self.child.kill()?;
        self.child.wait()?;
        self.show_rest();
        Ok(WorkerDeath { outcome: Outcome::Timeout, detail: format!("no answer within {} s", after.as_secs_f64()) })
    }

    /// Collects a dead worker and finds out why it died.
    pub(super) fn reap(mut self) -> io::Result<WorkerDeath> {
        // A worker that has only closed its output is of no use.
        self.child.kill()?;
        let status = self.child.wait()?;
        // Reads what is available and not to the end: a process that the engine started may still have the pipe open.
        for _ in 0..PIPE / KEPT {
            let mut fds = [PollFd::new(&self.stderr, PollFlags::IN)];
            if !poll(&mut fds, Some(&Timespec::default())).is_ok_and(|ready| ready > 0) {
                break;
            }
            self.read_printed();
        }
        self.show_rest();
        let detail = match self.memory {
            Some(limit) => format!("out of memory: it may use {limit} MiB"),
            None => match last_lines(&self.printed) {
                Some(lines) => format!("{}: {lines}", describe(status)),
                None => describe(status),
            },
        };
        Ok(WorkerDeath { outcome: Outcome::Crash, detail })
    }

    /// Kills a worker that is no longer needed.
    pub(super) fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.show_rest();
    }
}

/// Path of this program. It is valid even if the file has been replaced since the program started.
fn program() -> io::Result<PathBuf> {
    let this = PathBuf::from("/proc/self/exe");
    if this.exists() { Ok(this) } else { std::env::current_exe() }
}

/// The last two lines: the location and message of a panic.
fn last_lines(printed: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(printed);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    // Each line is cut, so that a long first line leaves room for the second.
    let mut words: Vec<String> = lines.rev().take(2).map(|line| line.chars().take(200).collect()).collect();
    words.reverse();
    let words = words.join(" ");
    (!words.is_empty()).then_some(words)
}

/// Describes how a process ended: the signal or the exit code.
fn describe(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => match signal {
            libc::SIGABRT => "SIGABRT".to_owned(),
            libc::SIGBUS => "SIGBUS".to_owned(),
            libc::SIGFPE => "SIGFPE".to_owned(),
            libc::SIGILL => "SIGILL".to_owned(),
            libc::SIGINT => "SIGINT".to_owned(),
            libc::SIGKILL => "SIGKILL".to_owned(),
            libc::SIGPIPE => "SIGPIPE".to_owned(),
            libc::SIGSEGV => "SIGSEGV".to_owned(),
            libc::SIGSYS => "SIGSYS".to_owned(),
            libc::SIGTERM => "SIGTERM".to_owned(),
            libc::SIGTRAP => "SIGTRAP".to_owned(),
            other => format!("signal {other}"),
        },
        (None, Some(code)) => format!("exit code {code}"),
        (None, None) => "unknown end".to_owned(),
    }
}
