//! Execution time of compiled wasm: each kernel in the modes `o3` and `o3-relaxed`, relative to the same C compiled natively.
//!
//! All contestants of a kernel run in the same process and take turns in a changing order, so that other load on the machine
//! affects all of them. Every result is checked before its time counts.
//!
//! `cargo bench -p wassay-vm --bench execute [KERNEL]...`

mod native;

#[path = "../tests/support/mod.rs"]
mod support;

use native::Compiler;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use support::kernels::{self, Checksum, Kernel, Run};
use wassay_vm::{Config, Engine, Instance, MemoryMode, Module, OptLevel, Store};

/// Number of turns of each contestant. It is odd, so that the median is a measured value.
const TURNS: usize = 15;
/// Approximate time of one turn of the first contestant.
const TURN: Duration = Duration::from_millis(40);

/// A contestant: one way to run a kernel.
struct Contestant {
    name: &'static str,
    run: Box<dyn FnMut(u32) -> Checksum>,
    /// Time of each turn, in seconds.
    times: Vec<f64>,
}

impl Contestant {
    fn new(name: &'static str, run: impl FnMut(u32) -> Checksum + 'static) -> Self {
        Self { name, run: Box::new(run), times: Vec::new() }
    }

    fn wasm(name: &'static str, mode: MemoryMode, kernel: &Kernel) -> Self {
        let engine =
            Engine::new(Config::new().opt_level(OptLevel::Speed).memory_mode(mode)).expect("an engine for the host");
        let module = Module::new(&engine, &kernel.wasm).expect("a valid kernel");
        let mut store = Store::new(&engine, ());
        let instance = Instance::new(&mut store, &module, &[]).expect("an instance");
        let run = Run::of(kernel, &mut store, instance).expect("its function");
        Self::new(name, move |rounds| run.call(&mut store, rounds).expect("no trap"))
    }

    fn time(&mut self, rounds: u32) -> (f64, Checksum) {
        let start = Instant::now();
        let checksum = (self.run)(rounds);
        (start.elapsed().as_secs_f64(), checksum)
    }
}

/// A row of the table.
struct Row {
    kernel: String,
    contestant: &'static str,
    rounds: u32,
    /// Median time of a turn, in seconds.
    median: f64,
    /// Shortest time of a turn, in seconds.
    min: f64,
    /// Median, lower and upper quartile of the ratios to the first contestant in the same turn.
    ratio: [f64; 3],
}

/// Returns a quantile of the values, for a share between 0 and 1.
fn quantile(values: &[f64], share: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a short vector's length")]
    let at = ((sorted.len() - 1) as f64 * share).round() as usize;
    sorted[at]
}

/// Returns the number of rounds that takes the first contestant one turn.
fn calibrate(first: &mut Contestant) -> u32 {
    let mut rounds = 1;
    loop {
        // The best of three: a disturbance here would make all turns too short.
        let seconds = (0..3).map(|_| first.time(rounds).0).fold(f64::INFINITY, f64::min);
        if seconds >= TURN.as_secs_f64() / 4.0 {
            let exact = f64::from(rounds) * TURN.as_secs_f64() / seconds;
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive, and saturates")]
            return exact.ceil() as u32;
        }
        rounds *= 2;
    }
}

fn compete(kernel: &Kernel, compiler: Option<&Compiler>) -> Vec<Row> {
    let mut contestants = Vec::new();
    if let Some(compiler) = compiler {
        let mut native = compiler.build(kernel).unwrap_or_else(|e| panic!("{}: {e}", kernel.name));
        contestants.push(Contestant::new("native", move |rounds| native.run(rounds)));
    }
    contestants.push(Contestant::wasm("o3", MemoryMode::Precise, kernel));
    contestants.push(Contestant::wasm("o3-relaxed", MemoryMode::Relaxed, kernel));
    for contestant in &mut contestants {
        let (_, found) = contestant.time(kernel.rounds);
        let Contestant { name, .. } = contestant;
        assert!(found.agrees(kernel.checksum), "{} {name}: expected {}, found {found}", kernel.name, kernel.checksum);
    }

    let rounds = calibrate(&mut contestants[0]);
    let (_, expected) = contestants[0].time(rounds);
    for turn in 0..TURNS {
        for place in 0..contestants.len() {
            // Each turn begins with another contestant and every second turn goes backwards, so that no contestant always runs
            // after the same one.
            let count = contestants.len();
            let place = if turn % 2 == 0 { place } else { count - 1 - place };
            let contestant = &mut contestants[(turn + place) % count];
            let (seconds, found) = contestant.time(rounds);
            assert!(found.agrees(expected), "{} {}: expected {expected}, found {found}", kernel.name, contestant.name);
            contestant.times.push(seconds);
        }
    }

    let reference = contestants[0].times.clone();
    let row = |contestant: &Contestant| {
        let ratios: Vec<f64> = contestant.times.iter().zip(&reference).map(|(time, base)| time / base).collect();
        Row {
            kernel: kernel.name.clone(),
            contestant: contestant.name,
            rounds,
            median: quantile(&contestant.times, 0.5),
            min: quantile(&contestant.times, 0.0),
            ratio: [0.5, 0.25, 0.75].map(|share| quantile(&ratios, share)),
        }
    };
    contestants.iter().map(row).collect()
}

/// Returns the geometric mean of a contestant's ratios.
fn geometric_mean(rows: &[Row], contestant: &str) -> f64 {
    let logs: Vec<f64> = rows.iter().filter(|r| r.contestant == contestant).map(|r| r.ratio[0].ln()).collect();
    (logs.iter().sum::<f64>() / logs.len() as f64).exp()
}

fn print(rows: &[Row]) {
    let reference = rows[0].contestant;
    println!("\nexecution time, {reference} = 1.00 (median of {TURNS} turns; quartiles of the ratio in brackets)\n");
    println!("{:<10} {:>10} {:<11} {:>10}  ratio", "kernel", "rounds", "mode", "ms");
    for row in rows {
        let [ratio, low, high] = row.ratio;
        println!(
            "{:<10} {:>10} {:<11} {:>10.3}  {ratio:.2} [{low:.2} {high:.2}]",
            row.kernel,
            row.rounds,
            row.contestant,
            row.median * 1e3,
        );
    }
    for contestant in ["o3", "o3-relaxed"] {
        println!("geometric mean, {contestant}: {:.2}", geometric_mean(rows, contestant));
    }
}

fn write(rows: &[Row]) -> std::io::Result<PathBuf> {
    let mut text = "kernel,mode,rounds,turns,median_ms,min_ms,reference,ratio,ratio_q1,ratio_q3\n".to_owned();
    for Row { kernel, contestant, rounds, median, min, ratio: [ratio, low, high] } in rows {
        let (median, min, reference) = (median * 1e3, min * 1e3, rows[0].contestant);
        writeln!(
            text,
            "{kernel},{contestant},{rounds},{TURNS},{median:.4},{min:.4},{reference},{ratio:.4},{low:.4},{high:.4}"
        )
        .expect("strings take anything");
    }
    // Criterion's results are in `criterion` of the target folder. Cargo passes `tmp` inside the target folder here.
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).with_file_name("criterion");
    std::fs::create_dir_all(&folder)?;
    let path = folder.join("execute.csv");
    std::fs::write(&path, text)?;
    Ok(path)
}

fn main() {
    // Cargo passes `--bench`, and test runners pass flags of their own. All other arguments are kernels.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if !arguments.iter().any(|a| a == "--bench") {
        println!("not measured: run with `cargo bench`");
        return;
    }
    let wanted: Vec<&String> = arguments.iter().filter(|a| !a.starts_with('-')).collect();
    let kernels: Vec<Kernel> =
        kernels::all().into_iter().filter(|k| wanted.is_empty() || wanted.contains(&&k.name)).collect();
    if kernels.is_empty() {
        // No error: the argument may be the filter of another benchmark, as in `cargo bench -p wassay-vm compile`.
        println!("no kernel of that name");
        return;
    }
    let compiler = Compiler::find();
    match &compiler {
        Some(compiler) => println!("native code by {compiler}"),
        None => println!("no C compiler found (CC, clang beside LLVM, clang, cc): no native code, ratios are to o3"),
    }
    let mut rows = Vec::new();
    for kernel in &kernels {
        eprintln!("{} ...", kernel.name);
        rows.extend(compete(kernel, compiler.as_ref()));
    }
    print(&rows);
    match write(&rows) {
        Ok(path) => println!("\nwritten to {}", path.display()),
        Err(error) => {
            eprintln!("failed to write the table: {error}");
            std::process::exit(1);
        }
    }
}
