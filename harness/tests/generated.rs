//! Differential tests: generated modules have the same results, traps, globals and memories on the VM, at both optimisation
//! levels, as on Wasmtime.
//!
//! `wasm-smith` generates the modules from seeds, with one set of features for each test. The modules make their NaNs
//! canonical, so that bits can be compared, and fuel ends every loop. `WASSAY_GENERATED` is the number of modules of each
//! set, 20 by default. A thousand take a while:
//!
//!     WASSAY_GENERATED=1000 cargo test --release -p wassay --features generated --test generated -- --nocapture
//!
//! A module with a difference is kept in `target/tmp/generated`, and so is the running module if the process dies.
//! `WASSAY_GENERATED_SEED` runs a single seed.

use arbitrary::Unstructured;
use std::fmt::Write as _;
use std::path::PathBuf;
use wasm_smith::Config;
use wasmparser::types::EntityType;
use wasmparser::{HeapType, Operator, Parser, Payload, ValType, Validator, WasmFeatures};
use wassay::engine::value::{Heap, Ref, Value, list};
use wassay::engine::{self, Engine, MESSAGE_SEPARATOR, SessionError, SessionResult};

/// Number of loops and calls that an instance may begin.
const FUEL: u32 = 500;

/// Number of calls of each exported function.
const CALLS: usize = 3;

/// Features of all sessions. The modules of each set use fewer.
const FEATURES: WasmFeatures = WasmFeatures::WASM3
    .union(WasmFeatures::THREADS)
    .union(WasmFeatures::WIDE_ARITHMETIC)
    .union(WasmFeatures::CUSTOM_PAGE_SIZES);

/// A random number generator (SplitMix64), the same on every platform and in every version.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[(self.next() % choices.len() as u64) as usize]
    }

    /// A random value of a type; `None` for references that cannot be null.
    fn value(&mut self, ty: ValType) -> Option<Value> {
        let any = self.next();
        Some(match ty {
            ValType::I32 => Value::I32(self.of(&[0, 1, -1, 7, i32::MIN, i32::MAX, 0xffff, any as i32])),
            ValType::I64 => Value::I64(self.of(&[0, 1, -1, 7, i64::MIN, i64::MAX, 0xffff_ffff, any as i64])),
            ValType::F32 => {
                let small = (any % 2000) as f32 - 1000.5;
                let chosen = self.of(&[0.0, -0.0, 1.0, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, 1e-40, small]);
                Value::F32(chosen.to_bits())
            }
            ValType::F64 => {
                let small = (any % 2000) as f64 - 1000.5;
                let chosen = self.of(&[0.0, -0.0, 1.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, 1e-310, small]);
                Value::F64(chosen.to_bits())
            }
            ValType::V128 => Value::V128(u128::from(any) << 64 | u128::from(self.next())),
            ValType::Ref(ty) if ty.is_nullable() => Value::Ref(Ref::Null(match ty.heap_type() {
                HeapType::Abstract { ty, .. } => match ty {
                    wasmparser::AbstractHeapType::Func | wasmparser::AbstractHeapType::NoFunc => Heap::Func,
                    wasmparser::AbstractHeapType::Extern | wasmparser::AbstractHeapType::NoExtern => Heap::Extern,
                    wasmparser::AbstractHeapType::Exn | wasmparser::AbstractHeapType::NoExn => Heap::Exn,
                    wasmparser::AbstractHeapType::Cont | wasmparser::AbstractHeapType::NoCont => Heap::Cont,
                    _ => Heap::Any,
                },
                _ => Heap::Concrete,
            })),
            ValType::Ref(_) => return None,
        })
    }
}

/// A module, with the calls and reads to do.
struct Case {
    wasm: Vec<u8>,
    calls: Vec<(String, Vec<Value>)>,
    globals: Vec<String>,
    memories: Vec<String>,
}

impl Case {
    /// Creates the case of a seed; `None` if the module may wait for ever.
    fn of(config: &Config, seed: u64) -> Option<Self> {
        let mut random = Random(seed);
        let bytes: Vec<u8> = (0..4096).flat_map(|_| random.next().to_le_bytes()).collect();
        // By chance nearly every access would be out of bounds, so half of the modules are generated without traps.
        let config = Config { disallow_traps: seed.is_multiple_of(2), ..config.clone() };
        let mut module = wasm_smith::Module::new(config, &mut Unstructured::new(&bytes)).ok()?;
        module.ensure_termination(FUEL).ok()?;
        let wasm = module.to_bytes();
        if waits(&wasm) {
            return None;
        }
        let types = Validator::new_with_features(FEATURES).validate_all(&wasm).expect("wasm-smith makes valid modules");
        let types = types.as_ref();
        let mut case = Self { calls: Vec::new(), globals: Vec::new(), memories: Vec::new(), wasm };
        for (name, ty) in types.core_exports().expect("a module") {
            match ty {
                EntityType::Func(id) | EntityType::FuncExact(id) => {
                    let params = types[id].unwrap_func().params();
                    for _ in 0..CALLS {
                        let args: Option<Vec<Value>> = params.iter().map(|ty| random.value(*ty)).collect();
                        case.calls.extend(args.map(|args| (name.to_owned(), args)));
                    }
                }
                EntityType::Global(_) => case.globals.push(name.to_owned()),
                EntityType::Memory(_) => case.memories.push(name.to_owned()),
                EntityType::Table(_) | EntityType::Tag(_) => {}
            }
        }
        Some(case)
    }

    /// Runs the case on an engine. The error is the feature that the engine does not have.
    fn run(&self, engine: &dyn Engine, mode: &str) -> Result<Vec<(String, SessionResult<Seen>)>, String> {
        let unsupported = |stop: &SessionError| match stop {
            SessionError::Unsupported { feature, .. } => Some(feature.clone()),
            _ => None,
        };
        let mut session = engine.session(mode, FEATURES).map_err(|error| error.to_string())?;
        let mut seen = Vec::new();
        let module = match session.compile(&self.wasm) {
            Ok(module) => module,
            Err(stop) => return unsupported(&stop).map_or_else(|| Ok(vec![("compile".to_owned(), Err(stop))]), Err),
        };
        // Each function gets an instance, because it may use up the fuel.
        for calls in self.calls.chunk_by(|a, b| a.0 == b.0) {
            let instance = match session.instantiate(module) {
                Ok(instance) => instance,
                Err(stop) => {
                    if let Some(feature) = unsupported(&stop) {
                        return Err(feature);
                    }
                    seen.push(("instantiate".to_owned(), Err(stop)));
                    continue;
                }
            };
            for (name, args) in calls {
                let done = session.invoke(instance, name, args);
                if let Some(feature) = done.as_ref().err().and_then(unsupported) {
                    return Err(feature);
                }
                let done = done.map(Seen::Values);
                let ran_out = ran_out(&done);
                seen.push((format!("{name}({})", list(args)), done));
                if ran_out {
                    return Ok(seen);
                }
            }
            for name in &self.globals {
                let value = session.get(instance, name);
                seen.push((format!("global {name}"), value.map(|value| Seen::Values(vec![value]))));
            }
            for name in &self.memories {
                seen.push((format!("memory {name}"), session.memory(instance, name).map(Seen::Bytes)));
            }
        }
        Ok(seen)
    }
}

/// The observable result of a step.
#[derive(Debug, PartialEq)]
enum Seen {
    Values(Vec<Value>),
    Bytes(Vec<u8>),
}

/// Whether a module has an operator that may wait.
fn waits(wasm: &[u8]) -> bool {
    let bodies = Parser::new(0).parse_all(wasm).filter_map(|payload| match payload {
        Ok(Payload::CodeSectionEntry(body)) => Some(body),
        _ => None,
    });
    let mut operators = bodies.flat_map(|body| body.get_operators_reader().into_iter().flatten().flatten());
    operators
        .any(|operator| matches!(operator, Operator::MemoryAtomicWait32 { .. } | Operator::MemoryAtomicWait64 { .. }))
}

/// Whether a resource was exhausted. Engines have different stacks and heaps, and so different effects until then.
fn ran_out(done: &SessionResult<Seen>) -> bool {
    match done {
        Err(SessionError::Exhaustion(_)) => true,
        // An array of gigabytes is a trap in the VM, and a trap or another error in Wasmtime.
        Err(SessionError::Trap(message)) => message.starts_with("allocation"),
        Err(SessionError::Other(message)) => message.starts_with("GC heap out of memory"),
        _ => false,
    }
}

/// Whether two results are the same. References are compared as far as scripts can distinguish them.
fn same(a: &SessionResult<Seen>, b: &SessionResult<Seen>) -> bool {
    match (a, b) {
        (Ok(Seen::Values(a)), Ok(Seen::Values(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_value(*a, *b))
        }
        (Ok(a), Ok(b)) => a == b,
        (Err(SessionError::Trap(a)), Err(SessionError::Trap(b))) => {
            let fits = |a: &str, b: &str| a.starts_with(b) || b.starts_with(a);
            a.split(MESSAGE_SEPARATOR).any(|a| b.split(MESSAGE_SEPARATOR).any(|b| fits(a, b)))
        }
        (Err(a), Err(b)) => std::mem::discriminant(a) == std::mem::discriminant(b),
        _ => false,
    }
}

fn same_value(a: Value, b: Value) -> bool {
    match (a, b) {
        (Value::Ref(Ref::Null(a)), Value::Ref(Ref::Null(b))) => a.shares_null(b),
        _ => a == b,
    }
}

/// Describes the first step with different results.
fn difference(a: &[(String, SessionResult<Seen>)], b: &[(String, SessionResult<Seen>)]) -> Option<String> {
    for ((step, a), (_, b)) in a.iter().zip(b) {
        if ran_out(a) || ran_out(b) {
            return None;
        }
        if !same(a, b) {
            return Some(format!("{step}: {} against {}", show(a), show(b)));
        }
    }
    (a.len() != b.len()).then(|| format!("{} steps against {}", a.len(), b.len()))
}

fn show(seen: &SessionResult<Seen>) -> String {
    match seen {
        Ok(Seen::Values(values)) => list(values),
        Ok(Seen::Bytes(bytes)) => {
            let (mut text, mut shown) = (format!("{} bytes", bytes.len()), 0);
            for (at, byte) in bytes.iter().enumerate().filter(|(_, byte)| **byte != 0) {
                if shown < 32 {
                    let _ = write!(text, " {at:#x}:{byte:02x}");
                }
                shown += 1;
            }
            text
        }
        Err(stop) => stop.to_string(),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a number"))
}

/// Runs the modules of a set, and fails if results differ.
fn compare(set: &str, change: impl Fn(&mut Config)) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("generated");
    std::fs::create_dir_all(&folder).unwrap();
    let vm = engine::find("vm").unwrap();
    let other = engine::find("wasmtime").unwrap();
    let mut config = base();
    change(&mut config);
    let wanted = number("WASSAY_GENERATED").unwrap_or(20);
    let only = number("WASSAY_GENERATED_SEED");
    let running = folder.join(format!("{set}-running.wasm"));
    let (mut run, mut seed, mut returned, mut stopped) = (0, 0, 0, 0);
    let mut left_out = std::collections::BTreeMap::<String, u64>::new();
    let mut differing = Vec::new();
    // Some seeds give modules that cannot be compared. A set of only such modules would test nothing.
    while run < wanted && seed < 20 * wanted {
        let this = only.unwrap_or(seed);
        seed += 1;
        let Some(case) = Case::of(&config, this) else {
            *left_out.entry("may wait for ever".to_owned()).or_default() += 1;
            continue;
        };
        std::fs::write(&running, &case.wasm).unwrap();
        let modes = [(&vm, "o0"), (&vm, "o3"), (&other, "cranelift-deterministic")];
        let seen: Result<Vec<_>, _> = modes
            .iter()
            .map(|(engine, mode)| case.run(&***engine, mode).map_err(|why| format!("{} {why}", engine.name())))
            .collect();
        let seen = match seen {
            Ok(seen) => seen,
            Err(why) => {
                *left_out.entry(why).or_default() += 1;
                continue;
            }
        };
        run += 1;
        let good = seen[0].iter().filter(|(_, done)| done.is_ok()).count();
        returned += good;
        stopped += seen[0].len() - good;
        for (at, (engine, mode)) in modes.iter().enumerate().skip(1) {
            if let Some(what) = difference(&seen[0], &seen[at]) {
                let file = folder.join(format!("{set}-{this}.wasm"));
                std::fs::write(&file, &case.wasm).unwrap();
                let text = format!("{}: vm o0 against {} {mode}: {what}", file.display(), engine.name());
                eprintln!("{text}");
                differing.push(text);
            }
        }
        if only.is_some() {
            break;
        }
    }
    let _ = std::fs::remove_file(&running);
    let parts = differing.len();
    println!(
        "{set}: {run} modules, {returned} steps returned, {stopped} failed, {parts} differences; left out: {left_out:?}"
    );
    assert!(differing.is_empty(), "{} of {run} modules of {set}: {differing:#?}", differing.len());
}

/// WebAssembly 1.0: small modules without imports. All growth is bounded, because an engine may refuse any growth.
fn base() -> Config {
    Config {
        allow_start_export: true,
        bulk_memory_enabled: false,
        canonicalize_nans: true,
        compact_imports_enabled: false,
        exceptions_enabled: false,
        export_everything: true,
        extended_const_enabled: false,
        gc_enabled: false,
        max_funcs: 12,
        max_imports: 0,
        max_memories: 1,
        max_memory32_bytes: 1 << 20,
        max_memory64_bytes: 1 << 20,
        max_table_elements: 1000,
        max_tables: 1,
        memory64_enabled: false,
        memory_max_size_required: true,
        min_exports: 1,
        min_funcs: 6,
        max_instructions: 200,
        multi_value_enabled: false,
        reference_types_enabled: false,
        relaxed_simd_enabled: false,
        saturating_float_to_int_enabled: false,
        sign_extension_ops_enabled: false,
        simd_enabled: false,
        table_max_size_required: true,
        tail_call_enabled: false,
        threads_enabled: false,
        wide_arithmetic_enabled: false,
        ..Config::default()
    }
}

/// WebAssembly 2.0 without vectors.
fn second(config: &mut Config) {
    config.bulk_memory_enabled = true;
    config.max_tables = 4;
    config.multi_value_enabled = true;
    config.reference_types_enabled = true;
    config.saturating_float_to_int_enabled = true;
    config.sign_extension_ops_enabled = true;
}

#[test]
fn differences_are_found() {
    let values = |value| vec![("f()".to_owned(), Ok(Seen::Values(vec![Value::I32(value)])))];
    assert_eq!(difference(&values(1), &values(1)), None);
    assert_eq!(difference(&values(1), &values(2)).as_deref(), Some("f(): (i32.const 1) against (i32.const 2)"));
    let trap = |message: &str| vec![("f()".to_owned(), Err(SessionError::Trap(message.to_owned())))];
    assert_eq!(difference(&trap("null array reference"), &trap("null")), None);
    assert!(difference(&trap("unreachable"), &trap("integer overflow")).is_some());
    assert!(difference(&values(1), &trap("unreachable")).is_some());
    let bytes = |byte| vec![("memory m".to_owned(), Ok(Seen::Bytes(vec![0, byte])))];
    assert!(difference(&bytes(1), &bytes(2)).is_some());
}

#[test]
fn engines_agree_on_mvp() {
    compare("mvp", |_| {});
}

#[test]
fn engines_agree_on_version_2() {
    compare("2.0", second);
}

#[test]
fn engines_agree_on_simd() {
    compare("simd", |config| {
        second(config);
        config.simd_enabled = true;
    });
}

#[test]
fn engines_agree_on_relaxed_simd() {
    compare("relaxed-simd", |config| {
        second(config);
        config.simd_enabled = true;
        config.relaxed_simd_enabled = true;
    });
}

#[test]
fn engines_agree_on_tail_call() {
    compare("tail-call", |config| {
        second(config);
        config.tail_call_enabled = true;
    });
}

#[test]
fn engines_agree_on_exceptions() {
    compare("exceptions", |config| {
        second(config);
        config.exceptions_enabled = true;
    });
}

#[test]
fn engines_agree_on_gc() {
    compare("gc", |config| {
        second(config);
        config.gc_enabled = true;
    });
}

#[test]
fn engines_agree_on_memory64() {
    compare("memory64", |config| {
        second(config);
        config.memory64_enabled = true;
    });
}

#[test]
fn engines_agree_on_multi_memory() {
    compare("multi-memory", |config| {
        second(config);
        config.max_memories = 4;
        config.min_memories = 2;
    });
}

#[test]
fn engines_agree_on_threads() {
    compare("threads", |config| {
        second(config);
        config.threads_enabled = true;
        config.min_memories = 1;
    });
}

#[test]
fn engines_agree_on_wide_arithmetic() {
    compare("wide-arithmetic", |config| {
        second(config);
        config.wide_arithmetic_enabled = true;
    });
}

#[test]
fn engines_agree_on_custom_page_sizes() {
    compare("custom-page-sizes", |config| {
        second(config);
        config.custom_page_sizes_enabled = true;
        config.min_memories = 1;
    });
}
