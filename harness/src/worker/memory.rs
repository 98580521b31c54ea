//! Ends a worker that uses too much memory, before the machine suffers.
//!
//! A limit on address space would not do: engines reserve gigabytes of it that they never touch. A limit on data would
//! make honest `memory.grow`s fail. What counts is what is resident.

use std::io;
use std::time::Duration;

/// How often to look. At a gigabyte a second, which is what a page fault for each page allows, a worker exceeds the
/// limit by ten megabytes.
const INTERVAL: Duration = Duration::from_millis(10);

/// Ends the process when it uses more than `limit` MiB, after telling so.
pub(super) fn watch(limit: u64, tell: impl Fn() + Send + 'static) -> io::Result<()> {
    let mut resident = Resident::new()?;
    prefer_as_victim();
    std::thread::Builder::new().name("memory".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(INTERVAL);
            if resident.bytes() >> 20 > limit {
                tell();
                std::process::abort();
            }
        }
    })?;
    Ok(())
}

/// Asks Linux to take a worker, not the supervisor, should memory run out all the same.
fn prefer_as_victim() {
    #[cfg(target_os = "linux")]
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

#[cfg(target_os = "linux")]
struct Resident {
    statm: std::fs::File,
    page: u64,
}

#[cfg(target_os = "linux")]
impl Resident {
    fn new() -> io::Result<Self> {
        Ok(Self { statm: std::fs::File::open("/proc/self/statm")?, page: rustix::param::page_size() as u64 })
    }

    /// What is resident now; 0 if Linux does not say.
    fn bytes(&mut self) -> u64 {
        use std::os::unix::fs::FileExt;
        let mut text = [0; 128];
        let length = self.statm.read_at(&mut text, 0).unwrap_or(0);
        let text = std::str::from_utf8(&text[..length]).unwrap_or("");
        let pages: u64 = text.split(' ').nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0);
        pages * self.page
    }
}

#[cfg(not(target_os = "linux"))]
struct Resident;

#[cfg(not(target_os = "linux"))]
impl Resident {
    #[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
    fn new() -> io::Result<Self> {
        Ok(Self)
    }

    /// The most that was ever resident: elsewhere the present figure has no portable name.
    fn bytes(&mut self) -> u64 {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: the pointer is to a whole `rusage`, of which every bit pattern, zeros included, is one.
        let usage = unsafe {
            libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
            usage.assume_init()
        };
        let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
        u64::try_from(usage.ru_maxrss).unwrap_or(0) * unit
    }
}
