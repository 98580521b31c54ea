//! A worker as its supervisor sees it: a process to talk to, to listen to, and to bury.

use super::attempt::Cause;
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

/// How much of what a worker prints is kept.
const KEPT: usize = 4096;

/// How much of it can wait to be read.
const PIPE: usize = 1 << 16;

/// A running worker.
pub(super) struct Process {
    child: Child,
    jobs: Sender<Vec<u8>>,
    stdout: ChildStdout,
    stderr: ChildStderr,
    /// Read from standard output and not yet a line.
    rest: Vec<u8>,
    /// The end of what was printed since the last directive began.
    printed: Vec<u8>,
    memory: Option<u64>,
    /// Whether what is printed is shown as well.
    show: bool,
    /// What of it is still to be shown: what is no whole line yet.
    unshown: Vec<u8>,
}

/// What there was to hear.
#[derive(Default)]
pub(super) struct Heard {
    /// The events.
    pub(super) events: Vec<Event>,
    /// Whether there will be no more.
    pub(super) ended: bool,
}

impl Process {
    /// Starts a worker that may use so many MiB; what it prints is shown on demand.
    pub(super) fn spawn(memory: u64, show: bool) -> io::Result<Self> {
        let mut child = Command::new(program()?)
            .arg0("wassay")
            .args(["worker", "--memory", &memory.to_string()])
            .args(show.then_some("--no-capture"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // Ctrl-C is for the supervisor: a worker would only look crashed.
            .process_group(0)
            .spawn()?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(io::Error::other("a worker's pipes are missing"));
        };
        // Room for all that a worker can say between two looks.
        #[cfg(target_os = "linux")]
        let _ = rustix::pipe::fcntl_setpipe_size(&stdout, 1 << 20);
        // Written from a thread, lest a worker that does not read blocks its supervisor, who would then not see it.
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

    /// Gives the worker something to do, after what it was given before. To a dead one it makes no difference.
    pub(super) fn send(&self, job: &Job<'_>) -> io::Result<()> {
        let mut line = serde_json::to_vec(job)?;
        line.push(b'\n');
        let _ = self.jobs.send(line);
        Ok(())
    }

    /// Hears what the worker has to say, waiting a while if it is nothing.
    pub(super) fn listen(&mut self, patience: Duration) -> io::Result<Heard> {
        let mut fds = [PollFd::new(&self.stdout, PollFlags::IN), PollFd::new(&self.stderr, PollFlags::IN)];
        let patience = Timespec::try_from(patience).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&patience)) {
            Ok(_) => {}
            Err(rustix::io::Errno::INTR) => return Ok(Heard::default()),
            Err(error) => return Err(error.into()),
        }
        let [speaks, prints] = [!fds[0].revents().is_empty(), !fds[1].revents().is_empty()];
        let stale = self.printed.len();
        if prints {
            self.read_printed();
        }
        let mut heard = Heard::default();
        if speaks {
            heard.ended = !self.read_events(&mut heard.events)?;
        }
        if heard.events.iter().any(|event| matches!(event, Event::Begin(..))) {
            self.printed.drain(..stale.min(self.printed.len()));
        }
        Ok(heard)
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

    /// Shows so much of what was printed, as text: an engine has nothing to say to terminals and CI systems.
    fn show(&mut self, length: usize) {
        let ready: Vec<u8> = self.unshown.drain(..length).collect();
        let text = String::from_utf8_lossy(&ready);
        for line in text.strip_suffix('\n').unwrap_or(&text).split('\n').filter(|_| length > 0) {
            // Nobody may be looking.
            let _ = write_line!(&mut io::stderr(), "{}", line.trim_end_matches('\r'));
        }
    }

    fn show_rest(&mut self) {
        self.show(self.unshown.len());
    }

    /// Reads what there is; says whether there may be more.
    fn read_events(&mut self, events: &mut Vec<Event>) -> io::Result<bool> {
        let mut buffer = vec![0; 1 << 16];
        let length = self.stdout.read(&mut buffer)?;
        self.rest.extend_from_slice(&buffer[..length]);
        let Some(end) = self.rest.iter().rposition(|byte| *byte == b'\n') else { return Ok(length > 0) };
        for line in self.rest[..end].split(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Event::Memory(limit)) => self.memory = Some(limit),
                Ok(event) => events.push(event),
                // An engine gone wild has written where the worker's words were. There is no more to learn from it.
                Err(_) => {
                    self.child.kill()?;
                    break;
                }
            }
        }
        self.rest.drain(..=end);
        Ok(length > 0)
    }

    /// Ends a worker that was silent for too long.
    pub(super) fn time_out(mut self, after: Duration) -> io::Result<Cause> {
        self.child.kill()?;
        self.child.wait()?;
        self.show_rest();
        Ok(Cause { outcome: Outcome::Timeout, detail: format!("no answer within {} s", after.as_secs_f64()) })
    }

    /// Learns what a worker died of.
    pub(super) fn bury(mut self) -> io::Result<Cause> {
        // One that only closed its output is as good as dead.
        self.child.kill()?;
        let status = self.child.wait()?;
        // What is there, not to the end: a process that the engine started may have it open still, and go on.
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
            None => match last_words(&self.printed) {
                Some(words) => format!("{}: {words}", describe(status)),
                None => describe(status),
            },
        };
        Ok(Cause { outcome: Outcome::Crash, detail })
    }

    /// Ends a worker that is no longer needed.
    pub(super) fn dismiss(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        self.show_rest();
    }
}

/// This program, even if the file has been replaced since it was started.
fn program() -> io::Result<PathBuf> {
    let this = PathBuf::from("/proc/self/exe");
    if this.exists() { Ok(this) } else { std::env::current_exe() }
}

/// The last two lines: a panic's place and its message.
fn last_words(printed: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(printed);
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    // Each is cut: a first one without an end would leave no room for the other.
    let mut words: Vec<String> = lines.rev().take(2).map(|line| line.chars().take(200).collect()).collect();
    words.reverse();
    let words = words.join(" ");
    (!words.is_empty()).then_some(words)
}

/// Names the signal or the exit code.
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
