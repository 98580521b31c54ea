//! Description of a run: time, command line and machine.

use crate::escape;
use std::ffi::OsStr;
use std::fs;
use std::process::Command;
use std::time::Instant;

/// A row of `run.csv`. Its fields are the columns, in order.
#[derive(Clone, Debug)]
pub struct Run {
    /// Name of the run.
    pub run: String,
    /// Time at which it began, in RFC 3339, UTC.
    pub started: String,
    /// Duration, in seconds.
    pub seconds: f64,
    /// Command line, quoted for a shell.
    pub command: String,
    /// Version or commit of the harness.
    pub revision_of_wassay: String,
    /// Version of LLVM; empty if it is not linked.
    pub llvm: String,
    /// Model of the processor.
    pub cpu: String,
    /// Number of hardware threads of the machine.
    pub cores: usize,
    /// Operating system and its version.
    pub os: String,
    /// Version of the kernel.
    pub kernel: String,
    /// Number of workers that ran at the same time.
    pub jobs: usize,
    /// Partition, such as `hash:1/4`; empty for a whole run.
    pub partition: String,
    begun: Instant,
}

impl Run {
    /// Begins a run now, with the time as its name: `20260131T235959Z`.
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
            kernel: output_of("uname", &["-sr"]).unwrap_or_default(),
            jobs,
            partition: String::new(),
            begun: Instant::now(),
        }
    }

    /// Sets the duration. It is called before the report is written.
    pub fn end(&mut self) {
        // Rounded to milliseconds for readability.
        self.seconds = (self.begun.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    }
}

/// Quotes a word for a shell. Words with unprintable characters or invalid UTF-8 get the form `$'\n\xff'` of POSIX
/// 2024.
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

/// Returns the model of the processor.
fn cpu() -> Option<String> {
    let brand = || output_of("sysctl", &["-n", "machdep.cpu.brand_string"]);
    let Ok(text) = fs::read_to_string("/proc/cpuinfo") else { return brand() };
    // On Arm, `/proc/cpuinfo` has no model name, but `lscpu` derives one.
    let named = value(&text, "model name", ':');
    named.or_else(|| value(&output_of("lscpu", &[])?, "Model name", ':'))
}

/// Returns the name and version of the operating system.
fn os() -> Option<String> {
    match fs::read_to_string("/etc/os-release") {
        Ok(text) => value(&text, "PRETTY_NAME", '='),
        Err(_) => Some(format!("macOS {}", output_of("sw_vers", &["-productVersion"])?)),
    }
}

/// Finds the value of a key in lines of key and value.
fn value(text: &str, name: &str, separator: char) -> Option<String> {
    let mut pairs = text.lines().filter_map(|line| line.split_once(separator));
    let (_, value) = pairs.find(|(key, _)| key.trim() == name)?;
    Some(value.trim().trim_matches('"').to_owned())
}

/// Returns the trimmed output of a program, if it succeeds and prints anything.
fn output_of(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|o| o.status.success())?;
    let output = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    (!output.is_empty()).then_some(output)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_run_describes_its_machine() {
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
