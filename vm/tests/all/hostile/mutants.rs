//! Mutants: valid modules that are cut off, or have bits flipped or bytes moved.
//!
//! Most mutants are invalid and must be refused. The others are compiled and run in every mode. Mutants are numbered, and the
//! number is the seed of the random numbers, so a failure names a mutant that can be made again.

use super::isolated::{self, Bounds, End};
use super::{build, object_seeds};
use crate::support::kernels;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use wasmparser::WasmFeatures;
use wassay_vm::{Engine, Error, ExternType, Instance, Module, Store, Val, ValType};

/// Environment variable of a child: number of the first mutant to try.
const FIRST: &str = "WASSAY_HOSTILE_FIRST";
/// Environment variable of a child: the file into which it writes the number of the current mutant.
const NOTE: &str = "WASSAY_HOSTILE_NOTE";
/// Exit code of a child in which wasm ran longer than [`PATIENCE`]. A mutant may be an endless loop.
const ENDLESS: i32 = 77;
const PATIENCE: Duration = Duration::from_millis(300);
/// Time limit for compiling one mutant.
const COMPILE: Duration = Duration::from_secs(30);

/// A random number generator (xorshift64*).
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits") % limit
    }
}

/// Returns small modules that together use many operators: calls, tables, globals, segments, all control, floats.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> =
        kernels::all().into_iter().filter(|k| k.name != "large").map(|kernel| kernel.wasm).collect();
    seeds.extend(object_seeds::seeds());
    seeds.extend([
        build::wat(
            r#"(module
                (type $binary (func (param i32 i32) (result i32)))
                (table $t 4 8 funcref) (elem (table $t) (i32.const 1) func $add $sub)
                (elem $later funcref (ref.func $add) (ref.null func))
                (memory 1 2) (data (i32.const 8) "\01\02\03") (data $passive "hello")
                (global $g (mut i32) (i32.const 5)) (global $h i64 (i64.const -1)) (global $r (mut funcref) (ref.null func))
                (func $add (type $binary) (i32.add (local.get 0) (local.get 1)))
                (func $sub (type $binary) (i32.sub (local.get 0) (local.get 1)))
                (func (export "run") (param i32) (result i32) (local i64 f32)
                    (global.set $g (i32.add (global.get $g) (i32.const 1)))
                    (table.init $t $later (i32.const 2) (i32.const 0) (i32.const 1))
                    (memory.init $passive (i32.const 100) (i32.const 0) (i32.const 5)) (data.drop $passive)
                    (memory.copy (i32.const 200) (i32.const 100) (i32.const 5))
                    (call_indirect $t (type $binary)
                        (i32.load8_u (i32.const 201)) (global.get $g)
                        (i32.add (i32.const 1) (i32.and (local.get 0) (i32.const 1))))))"#,
        ),
        build::wat(
            r#"(module
                (func $pair (param i32 i64) (result i64 i32) (local.get 1) (local.get 0))
                (func (export "run") (param i32) (result f64) (local i32 i64 f64)
                    (block $out (result i32)
                        (block $two (block $one (block $zero
                            (br_table $zero $one $two (local.get 0)))
                            (br $out (i32.const 10)))
                            (br $out (i32.const 20)))
                        (if (result i32) (i32.lt_s (local.get 0) (i32.const 100))
                            (then (i32.const 30))
                            (else (i32.trunc_sat_f64_s (f64.sqrt (f64.convert_i32_u (local.get 0)))))))
                    (local.set 1)
                    (call $pair (local.get 1) (i64.extend_i32_s (local.get 0)))
                    (drop) (local.set 2)
                    (select (f64.reinterpret_i64 (local.get 2)) (f64.promote_f32 (f32.const 1.5))
                        (i64.eqz (i64.rem_u (local.get 2) (i64.const 3))))
                    (f64.add (f64.nearest (f64.convert_i64_s (local.get 2))))))"#,
        ),
    ]);
    seeds
}

/// A kind of mutation.
#[derive(Clone, Copy)]
enum Mutation {
    Truncated,
    Flipped,
    Spliced,
}

/// Returns the mutant with this number. The number chooses the seed module, in turn.
fn mutant(kind: Mutation, seeds: &[Vec<u8>], number: usize) -> Vec<u8> {
    let mut random = Random::new(number as u64 + 1);
    let mut wasm = seeds[number % seeds.len()].clone();
    match kind {
        Mutation::Truncated => wasm.truncate(random.below(wasm.len())),
        Mutation::Flipped => {
            // At most three bits: with more, hardly any mutant is valid.
            for _ in 0..=random.below(3) {
                // After the header, which must be right for anything else to be read.
                let at = 8 + random.below(wasm.len() - 8);
                wasm[at] ^= 1 << random.below(8);
            }
        }
        Mutation::Spliced => {
            // Overwrites up to four bytes with others of the module, so that opcodes become other opcodes.
            let length = 1 + random.below(4);
            let from = 8 + random.below(wasm.len() - 8 - length);
            let to = 8 + random.below(wasm.len() - 8 - length);
            wasm.copy_within(from..from + length, to);
        }
    }
    wasm
}

/// Counts of what happened to mutants.
#[derive(Default)]
struct Counts {
    refused: usize,
    ran: usize,
    trapped: usize,
}

/// Compiles and instantiates a mutant, and calls its exported functions.
fn attempt(engine: &Engine, wasm: &[u8], running: &dyn Fn(bool), counts: &mut Counts) {
    let module = match Module::new(engine, wasm) {
        Ok(module) => module,
        Err(Error::Invalid { .. } | Error::Unsupported { .. } | Error::Limit(_)) => {
            counts.refused += 1;
            return;
        }
        Err(other) => panic!("neither accepted nor refused, but {other:?}"),
    };
    running(true);
    let mut store = Store::new(engine, ());
    match Instance::new(&mut store, &module, &[]) {
        Ok(instance) => {
            for (_, export) in instance.exports(&mut store) {
                let Some(function) = export.into_func() else { continue };
                let ExternType::Func(ty) = export.ty(&store) else { continue };
                let arguments: Option<Vec<Val>> = ty.params.iter().map(|ty| argument(*ty)).collect();
                let Some(arguments) = arguments else { continue };
                let mut results = vec![Val::I32(0); ty.results.len()];
                match function.call(&mut store, &arguments, &mut results) {
                    Ok(()) => counts.ran += 1,
                    Err(Error::Trap { .. }) => counts.trapped += 1,
                    Err(other) => panic!("neither a result nor a trap, but {other:?}"),
                }
            }
        }
        Err(Error::Trap { .. }) => counts.trapped += 1,
        // The mutation made an import, or a memory that is too large for the host.
        Err(
            Error::InvalidType(_)
            | Error::UnknownImport { .. }
            | Error::Resources(_)
            | Error::IncompatibleImport { .. },
        ) => {
            counts.refused += 1;
        }
        Err(other) => panic!("neither an instance nor a reason, but {other:?}"),
    }
    running(false);
}

fn argument(ty: ValType) -> Option<Val> {
    Some(match ty {
        ValType::I32 => Val::I32(1),
        ValType::I64 => Val::I64(2),
        ValType::F32 => Val::from(3.0_f32),
        ValType::F64 => Val::from(4.0_f64),
        _ => return None,
    })
}

/// Tries all mutants from the first on, in a child, and writes the current number into a file.
fn attempt_all(kind: Mutation, count: usize, first: usize, note: &Path) {
    let seeds = seeds();
    let engines = crate::support::engines_with(WasmFeatures::default() | WasmFeatures::CUSTOM_DESCRIPTORS);
    let mut counts = Counts::default();
    // Milliseconds from the start until wasm began to run, and until compilation began; 0 while it does not.
    let (start, running, compiling) = (Instant::now(), AtomicU64::new(0), AtomicU64::new(0));
    let now = || u64::try_from(start.elapsed().as_millis()).expect("not that long") + 1;
    let older = |since: &AtomicU64, limit: Duration| {
        let since = since.load(Ordering::Relaxed);
        since != 0 && u128::from(now().saturating_sub(since)) > limit.as_millis()
    };
    let over = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                std::thread::sleep(Duration::from_millis(20));
                if older(&running, PATIENCE) {
                    std::process::exit(ENDLESS);
                }
                if older(&compiling, COMPILE) {
                    println!("a mutant takes too long to compile");
                    std::process::exit(1);
                }
            }
        });
        for number in first..count {
            let wasm = mutant(kind, &seeds, number);
            for (level, engine) in &engines {
                std::fs::write(note, format!("{number} {level}")).expect("failed to write the number");
                compiling.store(now(), Ordering::Relaxed);
                let set = |on: bool| {
                    compiling.store(0, Ordering::Relaxed);
                    running.store(if on { now() } else { 0 }, Ordering::Relaxed);
                };
                attempt(engine, &wasm, &set, &mut counts);
                set(false);
            }
        }
        over.store(true, Ordering::Relaxed);
    });
    let Counts { refused, ran, trapped } = counts;
    println!("refused: {refused}, ran: {ran}, trapped: {trapped}");
}

/// Returns the mutant that a child was trying when it ended, with its mode.
fn noted(note: &Path) -> (usize, String) {
    let text = std::fs::read_to_string(note).expect("the child writes the number first");
    let (number, level) = text.split_once(' ').expect("a number and a level");
    (number.parse().expect("a number"), level.to_owned())
}

/// Tries mutants in child processes. After an endless loop, the next child continues with the next mutant.
fn survive(case: &str, kind: Mutation, count: usize) {
    if isolated::is_child(case) {
        let first = std::env::var(FIRST).expect("the parent sets it").parse().expect("a number");
        let note = PathBuf::from(std::env::var_os(NOTE).expect("the parent sets it"));
        attempt_all(kind, count, first, &note);
        return;
    }
    let folder = tempfile::tempdir().expect("failed to make a folder");
    let note = folder.path().join("mutant");
    let (mut first, mut endless) = (0, 0);
    loop {
        let environment = [(FIRST, first.to_string()), (NOTE, note.to_string_lossy().into_owned())];
        // The memory limit is high, as a valid mutant may fill 4 GiB of memory.
        let bounds = Bounds { mib: 6 << 10, seconds: 600 };
        let (end, output) = isolated::run_child(case, &environment, bounds);
        let explain = |what: String| -> ! {
            let (number, level) = noted(&note);
            // The mutant is kept for debugging.
            let path = std::env::temp_dir().join(format!("wassay-{}-{number}.wasm", case.replace("::", "-")));
            std::fs::write(&path, mutant(kind, &seeds(), number)).expect("failed to keep the mutant");
            panic!("mutant {number} at {level} ({}): {what}\n{output}", path.display())
        };
        match end {
            End::Exit(status) if status.success() => {
                println!("{count} mutants, {endless} endless; since the last of those {output}");
                return;
            }
            End::Exit(status) if status.code() == Some(ENDLESS) => {
                endless += 1;
                first = noted(&note).0 + 1;
            }
            End::Exit(status) => explain(format!("{status}")),
            End::Memory(mib) => explain(format!("{mib} MiB of memory")),
            End::Time => explain("too slow in total".into()),
        }
    }
}

#[test]
fn truncated_modules_do_no_harm() {
    survive("hostile::mutants::truncated_modules_do_no_harm", Mutation::Truncated, 2_000);
}

#[test]
fn flipped_modules_do_no_harm() {
    survive("hostile::mutants::flipped_modules_do_no_harm", Mutation::Flipped, 2_000);
}

#[test]
fn spliced_modules_do_no_harm() {
    survive("hostile::mutants::spliced_modules_do_no_harm", Mutation::Spliced, 1_000);
}
