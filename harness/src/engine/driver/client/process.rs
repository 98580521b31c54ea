//! A running driver: requests go in, answers come out, and one that makes no sense takes its worker along.

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

/// Longest answer, in bytes. A call has 1,000 results at most.
const LONGEST: usize = 1 << 20;

/// How long a driver may take to introduce itself. Nobody watches over it then; what takes too long later, the supervisor
/// ends.
const PATIENCE: Duration = Duration::from_secs(15);

/// A running driver.
pub(super) struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
    /// Number of the next request.
    next: u64,
    features: ProbeResults,
}

impl Process {
    /// Starts a driver, only to hear how it introduces itself. Whoever asks may be no worker but what a person or a CI
    /// system looks at, so that what the driver prints is shown as text.
    pub(super) fn introduce(command: &[String]) -> Result<Hello, String> {
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
        // Not waited for: a process that the driver started may have its end open still.
        let _ = std::thread::Builder::new().name("printed".to_owned()).spawn(show);
        hello
    }

    /// Starts a driver, which prints there what it has to say beside answers, and lets it introduce itself.
    pub(super) fn start(command: &[String], printed: Stdio) -> Result<(Self, Hello), String> {
        let (program, args) = command.split_first().ok_or("it has no command")?;
        let mut command = Command::new(program);
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(printed);
        // SAFETY: between fork and exec only a system call is made. A driver in an endless loop reads no end of input.
        unsafe { command.pre_exec(|| Ok(set_parent_process_death_signal(Some(Signal::KILL))?)) };
        let mut child = command.spawn().map_err(|error| format!("`{program}` can't be started: {error}"))?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err("its pipes are missing".to_owned());
        };
        let answers = BufReader::new(answers);
        let mut process = Self { child, requests, answers, next: 0, features: ProbeResults::default() };
        let deadline = Instant::now() + PATIENCE;
        let (id, line) = process
            .exchange(&Request::Hello { protocol: protocol::VERSION }, Some(deadline))
            .map_err(|error| format!("`{program}` does not answer: {error}"))?;
        let hello = protocol::decode_hello(&line, id);
        hello.map(|hello| (process, hello)).map_err(|why| format!("`{program}` answers `{}`: {why}", shorten(&line)))
    }

    /// Makes a request and reads a line; gives it with the number that the answer has to have.
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
            let heard = self.answers.fill_buf()?;
            let end = heard.iter().position(|byte| *byte == b'\n');
            answer.extend_from_slice(&heard[..end.unwrap_or(heard.len())]);
            let (silent, heard) = (heard.is_empty(), end.map_or(heard.len(), |end| end + 1));
            self.answers.consume(heard);
            let text = || shorten(&String::from_utf8_lossy(&answer));
            match end {
                Some(_) => return String::from_utf8(answer).map(|answer| (id, answer)).map_err(io::Error::other),
                None if silent && answer.is_empty() => return Err(io::Error::other("it died")),
                None if silent => return Err(io::Error::other(format!("it died in the middle of `{}`", text()))),
                None if answer.len() >= LONGEST => return Err(io::Error::other("an answer without an end")),
                None => {}
            }
        }
    }

    /// Waits until there is something to read.
    fn wait(&self, deadline: Option<Instant>) -> io::Result<()> {
        let Some(deadline) = deadline else { return Ok(()) };
        let left = deadline.saturating_duration_since(Instant::now());
        let left = Timespec::try_from(left).map_err(io::Error::other)?;
        match poll(&mut [PollFd::new(self.answers.get_ref(), PollFlags::IN)], Some(&left)) {
            Ok(0) => Err(io::Error::other(format!("nothing within {} s", PATIENCE.as_secs()))),
            // Interrupted, it may read too early and wait there; that is as rare as it is harmless.
            Ok(_) | Err(rustix::io::Errno::INTR) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Asks, and does not come back if there is no answer that makes sense: a worker whose driver is lost is lost itself.
    pub(super) fn ask<T: DeserializeOwned>(&mut self, request: &Request<'_>) -> SessionResult<T> {
        let (id, line) = self.exchange(request, None).unwrap_or_else(|error| self.give_up(&error.to_string()));
        protocol::decode_answer(&line, id)
            .unwrap_or_else(|why| self.give_up(&format!("it answers `{}`: {why}", shorten(&line))))
    }

    /// As [`Process::ask`], about a module: one that is rejected because the engine lacks a feature is not invalid.
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
        let mut known = std::mem::take(&mut self.features);
        let lacks = known.first_missing(&needed, |probe| {
            self.ask::<IgnoredAny>(&Request::Validate { wasm: Binary(probe.into()) }).is_ok()
        });
        self.features = known;
        Err(match lacks {
            Some(feature) => SessionError::Unsupported { feature: feature.replace('_', "-"), what: invalid },
            None => SessionError::Invalid(invalid),
        })
    }

    /// Ends the driver and this process.
    pub(super) fn give_up(&mut self, why: &str) -> ! {
        let _ = self.child.kill();
        let status = self.child.wait().map_or_else(|error| error.to_string(), |status| status.to_string());
        // On a line of its own, whatever the driver printed there.
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
