//! What is known of a run: when, with what command, on which machine.

use crate::escape;
use std::ffi::OsStr;
use std::fs;
use std::process::Command;
use std::time::Instant;

/// The row of `run.csv`. Fields are columns, in order.
#[derive(Clone, Debug)]
pub struct Run {
    /// Name of the run.
    pub run: String,
    /// When it began, RFC 3339, UTC.
    pub started: String,
    /// How long it took.
    pub seconds: f64,
    /// What was called, quoted for a shell.
    pub command: String,
    /// Version or commit of the harness.
    pub revision_of_wassay: String,
    /// Version of LLVM; empty when none is linked.
    pub llvm: String,
    /// Model of the processor.
    pub cpu: String,
    /// How many threads the machine runs at once.
    pub cores: usize,
    /// Operating system and its version.
    pub os: String,
    /// Version of the kernel.
    pub kernel: String,
    /// How many jobs ran at once.
    pub jobs: usize,
    /// Which part of a whole it is; empty if it is all of it.
    pub partition: String,
    begun: Instant,
}

impl Run {
    /// A run that begins now, named after the time: `20260131T235959Z`.
    #[must_use]
    pub fn begin<S: AsRef<OsStr>>(command: &[S], llvm: &str, jobs: usize) -> Self {
        let now = jiff::Timestamp::now();
        Self {
            run: now.strftime("%Y%m%dT%H%M%SZ").to_string(),
            started: now.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            seconds: 0.0,
            command: command.iter().map(|word| quoted(word.as_ref())).collect::<Vec<_>>().join(" "),
            revision_of_wassay: env!("WASSAY_REVISION").to_owned(),
            llvm: llvm.to_owned(),
            cpu: cpu().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            os: os().unwrap_or_else(|| std::env::consts::OS.to_owned()),
            kernel: said_by("uname", &["-sr"]).unwrap_or_default(),
            jobs,
            partition: String::new(),
            begun: Instant::now(),
        }
    }

    /// Takes the time: call it when all is done but writing.
    pub fn end(&mut self) {
        // Milliseconds are enough, and read better.
        self.seconds = (self.begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    }
}

/// A word as a shell would need it: what is not visible, or not UTF-8, in the form `$'\n\xff'` of POSIX of 2024.
fn quoted(word: &OsStr) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,+@%".contains(c);
    let text = word.to_str().filter(|text| text.chars().all(escape::is_printable));
    match text {
        Some(text) if !text.is_empty() && text.chars().all(plain) => text.to_owned(),
        Some(text) => format!("'{}'", text.replace('\'', r"'\''")),
        None => {
            let byte = |byte: &u8| match byte {
                b'\'' | b'\\' => format!("\\{}", char::from(*byte)),
                b' '..=b'~' => char::from(*byte).to_string(),
                byte => format!("\\x{byte:02x}"),
            };
            format!("$'{}'", word.as_encoded_bytes().iter().map(byte).collect::<String>())
        }
    }
}

fn cpu() -> Option<String> {
    let said = || said_by("sysctl", &["-n", "machdep.cpu.brand_string"]);
    let Ok(text) = fs::read_to_string("/proc/cpuinfo") else { return said() };
    // Arm kernels name no model, `lscpu` works it out.
    let named = value(&text, "model name", ':');
    named.or_else(|| value(&said_by("lscpu", &[])?, "Model name", ':'))
}

fn os() -> Option<String> {
    match fs::read_to_string("/etc/os-release") {
        Ok(text) => value(&text, "PRETTY_NAME", '='),
        Err(_) => Some(format!("macOS {}", said_by("sw_vers", &["-productVersion"])?)),
    }
}

fn value(text: &str, name: &str, separator: char) -> Option<String> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(separator));
    let (_, value) = pairs.find(|(key, _)| key.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}

fn said_by(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|o| o.status.success())?;
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!said.is_empty()).then_some(said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_run_knows_its_machine() {
        let mut run = Run::begin(&["wassay", "test", "simd_*.wast"], "22.1.0", 2);
        run.end();
        assert_eq!(run.command, "wassay test 'simd_*.wast'");
        assert!(run.started.ends_with('Z') && run.started.len() == 20, "{}", run.started);
        assert!(run.cores >= 1 && !run.cpu.is_empty() && !run.os.is_empty());
        assert!(run.revision_of_wassay.starts_with(env!("CARGO_PKG_VERSION")));
    }

    #[test]
    fn words_are_quoted() {
        for (word, shown) in [
            (&b""[..], "''"),
            (b"a b", "'a b'"),
            (b"it's", r"'it'\''s'"),
            (b"a\n'\\\x1b", r"$'a\x0a\'\\\x1b'"),
            (b"\xff", r"$'\xff'"),
        ] {
            assert_eq!(quoted(OsStr::from_bytes(word)), shown);
        }
    }
}
