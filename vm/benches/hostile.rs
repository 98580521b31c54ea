//! Cost of compiling hostile modules: time, CPU time and memory for each family, size and optimisation level.
//!
//! `cargo bench -p wassay-vm --bench hostile -- [--bytes N,N...] [--levels o0,o3] [--seconds N] [FAMILY...]`
//!
//! Each module is compiled in a process of its own, which is killed after the given number of seconds or at 3 GiB of memory.

#[path = "../tests/all/hostile/families.rs"]
mod families;

use families::{FAMILIES, Family};
use std::io::Read;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wassay_vm::{Config, Engine, Module, OptLevel};

/// Environment variable of the compiling process: path of the module.
const MODULE: &str = "WASSAY_HOSTILE_MODULE";
/// Environment variable of the compiling process: optimisation level.
const LEVEL: &str = "WASSAY_HOSTILE_LEVEL";
/// Resident memory at which a process is killed, in MiB.
const MOST_MIB: u64 = 3 << 10;

fn main() {
    if let Ok(path) = std::env::var(MODULE) {
        return compile(&path, &std::env::var(LEVEL).unwrap_or_default());
    }
    let (mut sizes, mut levels, mut seconds, mut names) =
        (vec![10_000, 100_000], vec!["o0".into(), "o3".into()], 30, Vec::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut list =
            || -> Vec<String> { arguments.next().unwrap_or_default().split(',').map(str::to_owned).collect() };
        match argument.as_str() {
            "--bytes" => sizes = list().iter().map(|n| n.parse().expect("a number of bytes")).collect(),
            "--levels" => levels = list(),
            "--seconds" => seconds = list()[0].parse().expect("a number of seconds"),
            // `cargo bench` adds this argument.
            "--bench" => {}
            name => names.push(name.to_owned()),
        }
    }
    println!("{:24}{:>9} {:>9} level {:>8} {:>8} {:>7}  end", "family", "count", "bytes", "seconds", "CPU", "MiB");
    for family in FAMILIES.iter().filter(|f| names.is_empty() || names.iter().any(|name| name == f.name)) {
        for &bytes in &sizes {
            measure(family, bytes, &levels, Duration::from_secs(seconds));
        }
    }
}

fn measure(family: &Family, bytes: usize, levels: &[String], most: Duration) {
    let (module, count) = family.of_size(bytes);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &module).expect("a written file");
    for level in levels {
        let start = Instant::now();
        let mut child = Command::new(std::env::current_exe().expect("this program has a path"))
            .env(MODULE, file.path())
            .env(LEVEL, level)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this program starts again");
        let end = loop {
            if let Some(status) = child.try_wait().expect("a child of ours") {
                break if status.success() { None } else { Some(status.to_string()) };
            }
            let why = match peak_mib(child.id()) {
                Some(mib) if mib > MOST_MIB => "too much memory",
                _ if start.elapsed() > most => "too much time",
                _ => {
                    std::thread::sleep(Duration::from_millis(5));
                    continue;
                }
            };
            // An error means that the process has ended meanwhile.
            let _ = child.kill();
            let _ = child.wait();
            break Some(why.into());
        };
        let mut output = String::new();
        child.stdout.take().expect("a pipe").read_to_string(&mut output).expect("text");
        let end = end.unwrap_or_else(|| output.trim_end().to_owned());
        println!(
            "{:24}{count:>9} {:>9} {level:5} {:>8.2} {end}",
            family.name,
            module.len(),
            start.elapsed().as_secs_f64()
        );
    }
}

/// Compiles the module in a file, and prints CPU time and memory.
fn compile(path: &str, level: &str) {
    let module = std::fs::read(path).expect("the module");
    let level = if level == "o0" { OptLevel::None } else { OptLevel::Speed };
    let engine = Engine::new(
        Config::new().opt_level(level).features(wasmparser::WasmFeatures::all().iter_names().map(|(name, _)| name)),
    )
    .expect("an engine");
    let end = match Module::new(&engine, &module) {
        Ok(_) => "compiled".to_owned(),
        Err(error) => error.to_string(),
    };
    // SAFETY: a structure of numbers, for which zeros are valid.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is valid, and has the type that the call writes.
    unsafe { libc::getrusage(libc::RUSAGE_SELF, &raw mut usage) };
    let seconds = |time: libc::timeval| time.tv_sec as f64 + time.tv_usec as f64 / 1e6;
    let cpu = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    println!("{cpu:>8.2} {:>7}  {end}", peak_mib(std::process::id()).unwrap_or(0));
}

/// Returns the peak resident memory of a process, in MiB.
fn peak_mib(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? / 1024)
}
