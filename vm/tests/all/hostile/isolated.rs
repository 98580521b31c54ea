//! Test cases in child processes: the test binary starts itself again with the name of one case.

use std::fs::File;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Environment variable of a child: the name of its case.
const CASE: &str = "WASSAY_HOSTILE_CASE";

/// Limits of a case.
#[derive(Clone, Copy)]
pub(crate) struct Bounds {
    /// Peak of resident memory, in MiB.
    pub(crate) mib: u64,
    /// Time in seconds. It only distinguishes slow from endless, as tests run unoptimised on slow and busy machines.
    pub(crate) seconds: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self { mib: 768, seconds: 300 }
    }
}

/// How a child ended.
pub(crate) enum End {
    /// It exited.
    Exit(ExitStatus),
    /// It was killed, as it used more memory than allowed: the peak in MiB.
    Memory(u64),
    /// It was killed, as it took longer than allowed.
    Time,
}

/// Checks whether this process is the child that runs the case.
pub(crate) fn is_child(case: &str) -> bool {
    std::env::var(CASE).is_ok_and(|name| name == case)
}

/// Runs a case of this test binary in a child process. Returns how the child ended, and its output.
pub(crate) fn run_child(case: &str, environment: &[(&str, String)], bounds: Bounds) -> (End, String) {
    let mut output = tempfile::tempfile().expect("failed to make a file");
    let handle = |file: &File| Stdio::from(file.try_clone().expect("failed to duplicate a file handle"));
    let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
        .args([case, "--exact", "--nocapture"])
        .env(CASE, case)
        .env("RUST_BACKTRACE", "1")
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(handle(&output))
        .stderr(handle(&output))
        .spawn()
        .expect("failed to start this program again");
    let end = supervise(&mut child, bounds);
    let mut text = Vec::new();
    // The child wrote through the same file description, so the position is at the end of its output.
    std::io::Seek::rewind(&mut output).and_then(|()| output.read_to_end(&mut text)).expect("failed to read its output");
    (end, String::from_utf8_lossy(&text).into_owned())
}

fn supervise(child: &mut Child, bounds: Bounds) -> End {
    let start = Instant::now();
    loop {
        let peak = peak_mib(child.id());
        if let Some(status) = child.try_wait().expect("failed to wait for a child of ours") {
            return End::Exit(status);
        }
        let end = match peak {
            Some(mib) if mib > bounds.mib => End::Memory(mib),
            _ if start.elapsed().as_secs() >= bounds.seconds => End::Time,
            _ => {
                std::thread::sleep(Duration::from_millis(5));
                continue;
            }
        };
        // An error only says that the child has ended meanwhile.
        let _ = child.kill();
        child.wait().expect("failed to wait for a child of ours");
        return end;
    }
}

/// Returns the peak of resident memory of a process in MiB, where the system tells it (Linux).
pub(crate) fn peak_mib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
}

/// Runs `body` in a child process, and fails if that crashes, panics or exceeds its limits.
pub(crate) fn isolated(case: &str, bounds: Bounds, body: impl FnOnce() + Send) {
    if is_child(case) {
        // The stack has the smallest usual size, which does not depend on the test runner.
        std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, body);
            thread.expect("failed to start a thread").join().expect("the case panicked");
        });
        if let Some(mib) = peak_mib(std::process::id()) {
            println!("peak of resident memory: {mib} MiB");
            // The child checks its peak too, as the parent can miss a peak between two samples.
            assert!(mib <= bounds.mib, "{mib} MiB of memory used, {} are allowed", bounds.mib);
        }
        return;
    }
    let start = Instant::now();
    let (end, output) = run_child(case, &[], bounds);
    let tail = output.char_indices().rev().nth(4000).map_or(&*output, |(at, _)| &output[at..]);
    match end {
        End::Exit(status) if status.success() => println!("{case}: {:.1?}\n{tail}", start.elapsed()),
        End::Exit(status) => panic!("{case} ended with {status}:\n{tail}"),
        End::Memory(mib) => panic!("{case} was killed at {mib} MiB of memory:\n{tail}"),
        End::Time => panic!("{case} was killed after {} seconds:\n{tail}", bounds.seconds),
    }
}

/// Defines tests that run in child processes: `hostile! { fn name() { ... } }`, or `fn name() within bounds => { ... }`.
macro_rules! hostile {
    ($($(#[$meta:meta])* fn $name:ident() $(within $bounds:expr =>)? $body:block)*) => {$(
        $(#[$meta])*
        #[test]
        fn $name() {
            // The test runner's name of a test does not begin with the crate.
            let path = concat!(module_path!(), "::", stringify!($name));
            let (_, case) = path.split_once("::").expect("a path in a crate");
            #[allow(unused_mut, unused_assignments, reason = "only some cases have bounds of their own")]
            let mut bounds = crate::hostile::isolated::Bounds::default();
            $(bounds = $bounds;)?
            crate::hostile::isolated::isolated(case, bounds, || $body);
        }
    )*};
}
pub(crate) use hostile;
