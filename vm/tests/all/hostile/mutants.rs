//! Valid modules with something broken: cut off anywhere, bits flipped, pieces moved. Most are invalid, and must be
//! refused; the others are compiled in every mode and run. Mutants are made from a seed, so a failure names one that
//! can be made again.

use super::isolated::{self, Bounds, End};
use super::{build, object_seeds};
use crate::support::kernels;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use wasmparser::WasmFeatures;
use wassay_vm::{Engine, Error, ExternType, Instance, Module, Store, Val, ValType};

/// Set in the child: the first mutant to try.
const FIRST: &str = "WASSAY_HOSTILE_FIRST";
/// Set in the child: where to note the mutant being tried.
const NOTE: &str = "WASSAY_HOSTILE_NOTE";
/// How the child ends when wasm ran longer than [`PATIENCE`]: a mutant may well be an endless loop.
const ENDLESS: i32 = 77;
const PATIENCE: Duration = Duration::from_millis(300);
/// For compiling one mutant: there is no excuse for more.
const COMPILE: Duration = Duration::from_secs(30);

/// xorshift64*, which is all the randomness that is needed here.
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

/// Small modules that use much between them: calls, tables, globals, segments, every kind of control, floats.
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

/// How a mutant is made.
#[derive(Clone, Copy)]
enum Kind {
    Truncated,
    Flipped,
    Spliced,
}

/// The mutant of a number: seeds in turn.
fn mutant(kind: Kind, seeds: &[Vec<u8>], number: usize) -> Vec<u8> {
    let mut random = Random::new(number as u64 + 1);
    let mut wasm = seeds[number % seeds.len()].clone();
    match kind {
        Kind::Truncated => wasm.truncate(random.below(wasm.len())),
        Kind::Flipped => {
            // Mostly one bit: more than a few, and nothing gets past validation.
            for _ in 0..=random.below(3) {
                // Past the header, without which nothing is looked at.
                let at = 8 + random.below(wasm.len() - 8);
                wasm[at] ^= 1 << random.below(8);
            }
        }
        Kind::Spliced => {
            // A few bytes overwritten with others of the module: opcodes become other opcodes.
            let length = 1 + random.below(4);
            let from = 8 + random.below(wasm.len() - 8 - length);
            let to = 8 + random.below(wasm.len() - 8 - length);
            wasm.copy_within(from..from + length, to);
        }
    }
    wasm
}

/// What happens to mutants, counted.
#[derive(Default)]
struct Counts {
    refused: usize,
    ran: usize,
    trapped: usize,
}

/// Compiles a mutant, instantiates it, calls what it exports.
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
        // The mutation made an import, or a memory larger than there is.
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

/// In the child: from the first mutant on, noting where it is.
fn attempt_all(kind: Kind, count: usize, first: usize, note: &Path) {
    let seeds = seeds();
    let engines = crate::support::engines_with(WasmFeatures::default() | WasmFeatures::CUSTOM_DESCRIPTORS);
    let mut counts = Counts::default();
    // Milliseconds since the start when wasm began to run, 0 while it doesn't; and when compilation began.
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
                std::fs::write(note, format!("{number} {level}")).expect("failed to note the mutant");
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

/// The mutant a child was at, when it ended.
fn noted(note: &Path) -> (usize, String) {
    let text = std::fs::read_to_string(note).expect("the child notes what it does first");
    let (number, level) = text.split_once(' ').expect("a number and a level");
    (number.parse().expect("a number"), level.to_owned())
}

/// Tries mutants in children, each of which goes on where the last one met an endless loop.
fn survive(case: &str, kind: Kind, count: usize) {
    if isolated::is_child(case) {
        let first = std::env::var(FIRST).expect("the parent says where to begin").parse().expect("a number");
        let note = PathBuf::from(std::env::var_os(NOTE).expect("the parent says where to note"));
        attempt_all(kind, count, first, &note);
        return;
    }
    let folder = tempfile::tempdir().expect("failed to make a folder");
    let note = folder.path().join("mutant");
    let (mut first, mut endless) = (0, 0);
    loop {
        let environment = [(FIRST, first.to_string()), (NOTE, note.to_string_lossy().into_owned())];
        // Generous in memory: a mutant that fills 4 GiB of memory does as it is told.
        let bounds = Bounds { mib: 6 << 10, seconds: 600 };
        let (end, output) = isolated::run_child(case, &environment, bounds);
        let explain = |what: String| -> ! {
            let (number, level) = noted(&note);
            // Kept, to look at.
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
            End::Time => explain("too slow, all in all".into()),
        }
    }
}

#[test]
fn truncated() {
    survive("hostile::mutants::truncated", Kind::Truncated, 2_000);
}

#[test]
fn flipped() {
    survive("hostile::mutants::flipped", Kind::Flipped, 2_000);
}

#[test]
fn spliced() {
    survive("hostile::mutants::spliced", Kind::Spliced, 1_000);
}
