//! Tests that the harness's results for peers agree with those of their own runners, and do not take much longer.
//!
//! Wasmtime and Wasmi each have a script runner as a crate. These stop at the first directive that fails, so the tests
//! compare which scripts pass as a whole: each embedded script, with the same features, in both.
//!
//!     cargo test --release -p wassay --features peers-check --test peers -- --nocapture
//!     cargo test --release -p wassay --features peers-check --test peers -- --nocapture --ignored cost

use std::panic::AssertUnwindSafe;
use std::process::Command;
use std::sync::{LazyLock, Mutex};
use std::time::{Duration, Instant};
use wasmparser::WasmFeatures;
use wasmtime::wasmparser::WasmFeatures as Flags;
use wassay::engine::{self, Engine};
use wassay::model::{Outcome, Verdict};
use wassay::script::{self, Context, ResumePlan, Sink, Tokens};
use wassay::suite::{self, ScriptFile};

/// Known differences: the engine, which side passes a file, words from the other side's message, and the reason.
const KNOWN: &[(&str, Side, &str, &str)] = &[
    ("wasmtime", Side::Ours, "uninitialized element 7", "traps do not name the element, and we do not ask for more"),
    (
        "wasmtime",
        Side::Ours,
        "unimplemented wast directives",
        "its runner does not know custom sections that are wrong",
    ),
    ("wasmtime", Side::Ours, "expected shared memory", "the trap has other words: an atomic wait on non-shared memory"),
    ("wasmi", Side::Ours, "uninitialized element 7", "traps name an element that fits most scripts"),
    (
        "wasmi",
        Side::Ours,
        "unexpected token, expected one of",
        "an older parser, without custom sections that are wrong",
    ),
    ("wasmi", Side::Ours, "i64 constant out of range", "an older parser of the text format"),
    ("wasmi", Side::Theirs, ": unsupported: ", "what is rejected for the lack of a feature is no pass with us"),
];

/// The side that passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Ours,
    Theirs,
}

/// Records the first directive of a script that does not pass.
#[derive(Default)]
struct First(Mutex<Option<(u32, Verdict)>>);

impl Sink for First {
    fn begin(&self, _at: u32, _features: &str) {}

    fn replay(&self, _at: u32) {}

    fn end(&self, at: u32, verdict: Verdict, _micros: u64) {
        if verdict.outcome != Outcome::Pass {
            self.0.lock().unwrap().get_or_insert((at, verdict));
        }
    }
}

/// Runs a script with the harness. The error is the first directive that does not pass.
fn ours(engine: &dyn Engine, mode: &str, script: &ScriptFile, text: &str) -> Result<(), String> {
    let tokens = Tokens::new(text).map_err(|error| error.to_string())?;
    let mut parsed = tokens.parse().map_err(|error| error.to_string())?;
    let lines: Vec<u32> = parsed.directives().iter().map(|directive| directive.line).collect();
    let session = engine.session(mode, script.features).map_err(|error| error.to_string())?;
    let (first, resume) = (First::default(), ResumePlan::default());
    script::run(&mut parsed, session, &Context { features: script.features, resume: &resume, sink: &first });
    match first.0.into_inner().unwrap() {
        None => Ok(()),
        Some((at, verdict)) => Err(format!("line {}: {}: {}", lines[at as usize], verdict.outcome, verdict.detail)),
    }
}

/// Flags of the harness's `wasmparser` and of Wasmtime's, and whether Wasmtime has the feature.
static FLAGS: LazyLock<Vec<(WasmFeatures, Flags, bool)>> = LazyLock::new(|| {
    let pair = |(name, flag)| Some((flag, Flags::from_name(name)?));
    let available = |theirs| wasmtime::Engine::new(wasmtime::Config::new().wasm_features(theirs, true)).is_ok();
    let pairs = WasmFeatures::all().iter_names().filter_map(pair);
    pairs.map(|(flag, theirs)| (flag, theirs, available(theirs))).collect()
});

/// Runs a script with Wasmtime's runner.
fn wasmtime(script: &ScriptFile, text: &str) -> Result<(), String> {
    let words = |error: wasmtime::Error| format!("{error:#}").replace('\n', " ");
    let mut config = wasmtime::Config::new();
    // A feature that Wasmtime lacks cannot be switched on; its runner then fails at the first module that needs it.
    for (flag, theirs, available) in FLAGS.iter() {
        let on = script.features.contains(*flag);
        if *available || !on {
            config.wasm_features(*theirs, on);
        }
    }
    config.shared_memory(true);
    let engine = wasmtime::Engine::new(&config).map_err(words)?;
    let mut runner = wasmtime_wast::WastContext::new(&engine, wasmtime_wast::Async::No, |_| ());
    let spectest = wasmtime_wast::SpectestConfig { use_shared_memory: true, suppress_prints: true };
    // The harness does not compare messages of rejected modules either.
    runner.generate_dwarf(false).ignore_error_messages(true).register_spectest(&spectest).map_err(words)?;
    runner.run_wast(&script.file, text.as_bytes()).map_err(words)
}

/// Runs a script with Wasmi's runner.
fn wasmi(script: &ScriptFile, text: &str) -> Result<(), String> {
    let on = |flag| script.features.contains(flag);
    let mut config = wasmi::Config::default();
    config
        .compilation_mode(wasmi::CompilationMode::Eager)
        .wasm_mutable_global(on(WasmFeatures::MUTABLE_GLOBAL))
        .wasm_sign_extension(on(WasmFeatures::SIGN_EXTENSION))
        .wasm_saturating_float_to_int(on(WasmFeatures::SATURATING_FLOAT_TO_INT))
        .wasm_multi_value(on(WasmFeatures::MULTI_VALUE))
        .wasm_multi_memory(on(WasmFeatures::MULTI_MEMORY))
        .wasm_bulk_memory(on(WasmFeatures::BULK_MEMORY))
        .wasm_reference_types(on(WasmFeatures::REFERENCE_TYPES))
        .wasm_tail_call(on(WasmFeatures::TAIL_CALL))
        .wasm_extended_const(on(WasmFeatures::EXTENDED_CONST))
        .wasm_custom_page_sizes(on(WasmFeatures::CUSTOM_PAGE_SIZES))
        .wasm_memory64(on(WasmFeatures::MEMORY64))
        .wasm_wide_arithmetic(on(WasmFeatures::WIDE_ARITHMETIC))
        .wasm_simd(on(WasmFeatures::SIMD))
        .wasm_relaxed_simd(on(WasmFeatures::RELAXED_SIMD));
    let mut runner = wasmi_wast::WastRunner::new(&config);
    runner.register_spectest().map_err(|error| error.to_string())?;
    // It panics at directives that it does not know.
    let run = AssertUnwindSafe(|| runner.process_directives(&script.file, text));
    let done = std::panic::catch_unwind(run).map_err(|_| "panics".to_owned())?;
    done.map_err(|error| format!("{error:#}").replace('\n', " "))
}

/// The scripts of the embedded suites and of the folders that `WASSAY_SUITES` names, with their texts.
fn scripts() -> Vec<(ScriptFile, String)> {
    let folders = std::env::var_os("WASSAY_SUITES").unwrap_or_default();
    let folders: Vec<_> = std::env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty()).collect();
    let suites = suite::load(&folders).unwrap();
    let all = suites.into_iter().flat_map(|suite| suite.scripts);
    all.map(|script| (script.clone(), script.source().unwrap().into_owned())).collect()
}

/// Compares file by file. Fails at a difference that is not known, and at a known difference that no longer exists.
fn compare(name: &str, mode: &str, theirs: fn(&ScriptFile, &str) -> Result<(), String>) {
    let engine = engine::find(name).unwrap();
    let (mut both, mut neither, mut unexplained) = (0, 0, Vec::new());
    let mut explained = vec![0; KNOWN.len()];
    for (script, text) in scripts() {
        let (ours, theirs) = (ours(&*engine, mode, &script, &text), theirs(&script, &text));
        let side = match (&ours, &theirs) {
            (Ok(()), Ok(())) => {
                both += 1;
                continue;
            }
            (Err(_), Err(_)) => {
                neither += 1;
                continue;
            }
            (Ok(()), Err(_)) => Side::Ours,
            (Err(_), Ok(())) => Side::Theirs,
        };
        let reason = ours.as_ref().err().or(theirs.as_ref().err()).map_or("", String::as_str);
        let fits = |known: &(&str, Side, &str, &str)| known.0 == name && known.1 == side && reason.contains(known.2);
        match KNOWN.iter().position(fits) {
            Some(at) => explained[at] += 1,
            None => unexplained.push(format!("{}: ours {ours:?}, theirs {theirs:?}", script.file)),
        }
    }
    println!("{name} {mode}: {both} files pass in both, {neither} in neither");
    for (known, count) in KNOWN.iter().zip(&explained).filter(|(known, _)| known.0 == name) {
        println!("  {count} only in {:?}: {} ({})", known.1, known.3, known.2);
        assert!(*count > 0, "nothing differs any more because of `{}`", known.2);
    }
    assert!(unexplained.is_empty(), "{} files differ:\n{}", unexplained.len(), unexplained.join("\n"));
}

#[test]
fn wasmtime_agrees_with_its_own_runner() {
    compare("wasmtime", "cranelift", wasmtime);
}

#[test]
fn wasmi_agrees_with_its_own_runner() {
    compare("wasmi", "eager", wasmi);
}

/// CPU time of this process, or of its children that have ended.
fn cpu(who: libc::c_int) -> Duration {
    // SAFETY: all zeros is a valid `rusage`, and the pointer is to a whole `rusage`.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(who, &raw mut usage);
        usage
    };
    let of = |time: libc::timeval| Duration::new(time.tv_sec.unsigned_abs(), time.tv_usec.unsigned_abs() as u32 * 1000);
    of(usage.ru_utime) + of(usage.ru_stime)
}

/// The harness, worker process, protocol, records and reports included, takes at most 1.3 times what Wasmtime's own
/// runner takes for the same files in one process.
#[test]
#[ignore = "a measurement: run it alone"]
fn cost() {
    // Only scripts that both run to the end; stopping early would be fast.
    let engine = engine::find("wasmtime").unwrap();
    let all = scripts();
    let all: Vec<_> = all
        .iter()
        .filter(|(script, text)| wasmtime(script, text).is_ok() && ours(&*engine, "cranelift", script, text).is_ok())
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let (mut best, mut best_theirs) = (f64::MAX, f64::MAX);
    for _ in 0..3 {
        let (before, start) = (cpu(libc::RUSAGE_SELF), Instant::now());
        for (script, text) in &all {
            wasmtime(script, text).unwrap();
        }
        let theirs = cpu(libc::RUSAGE_SELF) - before;
        println!(
            "{} files: wasmtime-wast {:.2} s, {:.2} s of CPU",
            all.len(),
            start.elapsed().as_secs_f64(),
            theirs.as_secs_f64()
        );
        let (before, start) = (cpu(libc::RUSAGE_CHILDREN), Instant::now());
        let mut command = Command::new(env!("CARGO_BIN_EXE_wassay"));
        command
            .args(["test", "--engine", "wasmtime", "--mode", "cranelift", "--jobs", "1", "--out"])
            .arg(folder.path());
        command.args(all.iter().map(|(script, _)| format!("{}/{}", script.suite, script.file)));
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let ours = cpu(libc::RUSAGE_CHILDREN) - before;
        println!(
            "{} files: wassay --jobs 1 {:.2} s, {:.2} s of CPU",
            all.len(),
            start.elapsed().as_secs_f64(),
            ours.as_secs_f64()
        );
        best = best.min(ours.as_secs_f64());
        best_theirs = best_theirs.min(theirs.as_secs_f64());
    }
    println!("ratio of CPU time: {:.2}", best / best_theirs);
    assert!(best <= 1.3 * best_theirs);
}
