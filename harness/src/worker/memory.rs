//! Memory limit of a worker: a thread that ends the process before it exhausts the machine.
//!
//! The limit is on resident memory. A limit on address space would not work, because engines reserve gigabytes that they
//! never touch. A limit on data would make valid `memory.grow`s fail.

use std::io;
use std::time::Duration;

/// Time between two checks. A process that touches a new page each time gets about a gigabyte a second, so it exceeds the
/// limit by ten megabytes at most.
const INTERVAL: Duration = Duration::from_millis(10);

/// Starts the thread, which calls `report` and aborts the process when it uses more than `limit` MiB.
pub(super) fn watch(limit: u64, report: impl Fn() + Send + 'static) -> io::Result<()> {
    let mut resident = Resident::new()?;
    prefer_for_oom_killer();
    std::thread::Builder::new().name("memory".to_owned()).spawn(move || {
        loop {
            std::thread::sleep(INTERVAL);
            if resident.bytes() >> 20 > limit {
                report();
                std::process::abort();
            }
        }
    })?;
    Ok(())
}

/// Asks the OOM killer of Linux to kill a worker and not the supervisor, should memory run out anyway.
fn prefer_for_oom_killer() {
    #[cfg(target_os = "linux")]
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
}

/// Reads how much memory of this process is resident.
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

    /// Bytes that are resident now; 0 if Linux does not tell.
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

    /// The most bytes that were ever resident: the current number is not portably available.
    fn bytes(&mut self) -> u64 {
        let mut usage = std::mem::MaybeUninit::<libc::rusage>::zeroed();
        // SAFETY: the pointer is to a whole `rusage`, for which every bit pattern, zeros included, is valid.
        let usage = unsafe {
            libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
            usage.assume_init()
        };
        let unit = if cfg!(target_vendor = "apple") { 1 } else { 1024 };
        u64::try_from(usage.ru_maxrss).unwrap_or(0) * unit
    }
}
