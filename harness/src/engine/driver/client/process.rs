//! A running driver process.

use crate::engine::driver::protocol::{self, Binary, Hello, Numbered, Request};
use crate::engine::error::{SessionError, SessionResult};
use crate::escape::write_line;
use crate::features;
use crate::features::probe::ProbeResults;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Signal, set_parent_process_death_signal};
use serde::de::{DeserializeOwned, IgnoredAny};
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use wasmparser::WasmFeatures;

/// Maximum length of an answer, in bytes. A call has at most 1,000 results.
const MAX_ANSWER: usize = 1 << 20;

/// Time limit of the answer to `hello`. The supervisor limits the time of later answers.
const HELLO_TIMEOUT: Duration = Duration::from_secs(15);

/// A running driver.
pub(super) struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Number of the next request.
    next: u64,
    probes: ProbeResults,
}

impl Process {
    /// Starts a driver for its answer to `hello`, and ends it. This also happens outside of workers, where standard error is
    /// a terminal or the log of a CI system, so the driver's output is shown as plain text.
    pub(super) fn hello(command: &[String]) -> Result<Hello, String> {
        let (errors, printed) = io::pipe().map_err(|error| error.to_string())?;
        let hello = Self::start(command, printed.into()).map(|(_, hello)| hello);
        let show = || {
            let mut errors = BufReader::new(errors);
            let mut line = Vec::new();
            while errors.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
                let text = String::from_utf8_lossy(&line);
                let _ = write_line!(&mut io::stderr(), "{}", text.trim_end_matches(['\r', '\n']));
                line.clear();
            }
        };
        // This thread is not joined: a process that the driver started may keep the pipe open.
        let _ = std::thread::Builder::new().name("printed".to_owned()).spawn(show);
        hello
    }

    /// Starts a driver, whose standard error goes to `printed`, and sends it `hello`.
    pub(super) fn start(command: &[String], printed: Stdio) -> Result<(Self, Hello), String> {
        let (program, args) = command.split_first().ok_or("it has no command")?;
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(printed);
        // A driver in an endless loop does not notice the end of its input, so the kernel kills it with its parent.
        // SAFETY: between fork and exec the closure makes one system call and does nothing else.
        unsafe { command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?)) };
        let mut child = command.spawn().map_err(|error| format!("`{program}` can't be started: {error}"))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("its pipes are missing".to_owned());
        };
        let answers = BufReader::new(answers);
        let mut process = Self { child, requests, answers, next: 0, probes: ProbeResults::default() };
        let deadline = Instant::now() + HELLO_TIMEOUT;
        let (id, line) = process
            .exchange(&Request::Hello { protocol: protocol::VERSION }, Some(deadline))
            .map_err(|error| format!("`{program}` does not answer: {error}"))?;
        let hello = protocol::decode_hello(&line, id);
        hello.map(|hello| (process, hello)).map_err(|why| format!("`{program}` answers `{}`: {why}", shorten(&line)))
    }

    /// Sends a request and reads a line. Returns the line, and the number that it must repeat.
    fn exchange(&mut self, request: &Request<'_>, deadline: Option<Instant>) -> io::Result<(u64, String)> {
        let id = self.next;
        self.next += 1;
        let mut line = serde_json::to_vec(&Numbered { id, request })?;
        line.push(b'\n');
        self.requests.write_all(&line).map_err(|error| match error.kind() {
            io::ErrorKind::BrokenPipe => io::Error::other("it died, or does not listen any more"),
            _ => error,
        })?;
        let mut answer = Vec::new();
        loop {
            if self.answers.buffer().is_empty() {
                self.wait(deadline)?;
            }
            let received = self.answers.fill_buf()?;
            let end = received.iter().position(|byte| *byte == b'\n');
            answer.extend_from_slice(&received[..end.unwrap_or(received.len())]);
            let (closed, length) = (received.is_empty(), end.map_or(received.len(), |end| end + 1));
            self.answers.consume(length);
            let text = || shorten(&String::from_utf8_lossy(&answer));
            match end {
                Some(_) => return String::from_utf8(answer).map(|answer| (id, answer)).map_err(io::Error::other),
                None if closed && answer.is_empty() => return Err(io::Error::other("it died")),
                None if closed => return Err(io::Error::other(format!("it died in the middle of `{}`", text()))),
                None if answer.len() >= MAX_ANSWER => return Err(io::Error::other("an answer without an end")),
                None => {}
            }
        }
    }

    /// Waits until there is something to read, or fails at the deadline.
    fn wait(&self, deadline: Option<Instant>) -> io::Result<()> {
        let Some(deadline) = deadline else { return Ok(()) };
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(self.answers.get_ref(), PollFlags::IN)], Some(&left)) {
            Ok(0) => Err(io::Error::other(format!("nothing within {} s", HELLO_TIMEOUT.as_secs()))),
            // After an interruption the read may block without a deadline. That is rare and harmless.
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Sends a request and decodes the answer. If there is no valid answer, aborts this worker together with the driver.
    pub(super) fn ask<T: DeserializeOwned>(&mut self, request: &Request<'_>) -> SessionResult<T> {
        let (id, line) = self.exchange(request, None).unwrap_or_else(|error| self.abort(&error.to_string()));
        protocol::decode_answer(&line, id)
            .unwrap_or_else(|why| self.abort(&format!("it answers `{}`: {why}", shorten(&line))))
    }

    /// Sends a request about a module. If the engine rejects the module for the lack of a feature, the error is
    /// [`SessionError::Unsupported`] and not [`SessionError::Invalid`].
    pub(super) fn ask_about<T: DeserializeOwned>(
        &mut self,
        wasm: &[u8],
        request: &Request<'_>,
        features: WasmFeatures,
    ) -> SessionResult<T> {
        let invalid = match self.ask(request) {
            Err(SessionError::Invalid(message)) => message,
            done => return done,
        };
        let Some(needed) = features::required(wasm, features) else { return Err(SessionError::Invalid(invalid)) };
        let mut probes = std::mem::take(&mut self.probes);
        let missing = probes.first_missing(&needed, |probe| {
            self.ask::<IgnoredAny>(&Request::Validate { wasm: Binary(probe.into()) }).is_ok()
        });
        self.probes = probes;
        Err(match missing {
            Some(feature) => SessionError::Unsupported { feature: feature.replace('_', "-"), what: invalid },
            None => SessionError::Invalid(invalid),
        })
    }

    /// Kills the driver and aborts this process.
    pub(super) fn abort(&mut self, why: &str) -> ! {
        let _ = self.child.kill();
        let status = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        // Begins with a line break, because the driver may have printed part of a line.
        eprintln!("\nthe driver: {why} ({status})");
        std::process::abort()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(120).collect()
}
